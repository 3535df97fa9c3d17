"""A witness: reads the heads of a house now and then, keeps them, and countersigns only what follows from what it kept.

Two witnesses who compare, or one who is asked by two people, find a house that told two pasts. A witness pulls; the
house knows nothing of it. What it publishes is a folder of files:

    witness.json                     its public key
    <house>/keys.json                the keys of the house
    <house>/heads.jsonl              a line for each head that it kept, with the proof from the one before
    <house>/latest.json              the last of these lines
    <house>/alarm-<instant>.json     what contradicts it, when anything does
"""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import quote

import msgspec

from exchange.proof.heads import (
    Consistency,
    Count,
    Hash,
    ProofKey,
    Signed,
    Signer,
    TreeHead,
    vouched_run,
    wrong_head,
    wrong_keys,
)
from exchange.proof.merkle import extends
from exchange.proof.receipt import KeyList, Step
from exchange.signatures import verifies
from matching_engine.errors import Broken, Malformed

T = TypeVar("T")

Fetch = Callable[[str], Awaitable[bytes]]
"""Path under /api/v1/proof, with its query → the body; Unavailable when there is none."""


class Cosigned(msgspec.Struct, frozen=True):
    """A head as a witness kept it: seen at `seen_at` (µs), `path` leads to it from the head kept before."""

    head: TreeHead
    path: Annotated[list[Hash], msgspec.Meta(max_length=128)]
    seen_at: Count
    witness: Hash
    signature: Signed


class Seen(msgspec.Struct, frozen=True):
    """What a witness published: its public key, and the heads it kept of each house."""

    public_key: str
    heads: dict[str, list[Cosigned]]


class Fork(Broken):
    """The house told something that contradicts what was kept of it; the evidence is in a file."""


def cosigned_text(one: Cosigned) -> bytes:
    """What the signature of a witness is over."""
    head = one.head
    lines = (one.witness, head.house, head.size, head.root, one.seen_at)
    return ("luochui witness v1\n" + "".join(f"{line}\n" for line in lines)).encode()


class Witness:
    """The folder that a witness publishes, and its private key."""

    def __init__(self, public: Path, signer: Signer) -> None:
        self._public = public
        self._signer = signer
        self.size = 0
        """Rows of the last head that was seen."""
        public.mkdir(parents=True, exist_ok=True)
        _write(public / "witness.json", {"public_key": signer.public})

    async def look(self, fetch: Fetch, at: int) -> Cosigned | None:
        """Read the latest head and keep it if it is new; Fork when it contradicts what was kept."""
        told = _decode(await fetch("keys"), KeyList, "keys")
        folder = self._public / quote(told.house, safe="")
        keys = self._checked_keys(folder, told, at)
        head = _decode(await fetch("heads/latest"), TreeHead, "head")
        if head.house != told.house:
            raise self._fork(folder, at, f"a head of house {head.house} among those of {told.house}", head)
        if wrong := wrong_head(head, keys):
            raise self._fork(folder, at, wrong, head)
        before = _last(folder)
        self.size = head.size
        if before is not None and before.head.size == head.size and before.head.root == head.root:
            return None
        path = await self._way(folder, before, head, fetch, at)
        unsigned = Cosigned(head, path, at, self._signer.public, "0" * 128)
        kept = msgspec.structs.replace(unsigned, signature=self._signer.sign(cosigned_text(unsigned)))
        self._keep(folder, told, kept)
        return kept

    def _checked_keys(self, folder: Path, told: KeyList, at: int) -> list[ProofKey]:
        """The keys, vouched for by those that were kept; the first time they are believed."""
        path = folder / "keys.json"
        known = _decode(path.read_bytes(), KeyList, str(path)).keys if path.exists() else []
        wrong = wrong_keys(told.house, told.keys if known else vouched_run(told.keys), known)
        if not wrong and [one.key_id for one in told.keys[: len(known)]] != [one.key_id for one in known]:
            wrong = "keys that were told before are missing"
        if wrong:
            raise self._fork(folder, at, wrong, told)
        return told.keys

    async def _way(
        self, folder: Path, before: Cosigned | None, head: TreeHead, fetch: Fetch, at: int
    ) -> list[str]:
        """The proof from the head that was kept; Fork when there is none."""
        if before is None:
            return []
        old = before.head
        if head.size < old.size:
            raise self._fork(folder, at, f"the tree shrank from {old.size} to {head.size} rows", head)
        if head.size == old.size:
            raise self._fork(folder, at, f"two roots over the same {head.size} rows", head)
        query = f"consistency?first={old.size}&second={head.size}"
        told = _decode(await fetch(query), Consistency, "consistency")
        path = [bytes.fromhex(one) for one in told.path]
        if not extends(old.size, bytes.fromhex(old.root), head.size, bytes.fromhex(head.root), path):
            raise self._fork(
                folder, at, f"{head.size} rows do not begin with the {old.size} that were kept", head, told
            )
        return told.path

    def _fork(self, folder: Path, at: int, wrong: str, *told: object) -> Fork:
        """Keep the evidence, and give the error."""
        folder.mkdir(parents=True, exist_ok=True)
        before = _last(folder)
        file = folder / f"alarm-{at}.json"
        _write(file, {"wrong": wrong, "kept": msgspec.to_builtins(before), "told": msgspec.to_builtins(told)})
        return Fork(f"FORK of {folder.name}: {wrong}; evidence in {file}")

    def _keep(self, folder: Path, told: KeyList, kept: Cosigned) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / "keys.json", msgspec.to_builtins(told))
        with (folder / "heads.jsonl").open("ab") as file:
            file.write(msgspec.json.encode(kept) + b"\n")
        _write(folder / "latest.json", msgspec.to_builtins(kept))


def read_witness(public: Path) -> Seen:
    """What a witness published, its own signatures checked; Malformed names what is wrong."""
    key = _decode(_bytes(public / "witness.json"), dict[str, str], "witness.json").get("public_key", "")
    heads: dict[str, list[Cosigned]] = {}
    for file in sorted(public.glob("*/heads.jsonl")):
        lines = [_decode(line, Cosigned, str(file)) for line in _bytes(file).splitlines() if line]
        for one in lines:
            if one.witness != key or not verifies(key, cosigned_text(one), one.signature):
                raise Malformed(str(file), f"size {one.head.size}", "heads with the witness's own signature")
            heads.setdefault(one.head.house, []).append(one)
    return Seen(key, heads)


def check_witness(head: TreeHead, later: TreeHead | None, seen: Seen) -> Step:
    """Whether the witness kept the very head of a receipt, or the later one that it was proved to lead to."""
    kept = {one.head.size: one for one in seen.heads.get(head.house, [])}
    for one in (head, later):
        found = kept.get(one.size) if one else None
        if one is None or found is None:
            continue
        if found.head.root != one.root:
            wrong = f"the witness was told another root over {one.size} rows: two pasts were told"
            return Step("witness", wrong)
        return Step("witness", None, f"seen and countersigned over {one.size} rows by {seen.public_key[:16]}")
    sizes = [size for size in kept if size >= head.size]
    near = f"size {min(sizes)} is the next: get the receipt with ?size={min(sizes)}" if sizes else "none yet"
    return Step("witness", f"the witness kept no head of {head.size} rows ({near})")


def _last(folder: Path) -> Cosigned | None:
    path = folder / "latest.json"
    return _decode(path.read_bytes(), Cosigned, str(path)) if path.exists() else None


def _decode(data: bytes, kind: type[T], field: str) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(field, str(error), "what a house of luochui, or a witness, tells") from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Malformed(str(path), error.strerror, "a file that a witness published") from error


def _write(path: Path, value: object) -> None:
    """The file, whole or not at all."""
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    draft.replace(path)
