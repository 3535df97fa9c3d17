"""Whether a certificate or sheet that somebody shows is the one that stands now: by its number and digest, for anyone."""

import re
from typing import Literal

from settlement.certificate import certificate, digest_of, income_sheet
from settlement.state import Settlement

Verdict = Literal["certificate", "income_sheet", "differs", "unknown"]
"""The paper that it is; or it differs from both as they stand now; or no contract has the number."""
DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


def check_paper(state: Settlement, number: str, digest: str) -> Verdict:
    """What the digest of a paper under a registration number proves. Nothing else of the contract is told."""
    found = state.registrations.get(state.numbers.get(number, ""))
    if found is None:
        return "unknown"
    if digest == digest_of(certificate(state, found)):
        return "certificate"
    return "income_sheet" if digest == digest_of(income_sheet(state, found)) else "differs"
