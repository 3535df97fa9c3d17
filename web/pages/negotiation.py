"""What the contract page shows of the negotiation: every version with its redline, and the clause to be changed."""

from typing import Any

from settlement.clauses import clauses_of, is_fixed
from settlement.redline import redline
from settlement.state import Contract, ContractState, Trade

_SHOWN = 28
"""Characters of a clause in the list from which one is chosen."""


def negotiation(
    contract: Contract, trade: Trade, may_propose: bool, wish: str, typed: str = ""
) -> dict[str, Any]:
    """Values of the template: `versions`, newest first; `choices` and the `chosen` clause for a party."""
    return {
        "versions": [_version(contract, trade, number) for number in range(len(contract.versions), 1, -1)],
        **(_choices(contract, wish, typed) if may_propose else {"choices": [], "chosen": None}),
    }


def _version(contract: Contract, trade: Trade, number: int) -> dict[str, Any]:
    before, version = contract.versions[number - 2], contract.versions[number - 1]
    return {
        "number": number,
        "party": trade.party(version.side).name if version.side else "",
        "author": version.author,
        "at": version.at,
        "digest": version.digest,
        "pieces": _near(redline(before.text, version.text)),
    }


def _near(pieces: tuple[Any, ...]) -> list[Any]:
    """Of what stayed, the last line before a change and the first after it are enough."""
    near = []
    for place, piece in enumerate(pieces):
        if piece.kind != "same":
            near.append(piece)
            continue
        lines = piece.text.split("\n")
        if place == 0:
            near.append(piece._replace(text=lines[-1]))
        elif place == len(pieces) - 1:
            near.append(piece._replace(text=lines[0]))
        elif len(lines) > 2:
            near.append(piece._replace(text=f"{lines[0]}\n⋯\n{lines[-1]}"))
        else:
            near.append(piece)
    return near


def _choices(contract: Contract, wish: str, typed: str) -> dict[str, Any]:
    if contract.state is not ContractState.DRAFTED:
        return {"choices": [], "chosen": None}
    free = {number: words for number, words in clauses_of(contract.text).items() if not is_fixed(number)}
    chosen = (wish, typed or free[wish]) if wish in free else None
    choices = [(number, words.replace("\n", " ")[:_SHOWN]) for number, words in free.items()]
    return {"choices": choices, "chosen": chosen}
