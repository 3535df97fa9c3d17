"""The dossier of a claim as one ZIP: contract, confirmation, registration, bank evidence, calculation, election, what is
missing, and a manifest with the SHA-256 of each file. The same state gives the same bytes."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator

from matching_engine.money import format_yuan
from settlement.confirmation import confirmation
from settlement.dates import shanghai_time
from settlement.election import election_text
from settlement.missing_papers import missing_papers
from settlement.state import Claim, Registration, Settlement, Trade
from web.documents.docx import to_docx
from web.documents.election_record import election_records
from web.documents.evidence import KINDS, evidence_of
from web.documents.packing import pack, repack
from web.documents.page import to_html
from web.documents.record import Record, records_of
from web.documents.sheet import calculation_sheet

File = tuple[str, bytes]


def dossier(state: Settlement, claim: Claim) -> bytes:
    """The ZIP. The claim's event gives the time of every file in it."""
    trade = state.trades[claim.trade]
    files = list(_files(state, claim, trade))
    return pack([("00-manifest.json", _manifest(claim, files)), *files], claim.drawn_up_at)


def _files(state: Settlement, claim: Claim, trade: Trade) -> Iterator[File]:
    contract = state.contracts.get(trade.contract or "")
    if contract is not None:
        yield from _document("01-contract", contract.text, records_of(contract, trade), trade.hammered_at)
    yield from _document("02-confirmation", confirmation(trade), (), trade.hammered_at)
    registration = state.registrations.get(trade.registration or "")
    if registration is not None:
        yield "03-registration.html", to_html(_registration_text(registration), (), whole=True).encode()
    movements = evidence_of(state, trade)
    yield "04-bank.csv", _bank_csv(state, trade)
    share = state.specialists.get(claim.id)
    shares = (
        [(f"专员奖励：{share.specialist}（{share.document} {share.clause}）", share.steps)] if share else []
    )
    yield "05-calculation.xlsx", calculation_sheet(claim, shares, movements)
    if trade.election is not None:
        text = election_text(trade, trade.election)
        yield "06-election.html", to_html(text, election_records(trade), whole=True).encode()
    yield "07-missing-papers.txt", _missing(state, claim)


def _document(name: str, text: str, records: tuple[Record, ...], at: int) -> Iterator[File]:
    yield f"{name}.docx", repack(to_docx(text, records, at), at)
    yield f"{name}.html", to_html(text, records, whole=True).encode()


def _registration_text(found: Registration) -> str:
    facts = (
        ("登记编号", found.number or "尚未登记"),
        ("系统内编号", found.id),
        ("登记机构", found.office),
        ("登记日期", found.registered_on or "—"),
        ("合同总额", f"{format_yuan(found.total_fen)}元"),
        ("技术交易额", f"{format_yuan(found.technology_fen)}元" if found.technology_fen is not None else "—"),
        ("状态", "有效" if found.in_force else "未生效或已终止"),
    )
    lines = "\n".join(f"{label}：{value}" for label, value in facts)
    return f"技术合同认定登记事项\n\n{lines}\n\n（登记证明原件由登记机构出具。）\n"


def _bank_csv(state: Settlement, trade: Trade) -> bytes:
    """UTF-8 with the mark that spreadsheets look for; a text that looks like a formula is made a text."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(("款项", "银行日期", "银行流水号", "付款方", "金额（元）"))
    for one in evidence_of(state, trade):
        amount = format_yuan(one.amount_fen)
        writer.writerow((KINDS[one.kind], one.on, _plain(one.reference), _plain(one.payer), amount))
    return "\ufeff".encode() + buffer.getvalue().encode()


def _plain(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text


def _missing(state: Settlement, claim: Claim) -> bytes:
    papers = missing_papers(state, claim)
    lines = [f"{number}. {paper.name}\n   {paper.why}" for number, paper in enumerate(papers, start=1)]
    return ("本卷宗之外尚需的材料\n\n" + "\n".join(lines) + "\n").encode()


def _manifest(claim: Claim, files: list[File]) -> bytes:
    listed = [
        {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in files
    ]
    manifest = {
        "claim": claim.id,
        "trade": claim.trade,
        "rule": claim.rule,
        "document": claim.document,
        "clause": claim.clause,
        "amount": format_yuan(claim.amount_fen),
        "drawn_up_at": shanghai_time(claim.drawn_up_at).isoformat(),
        "state": claim.state.value,
        "files": listed,
    }
    return (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()
