"""技术许可合同: exclusive (独占), sole (排他) and non-exclusive (普通) licences (Civil Code, art. 862 to 876)."""

from settlement.deal import Deal
from settlement.templates import common
from settlement.templates.parts import Clause, Draft, Section

VERSION = "XK-2026-1"
_NAMES = {"exclusive": "独占许可", "sole": "排他许可", "non_exclusive": "普通许可"}
_OBJECTS = {
    "": "许可实施的专利和许可使用的技术秘密",
    "patent": "许可实施的专利",
    "know_how": "许可使用的技术秘密",
}
_GRANTS = {
    "exclusive": "独占许可：在约定的期限和地域内，仅由乙方实施或者使用许可技术，甲方自己不得实施或者使用，也不得再许可他人。",
    "sole": "排他许可：在约定的期限和地域内，除甲方自己可以实施或者使用许可技术外，仅由乙方实施或者使用，甲方不得再许可他人。",
    "non_exclusive": "普通许可：甲方可以自己实施或者使用许可技术，也可以在同一期限和地域内许可他人实施或者使用。",
}

DEFINITIONS = (
    Clause("民法典845、862", "“许可技术”：指本合同第二条载明的$object以及实施所需的技术资料。"),
    Clause("民法典845", "“合同产品”：指乙方实施或者使用许可技术所得的产品和服务。"),
    Clause("民法典875", "“后续改进”：指在本合同有效期内，一方或者双方对许可技术所作的革新和改良。"),
    *common.DEFINITIONS,
)
PATENT_FACTS = Clause(
    "民法典845",
    "许可技术含专利的，其发明创造名称、申请人和专利权人、申请日期、申请号、专利号以及专利权的期限，以本条所列知识产权状况及签订当日国家知识产权局专利登记簿的记载为准；登记簿副本作为附件一。",
)
TERM = Clause(
    "民法典864、865",
    "许可期限：$term；许可地域：$territory。专利实施许可仅在专利权的存续期限内有效；专利权有效期限届满或者专利权被宣告无效的，甲方不得就该专利与他人订立实施许可合同。",
)
RANGE = Clause(
    "民法典864",
    "实施范围：制造、使用、许诺销售、销售、进口合同产品；双方可以另行约定，但不得限制技术竞争和技术发展。",
)
SUBLICENCE = Clause("民法典867", "未经甲方书面同意，乙方不得许可约定以外的第三人实施或者使用许可技术。")

PERFORMANCE = Section(
    "履行的计划、地点和方式",
    (
        Clause(
            "民法典845、866",
            "计划：\n（一）乙方按第七条付清约定款项；\n（二）款项全部进入监管账户之日起十五日内，甲方交付实施许可技术有关的技术资料；\n（三）技术资料交付之日起六十日内，甲方提供必要的技术指导。",
        ),
        Clause("民法典845", "地点：技术资料在乙方住所交付；技术指导在乙方实施现场或者双方商定的地点进行。"),
        Clause(
            "民法典845、868",
            "方式：技术资料以书面和电子文件两种方式各交付一份，由乙方出具收讫清单；技术指导费用已含在合同价款内。",
        ),
        Clause(
            "专利法实施细则15",
            "许可技术含专利的，甲方应当自本合同生效之日起三个月内向国家知识产权局办理专利实施许可合同备案，乙方予以配合。",
        ),
    ),
)

SECRETS = Section(
    "技术信息和资料的保密",
    (
        Clause(
            "民法典868、869、871",
            "乙方应当按照约定的范围和期限，对甲方提供的技术中尚未公开的秘密部分承担保密义务；甲方承担同等义务。",
        ),
        Clause("民法典868", "甲方的保密义务不限制其申请专利，双方另有约定的除外。"),
        *common.WORK_SECRETS.clauses[1:],
    ),
)
OWNERSHIP = Section(
    "技术成果的归属和收益的分配办法",
    (
        Clause(
            "民法典845、862",
            "许可技术的权利仍归甲方；乙方实施或者使用许可技术所得的收益归乙方，按第七条向甲方支付使用费。",
        ),
        common.ATTRIBUTION,
        common.REWARD,
        Clause(
            "民法典875",
            "后续改进的技术成果归完成该改进的一方所有，他方无权分享；双方共同完成的归双方共有，分享办法另行书面约定。",
        ),
    ),
)
ACCEPTANCE = Section(
    "验收标准和方法",
    (
        Clause(
            "民法典845、870",
            "验收标准：技术资料齐全、清晰、与第二条一致，按照技术资料实施能够达到第二条所载的技术内容和目标。",
        ),
        Clause(
            "民法典845",
            "验收方法：乙方自收到技术资料之日起三十日内书面验收，可以采用资料审查、样品试制或者委托有资质的第三方检测；期限届满未提出书面异议的，视为验收合格。",
        ),
        Clause("民法典582、872", "验收不合格的，甲方应当在三十日内补正并再次提交验收，费用由甲方承担。"),
    ),
)
DUTIES = (
    Clause(
        "民法典870",
        "甲方保证自己是许可技术的合法拥有者，有权许可，所提供的技术完整、无误、有效，能够达到约定的目标。",
    ),
    Clause(
        "民法典866、868",
        "甲方应当许可乙方实施专利、使用技术秘密，交付有关的技术资料，提供必要的技术指导，保证技术的实用性、可靠性。",
    ),
    Clause("专利法43、44", "许可期限内，甲方应当按时缴纳专利年费，维持专利权有效；不得放弃专利权。"),
    Clause(
        "民法典867、869",
        "乙方应当按照约定的范围、方法和期限实施专利、使用技术秘密，支付使用费，并承担保密义务。",
    ),
    Clause(
        "民法典874",
        "乙方按照约定实施专利、使用技术秘密侵害他人合法权益的，由甲方承担责任，双方另有约定的除外。",
    ),
)
PRIOR = Clause(
    "民法典866；技术合同司法解释25",
    "甲方保证在约定的期限和地域内没有与本许可方式相抵触的其他许可；已有许可在附件二中全部列明。",
)
OPEN = Clause(
    "专利法50至52",
    "本许可经专利开放许可声明或者多方授予成立的，各被许可人地位平等；开放许可实施期间甲方不得给予独占或者排他许可；撤回开放许可声明的，不影响本许可的效力。",
)
BREACH = Section(
    "违约责任",
    (
        Clause(
            "民法典872",
            "甲方未按照约定许可技术的，应当返还部分或者全部使用费，并承担违约责任；实施专利或者使用技术秘密超越约定的范围，违反约定擅自许可第三人的，应当停止违约行为，承担违约责任；违反保密义务的，应当承担违约责任。",
        ),
        Clause(
            "民法典873",
            "乙方未按照约定支付使用费的，应当补交，并就逾期金额按同期一年期贷款市场报价利率支付违约金；不补交使用费或者不支付违约金的，应当停止实施专利或者使用技术秘密，交还技术资料，承担违约责任；超越约定的范围或者未经同意擅自许可第三人的，应当停止违约行为，承担违约责任。",
        ),
        *common.GENERAL_BREACH,
    ),
)


def draft(deal: Deal, instalments: str) -> Draft:
    """A licence: exclusive, sole or non-exclusive, of patents, of know-how, or of both."""
    facts = () if deal.form == "know_how" else (PATENT_FACTS,)
    grant = Clause("民法典862；技术合同司法解释25", _GRANTS[deal.licence])
    first = Clause(DEFINITIONS[0].law, DEFINITIONS[0].text.replace("$object", _OBJECTS[deal.form]))
    rival = OPEN if deal.licence == "non_exclusive" else PRIOR
    sections = (
        Section("名词和术语的解释", (first, *DEFINITIONS[1:])),
        Section(
            "标的的内容、范围和要求",
            (
                *common.SUBJECT,
                Clause("民法典845", "知识产权状况：\n$ip"),
                *facts,
                grant,
                TERM,
                RANGE,
                SUBLICENCE,
                common.REQUIREMENT,
            ),
        ),
        PERFORMANCE,
        SECRETS,
        OWNERSHIP,
        ACCEPTANCE,
        common.price_section(deal, instalments),
        Section("双方的保证和义务", (*DUTIES, rival)),
        BREACH,
        common.REGISTRATION,
        common.DISPUTES,
        common.effect_section("附件一，权属证明和专利登记簿副本；附件二，已有许可清单；附件三，技术资料清单"),
    )
    title = f"技术许可合同（{_NAMES[deal.licence]}）"
    return Draft(title, VERSION, "许可人", "被许可人", "取得甲方挂牌的科技成果的许可。", sections)
