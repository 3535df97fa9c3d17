"""Bank statements for tests, in camt.053 of both versions and in CSV."""

from collections.abc import Sequence
from typing import NamedTuple

MAP = {
    "account": "6222000011112222",
    "columns": {
        "entry": "流水号",
        "date": "交易日期",
        "credit": "贷方金额",
        "debit": "借方金额",
        "balance": "余额",
        "payer": "对方户名",
        "reference": "附言",
    },
}


class Movement(NamedTuple):
    """A line of a statement; fen above zero came in."""

    ref: str
    fen: int
    text: str = "D-L1-001"
    payer: str = "松江重型机械有限公司"
    status: str = "BOOK"


def yuan(fen: int) -> str:
    """The amount as a bank writes it."""
    return f"{fen // 100}.{fen % 100:02d}"


def _entry(move: Movement, version: str) -> str:
    status = f"<Cd>{move.status}</Cd>" if version == "08" else move.status
    name = f"<Nm>{move.payer}</Nm>"
    debtor = f"<Pty>{name}</Pty>" if version == "08" else name
    return f"""<Ntry><NtryRef>{move.ref}</NtryRef><Amt Ccy="CNY">{yuan(abs(move.fen))}</Amt>
<CdtDbtInd>{"CRDT" if move.fen > 0 else "DBIT"}</CdtDbtInd><Sts>{status}</Sts>
<BookgDt><Dt>2026-11-20</Dt></BookgDt><ValDt><Dt>2026-11-21</Dt></ValDt>
<BkTxCd><Prtry><Cd>1</Cd></Prtry></BkTxCd>
<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
<RltdPties><Dbtr>{debtor}</Dbtr></RltdPties><RmtInf><Ustrd>{move.text}</Ustrd></RmtInf>
</TxDtls></NtryDtls></Ntry>"""


def _balance(kind: str, fen: int) -> str:
    sign = "CRDT" if fen >= 0 else "DBIT"
    return f"""<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">{yuan(abs(fen))}</Amt>
<CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>2026-11-20</Dt></Dt></Bal>"""


def camt(moves: Sequence[Movement], version: str = "02", opening: int = 100_00, statement: str = "S1") -> str:
    """A statement whose closing balance is right."""
    closing = opening + sum(move.fen for move in moves if move.status == "BOOK")
    entries = "".join(_entry(move, version) for move in moves)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-20T23:00:00</CreDtTm></GrpHdr>
<Stmt><Id>{statement}</Id><CreDtTm>2026-11-20T23:00:00</CreDtTm>
<Acct><Id><Othr><Id>6222000011112222</Id></Othr></Id></Acct>
{_balance("OPBD", opening)}{_balance("CLBD", closing)}{entries}</Stmt></BkToCstmrStmt></Document>"""


def csv_text(moves: Sequence[Movement], opening: int = 100_00) -> str:
    """The same movements as a bank's CSV with a running balance."""
    lines = ["流水号,交易日期,借方金额,贷方金额,余额,对方户名,附言"]
    balance = opening
    for move in moves:
        balance += move.fen
        out, come = (yuan(-move.fen), "") if move.fen < 0 else ("", yuan(move.fen))
        lines.append(f"{move.ref},20261121,{out},{come},{yuan(balance)},{move.payer},{move.text}")
    return "\r\n".join(lines) + "\r\n"
