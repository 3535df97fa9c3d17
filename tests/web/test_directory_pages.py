"""The directories' pages and the workspace: lists, forms with errors beside the field, steps, tables, both languages."""

import re

import pytest

from exchange.registers import Person
from exchange.registers.directory import Reader
from exchange.registers.directory_kinds import kinds
from exchange.registers.people import Mandate
from exchange.registers.words import MandateRole
from settlement.dates import parse_date
from tests.exchange.house.running import BEGIN
from tests.web.running import Web, key
from tests.web.test_directories import EQUIPMENT, enter, fit, step
from tests.web.test_directories import web as web


def filled(kind: str, **fields: str) -> dict[str, str]:
    """A form of a kind as a browser sends it."""
    shown = {f"shown_{one.name}": "1" for one in kinds()[kind].fields}
    return {**shown, **{f"f_{name}": value for name, value in fields.items()}, "command": key()}


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_kind_has_its_pages(web: Web, language: str) -> None:
    """The list of kinds, a list with its filters, and the form with every field that is the reader's to set."""
    operator = await web.signed_in("operator")
    index = (await operator.get(f"/directory?lang={language}")).text
    for name, kind in kinds().items():
        web.clock.advance(1_000_000)
        assert f'href="/directory/{name}"' in index
        assert kind.name.said(language).replace("&", "&amp;") in index
        assert (await operator.get(f"/directory/{name}")).status_code == 200
        page = (await operator.get(f"/directory/{name}/new")).text
        assert all(
            f'name="f_{one.name}"' in page for one in kind.fields if not one.by or "operator" in one.by
        )
        assert "directory_" not in re.sub(r'href="[^"]*"', "", page)


async def test_a_draft_from_a_page(web: Web) -> None:
    """Sent twice it is one entry; its page shows values for people, and its state."""
    seller = await web.signed_in("university")
    form = filled(
        "equipment", instrument="<b>光谱仪", organisation="university", voucher="是", value_fen="1,650,000"
    )
    first = await seller.post("/directory/equipment/new", data=form)
    again = await seller.post("/directory/equipment/new", data=form)
    assert (first.status_code, first.headers["location"]) == (303, again.headers["location"])
    page = (await seller.get(f"{first.headers['location']}?lang=en")).text
    for said in ("¥1,650,000.00", "&lt;b&gt;光谱仪", "演示大学", ">draft<", ">yes<"):
        assert said in page
    assert "<b>光谱仪" not in page
    assert (await web.client().get(first.headers["location"])).status_code == 404


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "请填写名册中的单位编号。"), ("en", "The id of an organisation")]
)
async def test_errors_stand_beside_the_field(web: Web, language: str, said: str) -> None:
    """Each wrong field has its sentence and its mark; what was typed is still there; nothing is entered."""
    seller = await web.signed_in("university")
    form = filled("equipment", instrument="光谱仪", organisation="ghost", voucher="也许", hours_open="200")
    answer = await seller.post("/directory/equipment/new", data=form, headers={"accept-language": language})
    assert answer.status_code == 422
    wrong = dict(re.findall(r'id="wrong-f_(\w+)" role="alert">([^<]+)<', answer.text))
    assert set(wrong) == {"organisation", "voucher", "hours_open"}
    assert said in wrong["organisation"]
    assert 'value="光谱仪"' in answer.text
    assert answer.text.count('aria-invalid="true"') == 3
    assert await web.exchange.registers.directory.count(kinds()["equipment"], Reader("t", None, True)) == 0


async def test_steps_on_a_page(web: Web) -> None:
    """Buttons are those of the role; publishing shows what is missing; a stale step says so."""
    seller, operator = await web.signed_in("university"), await web.signed_in("operator")
    made = await enter(
        seller,
        "first-units",
        {"product": "盾构机", "category": "首台（套）装备", "organisation": "university"},
    )
    path = f"/directory/first-units/{made['entry']}"
    assert 'value="published"' not in (await seller.get(path)).text
    assert 'value="published"' in (await operator.get(path)).text
    lacking = await operator.post(f"{path}/state", data={"state": "published", "version": "1"})
    assert (lacking.status_code, "认定部门: 请填写此项。" in lacking.text) == (422, True)
    edit = (await operator.get(f"{path}/edit")).text
    assert 'value="盾构机"' in edit
    form = filled(
        "first-units",
        product="盾构机",
        category="首台（套）装备",
        organisation="university",
        recognised_by="工信厅",
        recognised_on="2026-03-02",
    )
    assert (await operator.post(f"{path}/edit", data={**form, "version": "1"})).status_code == 303
    stale = await operator.post(f"{path}/state", data={"state": "published", "version": "1"})
    assert stale.status_code == 409
    done = await operator.post(f"{path}/state", data={"state": "published", "version": "2"})
    assert done.status_code == 303
    assert "盾构机" in (await web.client().get("/directory/first-units")).text
    assert (await operator.post(f"{path}/state", data={"state": "gone", "version": "3"})).status_code == 422


async def test_fields_of_the_office_stay_as_they_are(web: Web) -> None:
    """A broker's own change keeps the standing that only the office sets."""
    operator, seller = await web.signed_in("operator"), await web.signed_in("university")
    made = await enter(operator, "brokers", fit("brokers"), owner="university")
    form = filled("brokers", name="李新", grade="高级", certificate="C9")
    form.pop("shown_standing")
    form.pop("shown_suspended_until")
    path = f"/directory/brokers/{made['entry']}"
    assert 'name="f_standing"' not in (await seller.get(f"{path}/edit")).text
    assert (await seller.post(f"{path}/edit", data={**form, "version": "1"})).status_code == 303
    row = await web.exchange.registers.directory.get(made["entry"])
    assert row is not None
    assert (row.fields["name"], row.fields["standing"]) == ("李新", "正常")


async def test_lists_narrow_and_download(web: Web) -> None:
    """Words and choices narrow the list; the download holds the same and no formula; a table comes in by the form."""
    operator = await web.signed_in("operator")
    for name, voucher in (("=光谱仪", "是"), ("显微镜", "否")):
        await step(
            operator,
            await enter(operator, "equipment", {**EQUIPMENT, "instrument": name, "voucher": voucher}),
            "published",
        )
    nobody = web.client(**{"accept-language": "zh"})
    without = (await nobody.get("/directory/equipment?voucher=否")).text
    assert ("显微镜" in without, "光谱仪" in without) == (True, False)
    assert "显微镜" not in (await nobody.get("/directory/equipment?q=光谱")).text
    data = (await nobody.get("/directory/equipment/table?form=csv&q=光谱")).text
    assert "'=光谱仪" in data
    assert "显微镜" not in data
    assert (await nobody.get("/directory/equipment/table?form=xlsx")).content.startswith(b"PK")
    assert (await nobody.get("/directory/equipment/table?form=pdf")).status_code == 422
    assert (await nobody.get("/directory/castles")).status_code == 404
    rows = "编号,仪器名称,持有单位编号,可用创新券\nT1,天平,university,是\nT2,天平,university,x\n".encode()
    token = re.search(r'name="csrf" value="([^"]+)"', (await operator.get("/directory/equipment")).text)
    assert token is not None
    answer = await operator.post(
        "/directory/equipment/import",
        data={"csrf": token[1]},
        files={"file": ("a.csv", rows, "text/csv")},
    )
    assert (answer.status_code, "one of the words" in answer.text) == (422, True)
    assert await web.exchange.registers.directory.get("T1") is not None


async def test_what_is_due_is_marked(web: Web) -> None:
    """A zone's yearly report is due on 31 January, overdue after that, and no longer once it is in."""
    operator = await web.signed_in("operator")
    zone = {"zone": "柳州示范区", "city": "柳州", "year": 2024, "step": "启动实施"}
    made = await enter(operator, "demo-zones", zone, owner="university")
    assert made["made"] == {"due_on": "2025-01-31"}
    page = (await operator.get(f"/directory/demo-zones/{made['entry']}?lang=en")).text
    assert "31 January 2025" in page
    assert "overdue" in page
    work = (await (await web.signed_in("university")).get("/workspace?lang=en")).text
    assert "柳州示范区" in work
    await operator.post(
        f"/api/v1/directory/demo-zones/{made['entry']}/versions",
        json={"fields": {**zone, "reported_on": "2025-01-20"}, "version": 1},
    )
    assert "overdue" not in (await operator.get(f"/directory/demo-zones/{made['entry']}?lang=en")).text


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_workspace_of_a_university(web: Web, language: str) -> None:
    """Results by state, people with mandates, entries and money on one page; another's workspace is not shown."""
    registers = web.exchange.registers
    await registers.people.add(Person("p1", "王老师", "university", grade="高级"), "t", BEGIN)
    since = parse_date("2020-01-01")
    assert since is not None
    await registers.mandates.add(Mandate("m1", "p1", "university", MandateRole.SELLER, since), "t", BEGIN)
    seller = await web.signed_in("university")
    await enter(seller, "equipment", EQUIPMENT)
    page = (await seller.get(f"/workspace?lang={language}")).text
    for said in ("高速主轴轴承", "王老师", "光谱仪", "¥0.00"):
        assert said in page
    assert ("未审查" if language == "zh" else "not reviewed") in page
    jia = await web.signed_in("jia")
    assert "CANARY" not in (await jia.get("/workspace?party=university")).text
    assert (await (await web.signed_in("bank")).get("/workspace")).status_code == 403
    operator = await web.signed_in("operator")
    assert 'name="party"' in (await operator.get("/workspace")).text
    assert "高速主轴轴承" in (await operator.get("/workspace?party=university")).text
    assert (await operator.get("/workspace?party=ghost")).status_code == 404
