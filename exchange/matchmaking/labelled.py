"""The labelled set: demands and achievements with judgements, read from the package. See labelled/README.md."""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Annotated, Literal

import msgspec

from exchange.matchmaking.values import Need, Supply

Pair = Annotated[list[list[int]], msgspec.Meta(min_length=2, max_length=2)]
PartName = Literal["tuning", "held-out"]
REGIONS = ("河南", "浙江", "山东", "黑龙江", "广西", "江苏", "广东", "四川")


class Topic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One problem: two demands, the achievements that answer it, and near ones that do not."""

    name: str
    part: PartName
    fits: Pair
    """For each demand the numbers, from 1, of the answers that fit it."""
    demands: list[str]
    answers: list[str]
    near: list[str]


class Background(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Achievements that nobody of the set asks for: each subject with each aspect, `title|text`."""

    objects: list[str]
    aspects: list[str]


class FieldFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of the set."""

    field: str
    topics: list[Topic]
    background: Background


class Judged(msgspec.Struct, frozen=True):
    """A demand with the ids of the achievements that answer it."""

    need: Need
    part: PartName
    relevant: frozenset[str]


class LabelledSet(msgspec.Struct, frozen=True):
    """Every demand, every achievement."""

    demands: tuple[Judged, ...]
    supplies: tuple[Supply, ...]

    def part(self, name: PartName) -> list[Judged]:
        """The demands of one part; the achievements are always all of them."""
        return [one for one in self.demands if one.part == name]


@cache
def labelled_set() -> LabelledSet:
    """The set as shipped."""
    folder = resources.files("exchange.matchmaking").joinpath("labelled")
    files = sorted((one for one in folder.iterdir() if one.name.endswith(".yaml")), key=lambda one: one.name)
    demands: list[Judged] = []
    supplies: list[Supply] = []
    for file in files:
        found = read_field(file.read_bytes())
        stem = file.name.removesuffix(".yaml")
        demands += _demands(stem, found)
        supplies += _supplies(stem, found)
    return LabelledSet(tuple(demands), tuple(supplies))


def read_field(data: bytes) -> FieldFile:
    """One file; a ValidationError of msgspec names what is wrong with it."""
    return msgspec.yaml.decode(data, type=FieldFile)


def _demands(stem: str, file: FieldFile) -> Iterator[Judged]:
    for number, topic in enumerate(file.topics, 1):
        for which, (text, fits) in enumerate(zip(topic.demands, topic.fits, strict=True), 1):
            id_ = f"{stem}-{number}-d{which}"
            draw = _draw(id_)
            need = Need(
                id_,
                "",
                text,
                field="" if draw[0] % 5 == 0 else file.field,
                least_trl=4 + draw[1] % 5,
                region=REGIONS[draw[2] % len(REGIONS)],
                budget_fen=(1 + draw[3] % 40) * 10_000_000,
                open=True,
            )
            yield Judged(need, topic.part, frozenset(f"{stem}-{number}-a{fit}" for fit in fits))


def _supplies(stem: str, file: FieldFile) -> Iterator[Supply]:
    for number, topic in enumerate(file.topics, 1):
        for kind, lines in (("a", topic.answers), ("n", topic.near)):
            for place, line in enumerate(lines, 1):
                yield _supply(f"{stem}-{number}-{kind}{place}", line, file.field)
    background = file.background
    lines = [
        subject + aspect.format(subject) for subject in background.objects for aspect in background.aspects
    ]
    for place, line in enumerate(lines, 1):
        yield _supply(f"{stem}-b{place}", line, file.field)


def _supply(id_: str, line: str, field: str) -> Supply:
    """Title and text as written; everything else drawn from the id, so that it tells nothing about relevance."""
    title, _, text = line.partition("|")
    draw = _draw(id_)
    return Supply(
        id_,
        title,
        text,
        field,
        trl=3 + draw[0] % 7,
        region=REGIONS[draw[1] % len(REGIONS)],
        price_fen=None if draw[2] % 4 == 0 else (1 + draw[3] % 60) * 10_000_000,
        evaluation=draw[4] * 1000 // 255 if draw[5] % 2 else None,
        cleared=True,
        released=True,
    )


def _draw(id_: str) -> bytes:
    return hashlib.sha256(id_.encode()).digest()
