"""Bank statements in ISO 20022 camt.053 (BankToCustomerStatement), versions 001.02 and 001.08.

Message definition report "Bank-to-Customer Cash Management": a document has a group header and statements; a
statement has an account, an opening (OPBD) and a closing (CLBD) booked balance, and entries. Booked entries
must lead from the opening to the closing balance. Only CNY, only booked entries; pending ones are left out, for a
later statement has them booked. Money that came back is marked as a reversal, or carries the return's reason.
"""

from collections.abc import Callable
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.parsers import expat

from matching_engine.errors import Malformed
from settlement.bank_account import NUMBER_MAX, TEXT_MAX, BankAccount, tidy
from settlement.bank_statement import (
    ENTRIES_MAX,
    LIMIT_BYTES,
    BankCredit,
    BankDebit,
    BankFile,
    credit_id,
    day,
    distinct,
    fen,
)
from settlement.camt053_structure import SEQUENCES, out_of_place
from settlement.statement_head import StatementHead

_BASE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."
NAMESPACES = (f"{_BASE}02", f"{_BASE}08")
CURRENCY = "CNY"
_NO_REFERENCE = "NOTPROVIDED"


def read_camt053(data: bytes) -> tuple[BankCredit, ...]:
    """The booked credits of a file; Malformed names the entry and the field of the first thing that is wrong."""
    return read_camt053_file(data).credits


def read_camt053_file(data: bytes) -> BankFile:
    """A file whole: what came in, what went out, and the head of each statement."""
    root = _parse(data)
    _check_structure(root, "Document")
    document = _Node(root, "Document")
    message = document.one("BkToCstmrStmt")
    header = message.one("GrpHdr")
    header.text("MsgId")
    header.text("CreDtTm")
    statements = message.all("Stmt")
    if not statements:
        raise Malformed("Document/BkToCstmrStmt/Stmt", "nothing", "at least one statement")
    read = [_statement(statement) for statement in statements]
    return BankFile(
        distinct(credit for part in read for credit in part.credits),
        tuple(debit for part in read for debit in part.debits),
        tuple(head for part in read for head in part.heads),
    )


def _parse(data: bytes) -> Element:
    """The root of the document: well-formed, small enough, without a DTD, in a namespace we know."""
    if len(data) > LIMIT_BYTES:
        raise Malformed("file", f"{len(data)} bytes", f"at most {LIMIT_BYTES}")
    _refuse_dtd(data)
    try:
        root = fromstring(data)  # noqa: S314  (a DTD, and with it every entity, was refused above)
    except ParseError as wrong:
        raise Malformed("file", str(wrong), "well-formed XML") from wrong
    namespace, _, name = root.tag.lstrip("{").rpartition("}")
    if name != "Document" or namespace not in NAMESPACES:
        expected = "Document of camt.053.001.02 or camt.053.001.08"
        raise Malformed("file", f"{name} in {namespace or 'no namespace'}", expected)
    return root


def _check_structure(element: Element, path: str) -> None:
    """Every element that the structure names has its children in their sequence."""
    children = [child.tag.rpartition("}")[2] for child in element]
    wrong = out_of_place(path.rpartition("/")[2].partition("[")[0], children)
    if wrong is not None:
        named, got, expected = wrong
        raise Malformed(f"{path}/{named}", got, expected)
    seen: dict[str, int] = {}
    for child, name in zip(element, children, strict=True):
        if name in SEQUENCES:
            seen[name] = seen.get(name, 0) + 1
            place = f"[{seen[name]}]" if children.count(name) > 1 else ""
            _check_structure(child, f"{path}/{name}{place}")


def _refuse_dtd(data: bytes) -> None:
    """A statement has no document type and no entities: they could make a small file large, or read another."""
    parser = expat.ParserCreate()

    def refuse(*_declared: object) -> None:
        raise Malformed("file", "a document type or entity declaration", "XML without either")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as wrong:
        raise Malformed("file", str(wrong), "well-formed XML") from wrong


class _Node:
    """An element with the path that an error names."""

    def __init__(self, element: Element, path: str) -> None:
        self._element = element
        self.path = path
        self._namespace = element.tag.rpartition("}")[0] + "}"

    def all(self, name: str) -> list["_Node"]:
        """The children of a name, numbered in their paths when there are several."""
        found = self._element.findall(f"{self._namespace}{name}")
        if len(found) == 1:
            return [_Node(found[0], f"{self.path}/{name}")]
        return [_Node(child, f"{self.path}/{name}[{n}]") for n, child in enumerate(found, 1)]

    def maybe(self, path: str) -> "_Node | None":
        """The first descendant on a path of names, if there is one."""
        node: _Node | None = self
        for name in path.split("/"):
            node = next(iter(node.all(name)), None) if node else None
        return node

    def one(self, path: str) -> "_Node":
        """The descendant on a path; Malformed without it."""
        found = self.maybe(path)
        if found is None:
            raise Malformed(f"{self.path}/{path}", "nothing", "this element")
        return found

    @property
    def own(self) -> str:
        """The element's own text."""
        return (self._element.text or "").strip()

    def text(self, path: str) -> str:
        """The text on a path, not empty."""
        found = self.one(path).own
        if not found:
            raise Malformed(f"{self.path}/{path}", "nothing", "a text")
        return found

    def text_of(self, *paths: str) -> str:
        """The first text that stands on one of some paths, or an empty one."""
        found = (node.own for node in map(self.maybe, paths) if node)
        return next((text for text in found if text), "")

    def amount_fen(self) -> int:
        """The amount of this element's Amt, in fen."""
        amount = self.one("Amt")
        currency = amount._element.get("Ccy")
        if currency != CURRENCY:
            raise Malformed(f"{amount.path}/@Ccy", currency, CURRENCY)
        return fen(amount.own, amount.path)

    def sign(self) -> int:
        """+1 for CRDT, -1 for DBIT."""
        told = self.text("CdtDbtInd")
        if told not in ("CRDT", "DBIT"):
            raise Malformed(f"{self.path}/CdtDbtInd", told, "CRDT or DBIT")
        return 1 if told == "CRDT" else -1


def _statement(statement: _Node) -> BankFile:
    """A statement whose sum is right."""
    id_ = statement.text("Id")
    account = statement.text_of("Acct/Id/IBAN", "Acct/Id/Othr/Id")
    if not account:
        raise Malformed(f"{statement.path}/Acct/Id", "nothing", "IBAN or Othr/Id of the account")
    entries = statement.all("Ntry")
    if len(entries) > ENTRIES_MAX:
        raise Malformed(f"{statement.path}/Ntry", len(entries), f"at most {ENTRIES_MAX} entries")
    credits_: list[BankCredit] = []
    debits: list[BankDebit] = []
    sum_fen = booked = 0
    for number, entry in enumerate(entries, 1):
        named, reference = _named(entry, number)
        amount_fen = named.sign() * named.amount_fen()
        if amount_fen == 0:
            raise Malformed(f"{named.path}/Amt", "0.00", "an amount above 0.00")
        if not _booked(named):
            continue
        sum_fen, booked = sum_fen + amount_fen, booked + 1
        if amount_fen > 0:
            credits_ += _credits(named, lambda part: credit_id(account, id_, part), id_, reference)
        else:
            debits += _debits(named, id_, reference)
    opening_fen, closing_fen = _check_sum(statement, sum_fen)
    head = StatementHead(
        account, id_, _number(statement), opening_fen, closing_fen, *_period(statement), booked
    )
    return BankFile(tuple(credits_), tuple(debits), (head,))


def _number(statement: _Node) -> int | None:
    """The bank's count of its statements, where it counts."""
    text = statement.text_of("ElctrncSeqNb", "LglSeqNb")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise Malformed(f"{statement.path}/ElctrncSeqNb", text, "a number of at most 18 digits")
    return int(text)


def _period(statement: _Node) -> tuple[str, str]:
    """The first and the last day: as the statement says, or those of its balances."""
    days = {}
    for balance in statement.all("Bal"):
        on = balance.text_of("Dt/Dt", "Dt/DtTm")
        days[balance.text_of("Tp/CdOrPrtry/Cd")] = day(on, f"{balance.path}/Dt") if on else ""
    path = f"{statement.path}/FrToDt"
    first, last = statement.text_of("FrToDt/FrDtTm"), statement.text_of("FrToDt/ToDtTm")
    return (day(first, path) if first else days["OPBD"]), (day(last, path) if last else days["CLBD"])


def _named(entry: _Node, number: int) -> tuple[_Node, str]:
    """The entry under the reference by which the bank knows it, or its place without one."""
    reference = entry.text_of("NtryRef", "AcctSvcrRef")
    name = f"{entry.path}" if not reference else f"{entry.path} ({reference})"
    return _Node(entry._element, name), reference or f"#{number}"


def _booked(entry: _Node) -> bool:
    """Whether an entry counts in the booked balance: status BOOK, which version 08 puts one level deeper."""
    status = entry.text_of("Sts/Cd", "Sts")
    if status not in ("BOOK", "PDNG", "INFO", "FUTR"):
        raise Malformed(f"{entry.path}/Sts", status or "nothing", "BOOK, PDNG, INFO or FUTR")
    return status == "BOOK"


def _check_sum(statement: _Node, sum_fen: int) -> tuple[int, int]:
    """Opening balance + booked entries = closing balance; gives the two."""
    balances = {}
    for balance in statement.all("Bal"):
        kind = balance.text("Tp/CdOrPrtry/Cd") if balance.maybe("Tp/CdOrPrtry/Cd") else ""
        if kind in ("OPBD", "CLBD"):
            if kind in balances:
                raise Malformed(f"{balance.path}/Tp", kind, f"one balance {kind} in a statement")
            day(balance.text_of("Dt/Dt", "Dt/DtTm"), f"{balance.path}/Dt")
            balances[kind] = balance.sign() * balance.amount_fen()
    for kind in ("OPBD", "CLBD"):
        if kind not in balances:
            raise Malformed(f"{statement.path}/Bal", f"no {kind}", f"a balance {kind}")
    expected = balances["OPBD"] + sum_fen
    if expected != balances["CLBD"]:
        detail = f"{expected} fen, the opening balance and the booked entries"
        raise Malformed(f"{statement.path}/Bal CLBD", f"{balances['CLBD']} fen", detail)
    return balances["OPBD"], balances["CLBD"]


def _value_date(entry: _Node) -> str:
    booked_on = entry.text_of("ValDt/Dt", "ValDt/DtTm", "BookgDt/Dt", "BookgDt/DtTm")
    return day(booked_on, f"{entry.path}/BookgDt")


def _parts(entry: _Node, reference: str) -> list[tuple[_Node, str, int]]:
    """An entry's one transaction, or each of an entry that stands for a batch: details, place, fen."""
    details = [one for group in entry.all("NtryDtls") for one in group.all("TxDtls")]
    if len(details) <= 1:
        return [(details[0] if details else entry, reference, entry.amount_fen())]
    amounts_fen = [_transaction_fen(part) for part in details]
    if sum(amounts_fen) != entry.amount_fen():
        detail = f"{entry.amount_fen()} fen, the entry's amount"
        raise Malformed(f"{entry.path}/NtryDtls", f"{sum(amounts_fen)} fen in transactions", detail)
    return [
        (part, f"{reference}/{n}", amount_fen)
        for n, (part, amount_fen) in enumerate(zip(details, amounts_fen, strict=True), 1)
    ]


def _credits(entry: _Node, id_of: Callable[[str], str], statement: str, reference: str) -> list[BankCredit]:
    """What an entry brought."""
    on = _value_date(entry)
    return [
        BankCredit(
            id_of(place),
            entry.path,
            _reference(part),
            _payer(part),
            amount_fen,
            on,
            _payer_account(part),
            _bank_reference(entry, part, statement, place),
            _returned(entry, part),
        )
        for part, place, amount_fen in _parts(entry, reference)
    ]


def _debits(entry: _Node, statement: str, reference: str) -> list[BankDebit]:
    """What an entry took away."""
    on = _value_date(entry)
    return [
        BankDebit(
            entry.path,
            _reference(part),
            part.text_of("RltdPties/Cdtr/Nm", "RltdPties/Cdtr/Pty/Nm", "RltdPties/CdtrAcct/Id/Othr/Id"),
            amount_fen,
            on,
            _bank_reference(entry, part, statement, place),
            bool(_returned(entry, part)),
        )
        for part, place, amount_fen in _parts(entry, reference)
    ]


def _bank_reference(entry: _Node, part: _Node, statement: str, place: str) -> str:
    """The bank's own reference of a transaction; without one its place in its statement."""
    return part.text_of("Refs/AcctSvcrRef") or (f"{entry.text_of('AcctSvcrRef') or statement}/{place}")


def _returned(entry: _Node, part: _Node) -> str:
    """Why a transaction was returned or reversed; empty when it was not."""
    reason = part.text_of("RtrInf/AddtlInf", "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry")
    marked = entry.text_of("RvslInd") in ("true", "1") or part.maybe("RtrInf") is not None
    return reason or ("returned by the bank" if marked else "")


def _transaction_fen(transaction: _Node) -> int:
    """The amount of one transaction of a batch: on itself in version 08, in its details in version 02."""
    holder = transaction if transaction.maybe("Amt") else transaction.one("AmtDtls/TxAmt")
    amount_fen = holder.amount_fen()
    if amount_fen == 0:
        raise Malformed(f"{holder.path}/Amt", "0.00", "an amount above 0.00")
    return amount_fen


def _reference(source: _Node) -> str:
    """The end-to-end id and the free text."""
    end_to_end = source.text_of("Refs/EndToEndId")
    written = [node.own for info in source.all("RmtInf") for node in info.all("Ustrd")]
    parts = ([] if end_to_end == _NO_REFERENCE else [end_to_end]) + written
    return " ".join(dict.fromkeys(part for part in parts if part))


def _payer(source: _Node) -> str:
    return source.text_of("RltdPties/Dbtr/Nm", "RltdPties/Dbtr/Pty/Nm", "RltdPties/DbtrAcct/Id/Othr/Id")


def _payer_account(source: _Node) -> BankAccount | None:
    """Where the money came from, as far as the bank tells it."""
    number = source.text_of("RltdPties/DbtrAcct/Id/IBAN", "RltdPties/DbtrAcct/Id/Othr/Id")
    if not number or len(number) > NUMBER_MAX:
        return None
    agent = "RltdAgts/DbtrAgt/FinInstnId"
    return tidy(
        BankAccount(
            (_payer(source) or number)[:TEXT_MAX],
            number,
            source.text_of(f"{agent}/Nm")[:TEXT_MAX],
            source.text_of(f"{agent}/ClrSysMmbId/MmbId")[:NUMBER_MAX],
            source.text_of(f"{agent}/BICFI", f"{agent}/BIC")[:NUMBER_MAX],
        )
    )
