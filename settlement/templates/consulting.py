"""技术咨询合同: studies, forecasts, surveys and evaluations (Civil Code, art. 878 to 881, 885, 886)."""

from settlement.deal import Deal
from settlement.templates import common
from settlement.templates.parts import Clause, Draft, Section

VERSION = "ZX-2026-1"

DEFINITIONS = (
    Clause(
        "民法典878",
        "“技术咨询”：指甲方以技术知识为乙方就特定技术项目提供可行性论证、技术预测、专题技术调查、分析评价报告等。",
    ),
    Clause("民法典845", "“咨询报告”：指甲方履行本合同向乙方提出的书面报告及其附件。"),
    *common.DEFINITIONS,
)
TARGET = Clause(
    "民法典845、880",
    "咨询的问题、范围和深度：以挂牌公告及乙方的问题清单（附件一）为准；报告应当达到约定的要求。",
)
PERFORMANCE = Section(
    "履行的计划、地点和方式",
    (
        Clause(
            "民法典879、880",
            "计划：\n（一）本合同生效之日起十五日内，乙方阐明咨询的问题，提供技术背景材料及有关技术资料；\n（二）$term内，甲方完成咨询报告或者解答问题；\n（三）报告提交之日起三十日内，甲方对乙方的疑问作出书面解答。",
        ),
        Clause("民法典845", "地点：调查在乙方或者双方商定的现场进行；报告在乙方住所提交。"),
        Clause("民法典845", "方式：咨询报告以书面和电子文件两种方式各提交一份。"),
        Clause("民法典886", "甲方开展咨询工作所需的正常费用，已含在合同价款内，由甲方负担。"),
    ),
)
OWNERSHIP = Section(
    "技术成果的归属和收益的分配办法",
    (
        Clause(
            "民法典885",
            "甲方利用乙方提供的技术资料和工作条件完成的新的技术成果，属于甲方；乙方利用甲方的工作成果完成的新的技术成果，属于乙方。",
        ),
        Clause("民法典845", "咨询报告由乙方自主使用；未经对方书面同意，任何一方不得公开发表报告的内容。"),
        common.ATTRIBUTION,
    ),
)
ACCEPTANCE = Section(
    "验收标准和方法",
    (
        Clause(
            "民法典845、880",
            "验收标准：咨询报告完整回答附件一所列问题，数据来源可查，论证充分，达到约定的要求。",
        ),
        Clause(
            "民法典845、879",
            "验收方法：乙方自收到报告之日起三十日内书面验收，可以组织专家评审；期限届满未提出书面异议的，视为验收合格。",
        ),
        Clause("民法典582", "验收不合格的，甲方应当在十五日内补充完善并再次提交。"),
    ),
)
DUTIES = Section(
    "双方的义务",
    (
        Clause(
            "民法典879",
            "乙方应当按照约定阐明咨询的问题，提供技术背景材料及有关技术资料，接受受托人的工作成果，支付报酬。",
        ),
        Clause(
            "民法典880", "甲方应当按照约定的期限完成咨询报告或者解答问题，提出的咨询报告应当达到约定的要求。"
        ),
        Clause(
            "民法典881",
            "乙方按照甲方符合约定要求的咨询报告和意见作出决策所造成的损失，由乙方承担，双方另有约定的除外。",
        ),
    ),
)
BREACH = Section(
    "违约责任",
    (
        Clause(
            "民法典881",
            "乙方未按照约定提供必要的资料，影响工作进度和质量，不接受或者逾期接受工作成果的，支付的报酬不得追回，未支付的报酬应当支付。",
        ),
        Clause(
            "民法典881",
            "甲方未按期提出咨询报告或者提出的咨询报告不符合约定的，应当承担减收或者免收报酬等违约责任。",
        ),
        *common.GENERAL_BREACH,
    ),
)


def draft(deal: Deal, instalments: str) -> Draft:
    """A consultant's report on a technical question."""
    sections = (
        Section("名词和术语的解释", DEFINITIONS),
        Section("标的的内容、范围和要求", (*common.SUBJECT, TARGET, common.REQUIREMENT)),
        PERFORMANCE,
        common.WORK_SECRETS,
        OWNERSHIP,
        ACCEPTANCE,
        common.price_section(deal, instalments),
        DUTIES,
        BREACH,
        common.REGISTRATION,
        common.DISPUTES,
        common.effect_section("附件一，咨询问题清单；附件二，技术背景材料清单"),
    )
    return Draft("技术咨询合同", VERSION, "受托人", "委托人", "委托甲方就挂牌的项目提供技术咨询。", sections)
