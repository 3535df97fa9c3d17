"""技术转让合同: the assignment of patents, patent applications and know-how (Civil Code, art. 862 to 876)."""

from settlement.deal import Deal
from settlement.templates import common
from settlement.templates.parts import Clause, Draft, Section

VERSION = "ZR-2026-2"
_TITLES = {
    "": "技术转让合同",
    "patent": "技术转让合同（专利权转让）",
    "patent_application": "技术转让合同（专利申请权转让）",
    "know_how": "技术转让合同（技术秘密转让）",
}
_OBJECTS = {
    "": "包括其专利权、专利申请权、技术秘密以及实施所需的技术资料",
    "patent": "即本合同所列专利权以及实施所需的技术资料",
    "patent_application": "即本合同所列专利申请权以及实施所需的技术资料",
    "know_how": "即未公开的技术秘密以及使用所需的技术资料",
}

DEFINITIONS = (
    Clause("民法典845", "“标的技术”：指本合同第二条载明的科技成果，$object。"),
    Clause(
        "民法典845、862",
        "“技术资料”：指实施标的技术所需的说明书、图纸、工艺、配方、数据、软件、检测报告及权属证明，不论其载体。",
    ),
    Clause("民法典875", "“后续改进”：指在本合同有效期内，一方或者双方对标的技术所作的革新和改良。"),
    *common.DEFINITIONS,
)

PATENT_FACTS = Clause(
    "民法典845",
    "标的技术含专利或者专利申请的，其发明创造名称、申请人和专利权人、申请日期、申请号、专利号以及专利权的期限，以本条所列知识产权状况及签订当日国家知识产权局专利登记簿的记载为准；登记簿副本作为附件一，是本合同的组成部分。",
)
SCOPE = Clause(
    "民法典862、864",
    "转让范围：甲方将标的技术的上述权利一次性转让给乙方，不附地域限制。双方可以另行约定实施专利或者使用技术秘密的范围，但不得限制技术竞争和技术发展。",
)
FITNESS = Clause(
    "民法典850、870",
    "要求：标的技术完整、无误、有效，能够达到本条所载目标；标的技术符合国家安全、环境保护、生态和公共健康方面的强制性规定。",
)

_TRANSFER = {
    "patent": "（三）甲方应当在同一期限内与乙方共同向国家知识产权局提交专利权人变更的著录项目变更申请；专利权的转让自登记之日起生效；",
    "patent_application": "（三）甲方应当在同一期限内与乙方共同向国家知识产权局提交申请人变更的著录项目变更申请；专利申请权的转让自登记之日起生效；",
    "know_how": "（三）技术秘密自技术资料交付之日起归乙方所有，甲方不再使用，留存的载体一并交还或者销毁；",
    "": "（三）标的技术含专利权或者专利申请权的，甲方应当在同一期限内与乙方共同向国家知识产权局提交著录项目变更（权利转移）申请；专利权、专利申请权的转让自登记之日起生效；",
}


def _performance(form: str) -> Section:
    plan = (
        "计划：\n（一）乙方按第七条付清价款；\n"
        "（二）价款全部进入监管账户之日起十五日内，甲方向乙方交付全部技术资料；\n"
        f"{_TRANSFER[form]}\n（四）技术资料交付之日起六十日内，甲方根据乙方要求完成必要的技术指导。"
    )
    place = "地点：技术资料在乙方住所交付；技术指导在乙方实施现场或者双方商定的地点进行。"
    manner = (
        "方式：技术资料以书面和电子文件两种方式各交付一份，由乙方出具收讫清单；"
        "技术指导由甲方指派熟悉标的技术的人员提供，费用已含在合同价款内。"
    )
    equipment = "本合同关于提供实施技术的专用设备、原材料或者提供有关的技术咨询、技术服务的约定，属于本合同的组成部分。"
    return Section(
        "履行的计划、地点和方式",
        (
            Clause("民法典845；专利法10", plan),
            Clause("民法典845", place),
            Clause("民法典845、868", manner),
            Clause("民法典862", equipment),
        ),
    )


SECRETS = Section(
    "技术信息和资料的保密",
    (
        Clause(
            "民法典868、869、871",
            "乙方应当按照约定的范围和期限，对甲方提供的技术中尚未公开的秘密部分承担保密义务；甲方自转让生效之日起，对已转让的技术秘密承担同等义务，不得再向第三人披露、许可或者转让。",
        ),
        Clause("民法典845", "保密范围：技术资料中未公开的全部内容，以及在磋商和履行中知悉的对方商业秘密。"),
        Clause(
            "民法典558、845",
            "保密期限：自签订之日起至该信息合法公开之日止；合同变更、解除、终止或者被确认无效的，保密义务仍然有效。",
        ),
        Clause(
            "民法典868",
            "前款保密义务不妨碍乙方作为权利人就标的技术申请专利，也不妨碍双方依法办理技术合同认定登记、专利权转移登记和税务事项。",
        ),
        Clause("保守国家秘密法", "标的技术属于国家秘密的，不得订立本合同。"),
    ),
)

OWNERSHIP = Section(
    "技术成果的归属和收益的分配办法",
    (
        Clause(
            "民法典845、862",
            "标的技术的权利自转让生效之日起归乙方所有，其后由标的技术产生的收益归乙方；甲方在本合同签订前已取得的收益归甲方。",
        ),
        common.ATTRIBUTION,
        common.REWARD,
        Clause(
            "民法典847",
            "标的技术为职务技术成果的，甲方确认完成人已依法行使或者放弃以同等条件优先受让的权利。",
        ),
        Clause(
            "民法典875",
            "后续改进的技术成果归完成该改进的一方所有，他方无权分享；双方共同完成的归双方共有，分享办法另行书面约定。",
        ),
    ),
)

_ACCEPTED = {"know_how": "，秘密载体已全部移交"}


def _acceptance(form: str) -> Section:
    standard = (
        "验收标准：技术资料齐全、清晰、与第二条一致，按照技术资料实施能够达到第二条所载的技术内容和目标"
        f"{_ACCEPTED.get(form, '；含专利的，权利转移已经登记')}。"
    )
    method = (
        "验收方法：乙方自收到技术资料之日起三十日内书面验收，可以采用资料审查、样品试制或者委托有资质的第三方检测；"
        "期限届满未提出书面异议的，视为验收合格。"
    )
    again = "验收不合格的，甲方应当在三十日内补正并再次提交验收，费用由甲方承担。"
    texts = (("民法典845、870", standard), ("民法典845", method), ("民法典582、872", again))
    return Section("验收标准和方法", tuple(Clause(law, text) for law, text in texts))


DUTIES = Section(
    "双方的保证和义务",
    (
        Clause(
            "民法典870",
            "甲方保证自己是标的技术的合法拥有者，有权转让；标的技术未设定质押、独占许可或者其他妨碍转让的负担，已披露的除外。",
        ),
        Clause(
            "民法典868、870",
            "甲方应当按照约定提供技术资料，进行技术指导，保证技术的实用性、可靠性，并承担保密义务。",
        ),
        Clause(
            "技术合同司法解释24",
            "本合同签订前甲方已许可他人实施专利的，该许可合同的效力不因本合同而受影响，甲方应当在附件二中全部列明。",
        ),
        Clause("民法典869", "乙方应当按照约定使用技术，支付转让费，并承担保密义务。"),
        Clause(
            "民法典874",
            "乙方按照约定实施专利、使用技术秘密侵害他人合法权益的，由甲方承担责任，双方另有约定的除外。",
        ),
    ),
)
APPLICATION = Clause(
    "技术合同司法解释23",
    "专利申请权转让合同登记前专利申请被驳回或者视为撤回的，乙方可以解除合同；登记后被驳回或者视为撤回的，乙方不得以此为由请求解除，双方另有约定的除外。",
)

BREACH = Section(
    "违约责任",
    (
        Clause(
            "民法典872",
            "甲方未按照约定转让技术的，应当返还部分或者全部价款，并承担违约责任；违反保密义务的，应当承担违约责任。",
        ),
        Clause(
            "民法典873",
            "乙方未按照约定支付价款的，应当补交，并就逾期金额按同期一年期贷款市场报价利率向甲方支付违约金；不补交价款或者不支付违约金的，甲方有权解除合同，乙方应当交还技术资料，并承担违约责任。",
        ),
        *common.GENERAL_BREACH,
    ),
)


def draft(deal: Deal, instalments: str) -> Draft:
    """The assignment of all rights, of patents, of patent applications, or of know-how."""
    form = deal.form
    facts = () if form == "know_how" else (PATENT_FACTS,)
    duties = (*DUTIES.clauses, APPLICATION) if form == "patent_application" else DUTIES.clauses
    sections = (
        Section("名词和术语的解释", DEFINITIONS),
        Section(
            "标的的内容、范围和要求",
            (*common.SUBJECT, Clause("民法典845", "知识产权状况：\n$ip"), *facts, SCOPE, FITNESS),
        ),
        _performance(form),
        SECRETS,
        OWNERSHIP,
        _acceptance(form),
        common.price_section(deal, instalments),
        Section(DUTIES.heading, duties),
        BREACH,
        common.REGISTRATION,
        common.DISPUTES,
        common.effect_section("附件一，权属证明和专利登记簿副本；附件二，已有许可清单；附件三，技术资料清单"),
    )
    recital = "受让甲方挂牌的科技成果。"
    return Draft(_TITLES[form], VERSION, "让与人", "受让人", recital, _filled(sections, form))


def _filled(sections: tuple[Section, ...], form: str) -> tuple[Section, ...]:
    """The sections with the object of the form in the first definition."""
    first = sections[0]
    clauses = (
        Clause(first.clauses[0].law, first.clauses[0].text.replace("$object", _OBJECTS[form])),
        *first.clauses[1:],
    )
    return (Section(first.heading, clauses), *sections[1:])
