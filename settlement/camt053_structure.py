"""The structure of camt.053 as its reader needs it: which elements stand where, in which order, and which must be there.

In our own words after the message definition report "Bank-to-Customer Cash Management" (ISO 20022), versions 001.02 and
001.08: each line names an element's children in their sequence, with a mark for one that may be missing (`?`), may stand
several times (`*`), or at least once (`+`). What lies deeper than these is not looked at.
"""

from collections.abc import Mapping

Sequence_ = tuple[str, ...]

SEQUENCES: Mapping[str, Sequence_] = {
    "Document": ("BkToCstmrStmt",),
    "BkToCstmrStmt": ("GrpHdr", "Stmt+", "SplmtryData*"),
    "GrpHdr": ("MsgId", "CreDtTm", "MsgRcpt?", "MsgPgntn?", "OrgnlBizQry?", "AddtlInf?"),
    "Stmt": (
        "Id",
        "StmtPgntn?",
        "ElctrncSeqNb?",
        "RptgSeq?",
        "LglSeqNb?",
        "CreDtTm?",
        "FrToDt?",
        "CpyDplctInd?",
        "RptgSrc?",
        "Acct",
        "RltdAcct?",
        "Intrst*",
        "Bal+",
        "TxsSummry?",
        "Ntry*",
        "AddtlStmtInf?",
    ),
    "Bal": ("Tp", "CdtLine*", "Amt", "CdtDbtInd", "Dt", "Avlbty*"),
    "Ntry": (
        "NtryRef?",
        "Amt",
        "CdtDbtInd",
        "RvslInd?",
        "Sts",
        "BookgDt?",
        "ValDt?",
        "AcctSvcrRef?",
        "Avlbty*",
        "BkTxCd",
        "ComssnWvrInd?",
        "AddtlInfInd?",
        "AmtDtls?",
        "Chrgs*",
        "TechInptChanl?",
        "Intrst*",
        "CardTx?",
        "NtryDtls*",
        "AddtlNtryInf?",
    ),
    "NtryDtls": ("Btch?", "TxDtls*"),
    "TxDtls": (
        "Refs?",
        "Amt?",
        "CdtDbtInd?",
        "AmtDtls?",
        "Avlbty*",
        "BkTxCd?",
        "Chrgs*",
        "Intrst*",
        "RltdPties?",
        "RltdAgts?",
        "LclInstrm?",
        "Purp?",
        "RltdRmtInf*",
        "RmtInf?",
        "RltdDts?",
        "RltdPric?",
        "RltdQties*",
        "FinInstrmId?",
        "Tax?",
        "RtrInf?",
        "CorpActn?",
        "SfkpgAcct?",
        "CshDpst*",
        "CardTx?",
        "AddtlTxInf?",
        "SplmtryData*",
    ),
}


def out_of_place(name: str, children: list[str]) -> tuple[str, str, str] | None:
    """The first child of an element that stands where the schema has another, or is missing: which, what came, what was expected."""
    place = 0
    for rule in SEQUENCES.get(name, ()):
        child, mark = rule.rstrip("?*+"), rule[-1]
        count = _run(children, place, child)
        if count == 0 and mark not in "?*":
            came = children[place] if place < len(children) else "nothing"
            return child, came, f"{child} here, in the schema's sequence"
        if count > 1 and mark not in "*+":
            return child, f"{count} of them", f"one {child}"
        place += count
    if name in SEQUENCES and place < len(children):
        return (
            children[place],
            "this element",
            "none here: it stands elsewhere in the schema's sequence, or not at all",
        )
    return None


def _run(children: list[str], place: int, child: str) -> int:
    """How many of a child stand next to each other from a place on."""
    end = place
    while end < len(children) and children[end] == child:
        end += 1
    return end - place
