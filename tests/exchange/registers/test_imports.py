"""Tables taken into the registers: row by row, all or none, again and again, on both databases."""

import csv
import io
from datetime import date

import pytest
from openpyxl import Workbook

from exchange.market.unconverted import Category, Secrecy, Source
from exchange.registers import Organisation, Registers, imports
from exchange.registers.facts import Completer, FundingSource, IpItem, Owner, StageReached
from exchange.registers.words import DemandKind, IpKind, LegalStatus, Level, PriceForm, Route, Stage
from matching_engine.errors import Malformed
from tests.exchange.registers.conftest import AT

ROW = {
    "id": "LY-1",
    "title": "高速主轴轴承",
    "holder": "ly",
    "abstract": "转速高，寿命长。",
    "keywords": "轴承、主轴；机床",
    "field": "先进制造",
    "region": "河南",
    "city": "洛阳市",
    "funding": "财政|省|重点研发专项|2022ZD001|70%；own||||30%",
    "category": "技术开发和产业化",
    "secrecy": "公开",
    "secrecy_reviewer": "李审",
    "secrecy_reviewed_on": "2025-01-02",
    "trl": "7",
    "stage": "中试",
    "stages": "小试|2023-01-01|洛阳;中试|2024-01-01|",
    "price_form": "挂牌交易",
    "price_idea": "1650000",
    "ip": "发明专利|ZL202310000001.X|一种轴承|有效|2024-02-29|2043-02-28|是",
    "owners": "示例大学|7/10|ly;王工|30%",
    "grants": "长期使用权|王工||10|2024-03-01",
    "completers": "王工|负责人|示例大学|是",
    "accepted_on": "2024-02-29",
    "admitted_on": "2024-05-01",
    "route": "应当入库",
    "registration_no": "4112024Y0001",
    "interim": "否",
    "public_good": "no",
    "contact": "0379-1",
}


def as_csv(*rows: dict[str, str]) -> bytes:
    """A file with these rows, and the columns of the first."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


async def _holder(registers: Registers) -> None:
    await registers.organisations.add(Organisation("ly", "示例大学", "university", "henan", "L"), "op", AT)


async def test_a_whole_row(registers: Registers) -> None:
    """Every column arrives in its field, lists and exact shares too."""
    await _holder(registers)
    report = await imports.achievements(registers).take(as_csv(ROW), "shell", AT)
    assert [(one.row, one.outcome, one.id) for one in report.rows] == [(2, "new", "LY-1")]
    assert report.whole
    one = await registers.achievements.get("LY-1")
    assert one is not None
    assert (one.holder, one.holder_name, one.region, one.trl) == ("ly", "示例大学", "henan", 7)
    assert one.keywords == ("轴承", "主轴", "机床")
    assert one.funding == (
        FundingSource(Source.PUBLIC, Level.PROVINCE, "重点研发专项", "2022ZD001", "7/10"),
        FundingSource(Source.OWN, share="3/10"),
    )
    assert one.stages == (
        StageReached(Stage.BENCH, date(2023, 1, 1), "洛阳"),
        StageReached(Stage.PILOT, date(2024, 1, 1)),
    )
    assert one.ip_items == (
        IpItem(
            IpKind.INVENTION,
            "ZL202310000001.X",
            "一种轴承",
            LegalStatus.GRANTED,
            date(2024, 2, 29),
            date(2043, 2, 28),
            True,
        ),
    )
    assert one.owners == (Owner("示例大学", "7/10", "ly"), Owner("王工", "3/10"))
    assert one.completers == (Completer("王工", "负责人", "示例大学", True),)
    assert (one.price_idea_fen, one.price_form, one.route) == (
        165_000_000,
        PriceForm.LISTED,
        Route.MANDATORY,
    )
    assert (one.category, one.public) == (Category.DEVELOPMENT, True)


async def test_a_file_that_comes_again_changes_nothing(registers: Registers) -> None:
    """Unchanged rows get no version; a changed row gets one, by whoever imported, and keeps absent columns."""
    await _holder(registers)
    await imports.achievements(registers).take(as_csv(ROW), "shell", AT)
    again = await imports.achievements(registers).take(as_csv(ROW), "shell", AT + 1)
    assert [one.outcome for one in again.rows] == ["unchanged"]
    short = as_csv({"编号": "LY-1", "成果名称": "更高速的主轴轴承"})
    third = await imports.achievements(registers).take(short, "li", AT + 2)
    assert [one.outcome for one in third.rows] == ["changed"]
    versions = await registers.achievements.versions("LY-1")
    assert [(one.version, one.at, one.by) for one in versions] == [(1, AT, "shell"), (2, AT + 2, "li")]
    assert versions[1].value.abstract == ROW["abstract"]
    assert versions[1].value.title == "更高速的主轴轴承"


async def test_bad_rows_are_named_and_the_others_taken(registers: Registers) -> None:
    """Row, column, value and expectation of each; the good row is in the register; with strict nothing is."""
    bad = as_csv(
        {"id": "A", "title": "好", "trl": "1", "field": ""},
        {"id": "B", "title": "坏", "trl": "10", "field": ""},
        {"id": "A", "title": "重", "trl": "", "field": ""},
        {"id": "C", "title": "坏", "trl": "", "field": "航海"},
    )
    strict = await imports.achievements(registers).take(bad, "shell", AT, strict=True)
    assert (strict.written, strict.whole) == (False, False)
    assert await registers.achievements.list() == []
    report = await imports.achievements(registers).take(bad, "shell", AT)
    assert [(one.row, one.outcome) for one in report.rows] == [
        (2, "new"),
        (3, "refused"),
        (4, "refused"),
        (5, "refused"),
    ]
    ten = report.rows[1]
    assert (ten.column, ten.value, ten.expected) == ("trl", "10", "a readiness level from 1 to 9")
    assert report.rows[2].expected == "each id once (row 2 has it)"
    assert report.rows[3].expected.startswith("one of 电子信息")
    assert [one.id for one in await registers.achievements.list()] == ["A"]


@pytest.mark.parametrize(
    ("column", "text", "expected"),
    [
        ("owners", "甲|60%;乙|50%", "shares that together are 1"),
        ("owners", "甲|1.5", "a share like 70%"),
        ("grants", "长期使用权|王工||9", "10 years or more"),
        ("grants", "所有权|王工", "the share of"),
        ("funding", "public|省|x||120%", "a share like"),
        ("funding", "gift", "the first part is public, own or industry"),
        ("ip", "专利|1", "'专利' is none of"),
        ("stages", "中试|2024-2-1", "is no date"),
        ("registration_no", "4112024Y001", "12 characters"),
        ("region", "火星", "a province"),
        ("route", "自愿入库", "应当入库: public money paid for it"),
        ("route", "", "应当入库 or 自愿入库"),
        ("price_idea", "-1", "an amount of yuan"),
        ("holder", "nobody", "an organisation that is in the register"),
        ("secrecy", "内部", "one of 公开"),
        ("title", "", "a printable text"),
    ],
)
async def test_a_bad_cell(registers: Registers, column: str, text: str, expected: str) -> None:
    """Row and column are named, with what was expected."""
    await _holder(registers)
    report = await imports.achievements(registers).take(as_csv({**ROW, column: text}), "shell", AT)
    (one,) = report.rows
    assert (one.row, one.outcome, one.column) == (2, "refused", column)
    assert expected in one.expected


async def test_voluntary_admission_needs_registration_or_evaluation(registers: Registers) -> None:
    """A result of own money is admitted when it is registered, not otherwise."""
    row = {"id": "V", "title": "自有成果", "funding": "own", "admitted_on": "2024-05-01", "route": "自愿入库"}
    refused = await imports.achievements(registers).take(as_csv(row), "shell", AT)
    assert refused.rows[0].column == "route"
    known = {**row, "registration_no": "4112024Y0001", "registered_on": "2024-04-01"}
    assert (await imports.achievements(registers).take(as_csv(known), "shell", AT)).whole


async def test_a_seller_takes_its_own_rows_only(registers: Registers) -> None:
    """Rows without a holder are the seller's; those of another are refused, and so is taking one over."""
    await _holder(registers)
    await registers.organisations.add(Organisation("zz", "另一大学", "university", "henan", "Z"), "op", AT)
    await imports.achievements(registers).take(
        as_csv({"id": "Z1", "title": "别家的", "holder": "zz"}), "op", AT
    )
    rows = (
        {"id": "M1", "title": "自家的", "holder": ""},
        {"id": "M2", "title": "别家的", "holder": "zz"},
        {"id": "Z1", "title": "夺来的", "holder": "ly"},
    )
    report = await imports.achievements(registers, "ly").take(as_csv(*rows), "s", AT)
    assert [one.outcome for one in report.rows] == ["new", "refused", "refused"]
    mine = await registers.achievements.get("M1")
    assert mine is not None
    assert (mine.holder, mine.holder_name) == ("ly", "示例大学")


async def test_a_workbook_of_demands(registers: Registers) -> None:
    """Chinese headers, date cells and whole numbers of XLSX are read."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["编号", "需求名称", "类型", "预算(元)", "截止日期", "最低成熟度", "省份"])
    sheet.append(["D1", "低温轴承", "揭榜挂帅", 2_000_000, date(2027, 1, 1), 6, "河南省"])
    file = io.BytesIO()
    book.save(file)
    assert (await imports.demands(registers).take(file.getvalue(), "shell", AT)).whole
    demand = await registers.demands.get("D1")
    assert demand is not None
    assert (demand.kind, demand.budget_fen, demand.deadline, demand.trl_min, demand.region) == (
        DemandKind.CHALLENGE,
        200_000_000,
        date(2027, 1, 1),
        6,
        "henan",
    )
    assert [one.id for one in await registers.demands.list(q="低温", region="henan")] == ["D1"]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b"id\nA\n", "row 1, header"),
        (b"id,title,colour\n", "row 1, header"),
        ("id,编号,title\n".encode(), "row 1, header"),
        (b"", "row 1, header"),
        (b"PK\x03\x04junk", "file"),
        ("id,title\nA,\xff".encode("latin-1"), "row 2"),
    ],
)
async def test_a_bad_file(registers: Registers, data: bytes, field: str) -> None:
    """A header or file that is none of ours is one error, and nothing is taken."""
    with pytest.raises(Malformed) as caught:
        await imports.achievements(registers).take(data, "shell", AT)
    assert caught.value.field.startswith(field)


async def test_a_row_of_another_width_does_not_stop_the_rest(registers: Registers) -> None:
    """It is refused with its number; the next is taken."""
    report = await imports.achievements(registers).take(b"id,title\nA\nB,b\n", "shell", AT)
    assert [(one.row, one.outcome) for one in report.rows] == [(2, "refused"), (3, "new")]


async def test_secrecy_is_unknown_until_somebody_says_so(registers: Registers) -> None:
    """A row without a reviewer is in the register and public nowhere."""
    await imports.achievements(registers).take(
        as_csv({"id": "S", "title": "未审", "secrecy": "公开"}), "x", AT
    )
    one = await registers.achievements.get("S")
    assert one is not None
    assert (one.secrecy, one.public) == (Secrecy.PUBLIC, False)
    assert (await registers.search.find()).total == 0
