"""A bank's statement by hand: chosen, its columns named where it is CSV, looked at row by row, then booked.

The file travels with the form from step to step, so nothing is kept between them and no step can be skipped;
what is booked is checked and decided anew.
"""

import base64
import binascii
import csv
from collections.abc import Mapping
from typing import Any, NamedTuple

from starlette.responses import Response
from starlette.routing import Route

from matching_engine.errors import Malformed
from settlement.bank_statement import BankCredit, BankDebit, BankFile
from settlement.bank_told import Told, of_debit, of_return, orders_by_name
from settlement.forecast import Forecast, forecast
from settlement.statement_csv import ColumnMap
from web import errors
from web.bank import column_map
from web.bank_file import book_file, check_file, read_file
from web.multipart import Upload, is_multipart, read_multipart
from web.pages.bank import desk
from web.pages.bank_faults import fault
from web.pages.shell import Visit, page
from web.pages.statement import party_name
from web.parse import BadInput

ROWS_SHOWN = 500
COLUMNS = {
    "entry": ("流水号", "交易流水号", "银行流水号", "entry", "reference no", "transaction id"),
    "date": ("交易日期", "记账日期", "日期", "date", "booking date", "value date"),
    "credit": ("贷方金额", "贷方发生额", "收入金额", "收入", "credit"),
    "debit": ("借方金额", "借方发生额", "支出金额", "支出", "debit"),
    "balance": ("余额", "账户余额", "balance"),
    "payer": ("对方户名", "对方账户名称", "付款人", "payer", "counterparty"),
    "reference": ("附言", "摘要", "用途", "备注", "remittance information", "reference", "text"),
    "currency": ("币种", "currency"),
}
"""Column → how banks call it."""
NEEDED = ("entry", "date", "credit", "payer", "reference")
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}


class Step(NamedTuple):
    """What a form of these pages brought: the file, and the fields beside it."""

    name: str
    content: bytes
    said: dict[str, str]

    @property
    def is_csv(self) -> bool:
        """Whether it is no XML."""
        return not self.content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


async def look(visit: Visit) -> Response:
    """What a statement would come to; a CSV is asked for its columns first."""
    visit.needs("bank")
    step = _sent(visit)
    if step is None:
        wrong = {"file": visit.speech.text("Choose the file of a statement.")}
        return await desk(visit, 422, "statement", wrong)
    if step.is_csv and "account" not in step.said:
        return _columns(visit, step, _guess(step), {})
    try:
        file = _read(visit, step)
    except Malformed as wrong:
        return await _again(visit, step, wrong)
    return _preview(visit, step, file)


async def book_it(visit: Visit) -> Response:
    """Book the statement that was looked at; booked a second time it changes nothing, and the page says so."""
    principal = visit.needs("bank")
    step = _sent(visit)
    if step is None:
        raise BadInput("BAD_VALUE", "content", "nothing", "a statement that was looked at")
    try:
        booked = await book_file(visit.exchange.house, principal, _read(visit, step))
    except Malformed as wrong:
        return await _again(visit, step, wrong)
    return visit.render("bank_booked.html", 200, "/bank", name=step.name, booked=booked)


def _sent(visit: Visit) -> Step | None:
    """The file of the first form, or the one that the later forms carry on; None without one."""
    content_type = visit.request.headers.get("content-type", "")
    if not is_multipart(content_type):
        raise errors.failure(415, "UNSUPPORTED_MEDIA_TYPE", "expected multipart/form-data")
    form = read_multipart(content_type, visit.request.state.body)
    upload = form.files.get("file")
    if upload is None and "content" in form.fields:
        upload = Upload(form.fields.get("name", ""), _decoded(form.fields["content"]))
    if upload is None or not upload.content:
        return None
    said = {name: text for name, text in form.fields.items() if name not in ("csrf", "content", "name")}
    return Step(upload.name[:200], upload.content, said)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as wrong:
        raise BadInput("BAD_VALUE", "content", "other text", "the statement in Base64") from wrong


def _read(visit: Visit, step: Step) -> BankFile:
    """The statement, checked against the books; Malformed names what is wrong."""
    file = read_file(step.content, _map(step.said) if step.is_csv else None)
    check_file(visit.state, file)
    return file


def _map(said: Mapping[str, str]) -> ColumnMap:
    columns = {name: said[name] for name in COLUMNS if said.get(name)}
    plain: dict[str, Any] = {
        name: said[name] for name in ("opening", "closing", "statement") if said.get(name)
    }
    for name in NEEDED:
        if name not in columns:
            raise Malformed(f"columns.{name}", "nothing", "one of the headings")
    if not said.get("account"):
        raise Malformed("account", "nothing", "the number of the account")
    delimiter = DELIMITERS.get(said.get("delimiter", ""), ",")
    return column_map(
        {
            **plain,
            "account": said["account"],
            "columns": columns,
            "encoding": said.get("encoding"),
            "delimiter": delimiter,
        }
    )


async def _again(visit: Visit, step: Step, wrong: Malformed) -> Response:
    """The form once more with the fault: beside its field, or over the file as a whole."""
    told = fault(visit.speech, wrong)
    if not step.is_csv:
        return await desk(visit, 422, "statement", {"file": told})
    field = wrong.field.removeprefix("columns.")
    known = field in COLUMNS or field in ("account", "opening", "closing", "statement")
    return _columns(visit, step, step.said, {field if known else "file": told}, 422)


def _columns(
    visit: Visit, step: Step, said: Mapping[str, str], wrong: Mapping[str, str], status: int = 200
) -> Response:
    encoding, delimiter = said.get("encoding", "utf-8"), said.get("delimiter", "comma")
    return visit.render(
        "bank_columns.html",
        status,
        "/bank",
        step=step,
        content=_carried(step),
        said=said,
        headings=_headings(step.content, encoding, DELIMITERS.get(delimiter, ",")),
        columns=[(name, name in NEEDED) for name in COLUMNS],
        errors=wrong,
    )


def _guess(step: Step) -> dict[str, str]:
    """Encoding, delimiter and columns as far as the first line shows them."""
    encoding = "utf-8"
    try:
        step.content.decode()
    except UnicodeDecodeError:
        encoding = "gb18030"
    line = step.content.decode(encoding, "replace").partition("\n")[0]
    delimiter = max(DELIMITERS, key=lambda name: line.count(DELIMITERS[name]))
    headings = _headings(step.content, encoding, DELIMITERS[delimiter])
    by_name = {heading.lower(): heading for heading in headings}
    found = {"encoding": encoding, "delimiter": delimiter}
    for column, names in COLUMNS.items():
        heading = next((by_name[name] for name in names if name in by_name), "")
        if heading:
            found[column] = heading
    return found


def _headings(content: bytes, encoding: str, delimiter: str) -> list[str]:
    line = content.decode("gb18030" if encoding == "gb18030" else "utf-8", "replace").removeprefix("\ufeff")
    cells = next(csv.reader([line.partition("\n")[0].rstrip("\r")], delimiter=delimiter), [])
    return [cell.strip() for cell in cells if cell.strip()][:100]


def _carried(step: Step) -> str:
    return base64.b64encode(step.content).decode()


class Row(NamedTuple):
    """An entry in the preview: money in with its forecast, or what it says of an order of ours."""

    entry: BankCredit | BankDebit
    credit: Forecast | None
    whose: str
    told: Told | None

    @property
    def known(self) -> bool:
        """Whether booking the entry changes nothing."""
        return self.credit.known if self.credit else self.told is not None and self.told.known

    @property
    def on(self) -> str:
        """The bank's day."""
        return self.entry.paid_on if isinstance(self.entry, BankDebit) else self.entry.credited_on

    @property
    def other(self) -> str:
        """Who paid, or was paid."""
        return self.entry.payee if isinstance(self.entry, BankDebit) else self.entry.payer


def _rows(visit: Visit, file: BankFile) -> list[Row]:
    """The entries as they will be booked: debits first, then returns and money that came in."""
    state = visit.state.settlement
    orders = orders_by_name(state)
    rows = [Row(debit, None, "", of_debit(orders, debit)) for debit in file.debits]
    plain = []
    for credit in file.credits:
        back = of_return(orders, credit) if credit.id not in state.credits else None
        if back is None:
            plain.append(credit)
        else:
            rows.append(Row(credit, None, "", back))
    return rows + [Row(one.credit, one, _whose(visit, one), None) for one in forecast(state, plain)]


def _preview(visit: Visit, step: Step, file: BankFile) -> Response:
    rows = _rows(visit, file)
    credits_ = [row.credit for row in rows if row.credit]
    known_heads = visit.state.settlement.statements
    news = [head for head in file.heads if head.statement not in known_heads.get(head.account, {})]
    return visit.render(
        "bank_preview.html",
        200,
        "/bank",
        step=step,
        content=_carried(step),
        rows=rows[:ROWS_SHOWN],
        count=len(rows),
        known=sum(row.known for row in rows),
        changes=bool(news) or not all(row.known for row in rows),
        total_fen=sum(one.credit.amount_fen for one in credits_ if not one.known),
        suspense_fen=sum(one.suspense_fen for one in credits_),
        suspended=sum(one.suspense_fen > 0 for one in credits_),
    )


def _whose(visit: Visit, row: Forecast) -> str:
    """The party for whose deposit or debt the money is."""
    state = visit.state.settlement
    if row.target in state.deposits:
        party = state.deposits[row.target].party
    elif row.target in state.obligations:
        party = state.obligations[row.target].debtor
    else:
        return ""
    return party_name(visit, party)


ROUTES: list[Route] = [
    page("/bank/statements", look, "POST"),
    page("/bank/statements/booking", book_it, "POST"),
]
