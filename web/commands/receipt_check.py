"""`luochui verify --receipt` without a journal: a signed receipt checked by nothing but itself and what its holder kept."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import typer

from exchange.proof.heads import ProofKey
from exchange.proof.receipt import (
    SignedReceipt,
    Step,
    check_later,
    check_receipt,
    read_keys,
    read_later,
    read_signed,
)
from exchange.proof.witness import check_witness, read_witness
from matching_engine.errors import Malformed
from web.commands.errors import NO, quit_with
from web.views import iso


class Kept:
    """What the holder of a receipt kept beside it: keys, a later head, the folder of a witness."""

    def __init__(self, keys: Path | None, head: Path | None, witness: Path | None) -> None:
        self.keys = read_keys(read_file(keys)) if keys else []
        self.later = read_later(read_file(head)) if head else None
        self.witness = read_witness(witness) if witness else None

    def check(self, told: SignedReceipt) -> list[Step]:
        """Every step, in the order in which they build on each other."""
        steps = check_receipt(told, self.keys)
        keys = _joined(told.keys, self.keys)
        if self.later is not None:
            steps.append(check_later(told, self.later, keys))
        if self.witness is not None:
            later = self.later.head if self.later else None
            steps.append(check_witness(told.head, later, self.witness))
        return steps


def _joined(own: Sequence[ProofKey], trusted: Sequence[ProofKey]) -> Sequence[ProofKey]:
    """The longer list: a later head may be signed with a key that the receipt does not know yet."""
    return trusted if len(trusted) > len(own) else own


def check_signed(data: bytes, kept: Kept, as_json: bool) -> None:
    """Say step by step what holds; exit status 1 when anything does not."""
    told = read_signed(data)
    steps = kept.check(told)
    wrong = [f"{one.name}: {one.wrong}" for one in steps if one.wrong]
    if as_json:
        facts = {"receipt": told.receipt, "house": told.house, "seq": told.seq, "at": iso(told.at)}
        more = {"decision": told.decision, "code": told.code, "steps": [_step(one) for one in steps]}
        typer.echo(msgspec.json.encode({**facts, "verified": not wrong, **more}))
    else:
        typer.echo(
            f"receipt of command {told.command_id}: {told.decision}{f' {told.code}' if told.code else ''}"
        )
        typer.echo(f"  house {told.house}, seq {told.seq}, {told.type}, at {iso(told.at)}")
        for one in steps:
            typer.echo(f"  {'no ' if one.wrong else 'yes'}  {one.name}: {one.wrong or one.said}")
    if wrong:
        raise quit_with(f"receipt not verified: {'; '.join(wrong)}", NO)


def _step(one: Step) -> dict[str, object]:
    return {"step": one.name, "holds": one.wrong is None, "said": one.wrong or one.said}


def read_file(path: Path) -> bytes:
    """The bytes of a file; Malformed when it cannot be read."""
    with readable(path):
        return path.read_bytes()


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn what goes wrong with a file into Malformed."""
    try:
        yield
    except OSError as error:
        raise Malformed(str(path), error.strerror, "a file that can be read") from error
