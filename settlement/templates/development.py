"""技术开发合同: commissioned (委托开发) and cooperative (合作开发) development (Civil Code, art. 851 to 861)."""

from settlement.deal import Deal
from settlement.templates import common
from settlement.templates.parts import Clause, Draft, Section

VERSION = "KF-2026-1"

DEFINITIONS = (
    Clause(
        "民法典851",
        "“研究开发”：指就本合同第二条载明的新技术、新产品、新工艺、新品种或者新材料及其系统所作的研究开发，包括具有实用价值的科技成果的实施转化。",
    ),
    Clause("民法典845", "“研究开发成果”：指履行本合同所产生的技术成果及其资料，不论其载体。"),
    Clause(
        "民法典845",
        "“研究开发经费”：指完成研究开发所需的成本；“报酬”：指使用费和研究开发人的补贴。两者均含在合同价款内。",
    ),
    *common.DEFINITIONS,
)
TARGET = Clause(
    "民法典845、852",
    "目标和范围：以挂牌公告载明的技术目标、技术内容和技术指标为准；乙方的要求书作为附件一，是本合同的组成部分。",
)
NOVELTY = Clause(
    "技术合同司法解释17",
    "标的不包括技术上没有创新的现有产品的改型、工艺变更、材料配方调整以及对技术成果的验证、测试和使用。",
)

PERFORMANCE = {
    "commissioned": (
        Clause(
            "民法典852、853",
            "计划：\n（一）本合同生效之日起三十日内，甲方制定并向乙方提交研究开发计划；\n（二）$term内完成研究开发工作，交付研究开发成果；\n（三）交付之日起六十日内，甲方提供有关的技术资料和必要的技术指导，帮助乙方掌握研究开发成果。",
        ),
        Clause("民法典845", "地点：研究开发在甲方场所进行；成果在乙方住所交付。"),
        Clause(
            "民法典845、852",
            "方式：乙方按照约定提供技术资料，提出研究开发要求，完成协作事项，接受研究开发成果；甲方每季度书面报告进度。",
        ),
    ),
    "cooperative": (
        Clause(
            "民法典855",
            "计划：\n（一）本合同生效之日起三十日内，双方共同制定研究开发计划，载明各自的投资和分工；\n（二）$term内完成研究开发工作；\n（三）每季度召开一次工作会议，核对进度和经费。",
        ),
        Clause("民法典845", "地点：各方承担的研究开发工作在各自的场所进行，合并试验在双方商定的地点进行。"),
        Clause(
            "民法典855",
            "方式：双方按照约定进行投资（包括以技术进行投资），分工参与研究开发工作，协作配合研究开发工作。",
        ),
    ),
}
OWNERSHIP = {
    "commissioned": (
        Clause(
            "民法典859",
            "委托开发完成的发明创造，申请专利的权利属于甲方；甲方取得专利权的，乙方可以依法实施该专利；甲方转让专利申请权的，乙方享有以同等条件优先受让的权利。",
        ),
        Clause(
            "民法典861",
            "委托开发完成的技术秘密成果，在没有相同技术方案被授予专利权前，双方均有使用和转让的权利，由此产生的收益归使用或者转让的一方；甲方不得在向乙方交付研究开发成果之前，将研究开发成果转让给第三人。",
        ),
    ),
    "cooperative": (
        Clause(
            "民法典860",
            "合作开发完成的发明创造，申请专利的权利属于双方共有；一方转让其共有的专利申请权的，他方享有以同等条件优先受让的权利；一方声明放弃的，由另一方单独申请，放弃的一方可以免费实施该专利；一方不同意申请专利的，另一方不得申请。",
        ),
        Clause(
            "民法典861",
            "合作开发完成的技术秘密成果，在没有相同技术方案被授予专利权前，双方均有使用和转让的权利，由此产生的收益归使用或者转让的一方。",
        ),
    ),
}
ACCEPTANCE = Section(
    "验收标准和方法",
    (
        Clause(
            "民法典845、852",
            "验收标准：研究开发成果达到第二条及要求书所载的技术内容、指标和形式，技术资料齐全。",
        ),
        Clause(
            "民法典845",
            "验收方法：乙方自收到研究开发成果之日起三十日内，以专家评审、样机测试或者委托有资质的第三方检测的方式书面验收；期限届满未提出书面异议的，视为验收合格。",
        ),
        Clause("民法典582", "验收不合格的，甲方应当在三十日内补正并再次提交验收。"),
    ),
)
DUTIES = {
    "commissioned": (
        Clause(
            "民法典852",
            "乙方应当按照约定支付研究开发经费和报酬，提供技术资料，提出研究开发要求，完成协作事项，接受研究开发成果。",
        ),
        Clause(
            "民法典853",
            "甲方应当按照约定制定和实施研究开发计划，合理使用研究开发经费，按期完成研究开发工作，交付研究开发成果，提供有关的技术资料和必要的技术指导。",
        ),
    ),
    "cooperative": (
        Clause(
            "民法典855",
            "双方应当按照约定进行投资，包括以技术进行投资，分工参与研究开发工作，协作配合研究开发工作。",
        ),
        Clause(
            "民法典855", "乙方按第七条支付的价款为其投资；甲方以技术、人员和设备投资，明细列入研究开发计划。"
        ),
    ),
}
RISK = (
    Clause(
        "民法典857",
        "作为本合同标的的技术已经由他人公开，致使履行没有意义的，任何一方可以解除合同。",
    ),
    Clause(
        "民法典858",
        "因出现无法克服的技术困难，致使研究开发失败或者部分失败的，风险由双方合理分担；一方发现可能致使研究开发失败或者部分失败的情形时，应当及时通知对方并采取适当措施减少损失，没有及时通知并采取适当措施，致使损失扩大的，应当就扩大的损失承担责任。",
    ),
)
BREACH = {
    "commissioned": Clause(
        "民法典854", "一方违反约定造成研究开发工作停滞、延误或者失败的，应当承担违约责任。"
    ),
    "cooperative": Clause(
        "民法典856", "一方违反约定造成研究开发工作停滞、延误或者失败的，应当承担违约责任。"
    ),
}
LATE = Clause("民法典585", "乙方逾期支付价款的，就逾期金额按同期一年期贷款市场报价利率向甲方支付违约金。")


def draft(deal: Deal, instalments: str) -> Draft:
    """Development for a client, or together with a partner."""
    form = deal.form
    commissioned = form == "commissioned"
    sections = (
        Section("名词和术语的解释", DEFINITIONS),
        Section(
            "标的的内容、范围和要求",
            (
                *common.SUBJECT,
                Clause("民法典845", "背景知识产权：\n$ip"),
                TARGET,
                NOVELTY,
                common.REQUIREMENT,
            ),
        ),
        Section("履行的计划、地点和方式", PERFORMANCE[form]),
        common.WORK_SECRETS,
        Section("技术成果的归属和收益的分配办法", (*OWNERSHIP[form], common.ATTRIBUTION, common.REWARD)),
        ACCEPTANCE,
        common.price_section(deal, instalments),
        Section("双方的义务和风险的承担", (*DUTIES[form], *RISK)),
        Section("违约责任", (BREACH[form], LATE, *common.GENERAL_BREACH)),
        common.REGISTRATION,
        common.DISPUTES,
        common.effect_section("附件一，研究开发要求书；附件二，研究开发计划；附件三，经费预算"),
    )
    seller, buyer = ("研究开发人", "委托人") if commissioned else ("合作开发人", "合作开发人")
    title = "技术开发合同（委托开发）" if commissioned else "技术开发合同（合作开发）"
    recital = "与甲方就挂牌的项目达成" + ("委托开发。" if commissioned else "合作开发。")
    return Draft(title, VERSION, seller, buyer, recital, sections)
