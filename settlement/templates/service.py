"""技术服务合同: services, training (技术培训) and intermediation (技术中介) (Civil Code, art. 878, 882 to 887, 961 to 966)."""

from settlement.deal import Deal
from settlement.templates import common
from settlement.templates.parts import Clause, Draft, Section

VERSION = "FW-2026-1"
_NAMES = {"": "", "training": "（技术培训）", "intermediary": "（技术中介）"}
_ROLES = {"": ("受托人", "委托人"), "training": ("培训人", "委托人"), "intermediary": ("中介人", "委托人")}
_RECITALS = {
    "": "委托甲方就挂牌的项目提供技术服务。",
    "training": "委托甲方就挂牌的项目提供技术培训。",
    "intermediary": "委托甲方就挂牌的项目提供技术中介。",
}
_MEANS = {
    "": Clause("民法典878", "“技术服务”：指甲方以技术知识为乙方解决特定技术问题，不包括承揽和建设工程。"),
    "training": Clause(
        "民法典887；技术合同司法解释34",
        "“技术培训”：指甲方对乙方指定的学员进行特定项目的专业技术训练和技术指导，不包括职业培训、文化学习和按计划进行的业余教育。",
    ),
    "intermediary": Clause(
        "民法典887；技术合同司法解释38",
        "“技术中介”：指甲方以知识、技术、经验和信息为乙方与第三人订立技术合同进行联系、介绍以及对履行合同提供专门服务。",
    ),
}
_TASKS = {
    "": Clause(
        "民法典883",
        "服务的技术问题和要求：以挂牌公告及乙方的任务书（附件一）为准；甲方应当解决技术问题，保证工作质量，并传授解决技术问题的知识。",
    ),
    "training": Clause(
        "技术合同司法解释34、36",
        "培训的内容、人数、时间和要求：以挂牌公告及培训计划（附件一）为准；学员的条件由双方在计划中载明。",
    ),
    "intermediary": Clause(
        "民法典961、技术合同司法解释38",
        "中介的事项和要求：以挂牌公告及委托书（附件一）为准；甲方促成乙方与第三人订立技术合同为完成中介。",
    ),
}
_PLANS = {
    "": "（一）本合同生效之日起十五日内，乙方提供工作条件，完成配合事项；\n（二）$term内，甲方完成服务项目；\n（三）完成之日起三十日内，甲方传授解决技术问题的知识。",
    "training": "（一）本合同生效之日起十五日内，甲方制定培训计划，乙方选派合格的学员；\n（二）$term内，甲方配备合格的教员，完成培训；\n（三）培训结束时，双方共同考核学员。",
    "intermediary": "（一）本合同生效之日起十五日内，乙方提出订约的要求，提供有关背景材料；\n（二）$term内，甲方如实报告订约机会，协助磋商；\n（三）中介的技术合同订立后，甲方协助履行。",
}
_DUTIES = {
    "": (
        Clause("民法典882", "乙方应当按照约定提供工作条件，完成配合事项，接受工作成果，支付报酬。"),
        Clause(
            "民法典883",
            "甲方应当按照约定完成服务项目，解决技术问题，保证工作质量，并传授解决技术问题的知识。",
        ),
        Clause(
            "技术合同司法解释35",
            "甲方发现乙方提供的资料、数据、样品、材料、场地等工作条件不符合约定的，应当在合理期限内通知乙方；乙方应当在合理期限内答复并补正。",
        ),
    ),
    "training": (
        Clause(
            "技术合同司法解释36",
            "乙方应当按照约定派出符合条件的学员，保证学员遵守培训纪律，接受专业技术训练和技术指导，支付报酬。",
        ),
        Clause(
            "技术合同司法解释36",
            "甲方应当按照约定配备符合条件的教员，制定和实施培训计划，按期完成培训，实现约定的培训目标。",
        ),
        Clause("技术合同司法解释37", "一方发现学员或者教员不符合约定条件的，应当在合理期限内通知对方改派。"),
    ),
    "intermediary": (
        Clause(
            "民法典962",
            "甲方应当就有关订立合同的事项向乙方如实报告；故意隐瞒与订立合同有关的重要事实或者提供虚假情况，损害乙方利益的，不得请求支付报酬并应当承担赔偿责任。",
        ),
        Clause(
            "民法典963；技术合同司法解释39",
            "甲方促成合同成立的，乙方应当按照约定支付报酬；从事中介活动的费用由甲方负担。",
        ),
        Clause(
            "民法典964；技术合同司法解释39",
            "甲方未促成合同成立的，不得请求支付报酬，但是可以按照约定请求乙方支付从事中介活动支出的必要费用。",
        ),
        Clause(
            "民法典965",
            "乙方在接受甲方的服务后，利用甲方提供的交易机会或者媒介服务，绕开甲方直接订立合同的，应当向甲方支付报酬。",
        ),
    ),
}
_ACCEPT = {
    "": "验收标准：任务书所列技术问题已经解决，达到约定的质量和技术指标。",
    "training": "验收标准：全部课时完成，学员考核达到培训计划载明的目标。",
    "intermediary": "验收标准：乙方与第三人订立的技术合同已经成立，并符合委托书的要求。",
}

OWNERSHIP = Section(
    "技术成果的归属和收益的分配办法",
    (
        Clause(
            "民法典885",
            "甲方利用乙方提供的技术资料和工作条件完成的新的技术成果，属于甲方；乙方利用甲方的工作成果完成的新的技术成果，属于乙方。",
        ),
        common.ATTRIBUTION,
    ),
)
BREACH = Section(
    "违约责任",
    (
        Clause(
            "民法典884",
            "乙方不履行合同义务或者履行合同义务不符合约定，影响工作进度和质量，不接受或者逾期接受工作成果的，支付的报酬不得追回，未支付的报酬应当支付。",
        ),
        Clause("民法典884", "甲方未按照约定完成服务工作的，应当承担免收报酬等违约责任。"),
        *common.GENERAL_BREACH,
    ),
)


def _performance(form: str) -> Section:
    return Section(
        "履行的计划、地点和方式",
        (
            Clause("民法典845、882、883", f"计划：\n{_PLANS[form]}"),
            Clause("民法典845", "地点：在乙方现场或者双方商定的地点进行。"),
            Clause("民法典845", "方式：甲方指派符合约定条件的人员，按附件一进行；工作记录由双方签字。"),
            Clause("民法典886", "甲方提供服务所需的正常费用，已含在合同价款内，由甲方负担。"),
        ),
    )


def _acceptance(form: str) -> Section:
    method = "验收方法：乙方自收到工作成果或者完成通知之日起三十日内书面验收；期限届满未提出书面异议的，视为验收合格。"
    return Section(
        "验收标准和方法",
        (
            Clause("民法典845、883", _ACCEPT[form]),
            Clause("民法典845、882", method),
            Clause("民法典582", "验收不合格的，甲方应当在三十日内返工、补正或者另行完成，费用由甲方承担。"),
        ),
    )


def draft(deal: Deal, instalments: str) -> Draft:
    """A service, a training, or the work of an intermediary."""
    form = deal.form
    sections = (
        Section("名词和术语的解释", (_MEANS[form], *common.DEFINITIONS)),
        Section("标的的内容、范围和要求", (*common.SUBJECT, _TASKS[form], common.REQUIREMENT)),
        _performance(form),
        common.WORK_SECRETS,
        OWNERSHIP,
        _acceptance(form),
        common.price_section(deal, instalments),
        Section("双方的义务", _DUTIES[form]),
        BREACH,
        common.REGISTRATION,
        common.DISPUTES,
        common.effect_section("附件一，任务书、培训计划或者委托书；附件二，工作条件清单"),
    )
    seller, buyer = _ROLES[form]
    return Draft(f"技术服务合同{_NAMES[form]}", VERSION, seller, buyer, _RECITALS[form], sections)
