"""Kinds of directories as data: what is shipped is sound, and a wrong file is one clear error."""

import pytest

from exchange.registers.directory_kinds import Kind, kind_named, kinds, read_kind
from matching_engine.errors import Malformed

GOOD = """
kind: pumps
group: supply
name: {zh: 泵, en: Pumps}
about: {zh: 泵的目录, en: Pumps}
sources: [{row: X1, clause: 一, phrase: 泵}]
title: name
fields:
  - {name: name, zh: 名称, en: Name, type: text, required: true}
  - {name: size, zh: 大小, en: Size, type: choice, choices: {大: Large}}
  - {name: price_fen, zh: 价格, en: Price, type: money_fen}
"""


def read(text: str) -> Kind:
    """The kind of a file called pumps.yaml."""
    return read_kind(text.encode(), "kinds/pumps.yaml")


def test_a_kind_is_read() -> None:
    """Fields in order, labels in both languages, amounts in yuan columns."""
    kind = read(GOOD)
    assert [one.column for one in kind.fields] == ["name", "size", "price"]
    assert (kind.name.said("zh"), kind.name.said("en")) == ("泵", "Pumps")
    assert kind.field("size").word("大", "en") == "Large"
    assert (kind.enter, kind.publish) == (("operator",), ("operator",))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("group:", "colour: red\ngroup:", r"pumps.yaml, \$: expected no key but those.*'colour'"),
        ("en: Size, type", "en: Size, shade: 1, type", r"\$.fields\[1\]: expected no key but.*'shade'"),
        ("type: money_fen", "type: coins", r"\$.fields\[2\].type.*'coins'"),
        ("en: Price", "en: on", r"\$.fields\[2\].en: expected `str`, got `bool`, got 'True'"),
        ("title: name", "title: nothing", "one of name, size, price_fen, got 'nothing'"),
        ("zh: 大小", "zh: 名称", "names and labels that are their own, got '名称'"),
        ("zh: 大小", "zh: 编号", "names and labels that are their own, got '编号'"),
        (", choices: {大: Large}", "", "choices for a choice"),
        ("price_fen", "price", "a name that ends in _fen"),
        ("title: name", "title: name\nenter: [king]", "roles: expected one of .*got 'king'"),
        ("required: true", "required: true, public: false", "title: expected a public field"),
        ("group: supply", "group: [", "expected YAML"),
    ],
)
def test_a_wrong_file_is_one_error(old: str, new: str, said: str) -> None:
    """The error names the file, the place and what was expected."""
    with pytest.raises(Malformed, match=said) as caught:
        read(GOOD.replace(old, new, 1))
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("kinds/pumps.yaml, ") or "YAML" in str(caught.value)


@pytest.mark.parametrize(
    ("weights", "grades", "said"),
    [
        ("{a: 50, b: 40}", "{好: 60, 差: 0}", "weights that together are 100, got 90"),
        ("{a: 50, price_fen: 50}", "{好: 60, 差: 0}", "score: expected a number from 0 to 100"),
        ("{a: 50, b: 50}", "{好: 60}", "a grade from 0 on"),
    ],
)
def test_a_score_is_whole(weights: str, grades: str, said: str) -> None:
    """Weights make a hundred, count figures from 0 to 100, and every score has a grade."""
    figures = "".join(
        f"  - {{name: {name}, zh: {name}分, en: {name}, type: number, least: 0, most: {most}}}\n"
        for name, most in (("a", 100), ("b", 100), ("year", 2999))
    )
    score = (
        f"score: {{year: year, sets: [{{since: 2020, weights: {weights}}}], grades: {grades}, "
        f"grades_en: {{好: Good, 差: Bad}}}}\n"
    )
    with pytest.raises(Malformed, match=said):
        read(GOOD + figures + score)


@pytest.mark.parametrize("name", list(kinds()))
def test_what_is_shipped_is_whole(name: str) -> None:
    """Every kind says where it comes from, has something to enter, and English that is not Chinese."""
    kind = kinds()[name]
    assert kind.sources
    assert kind.enter
    for one in (kind.name.en, kind.about.en, *(field.en for field in kind.fields)):
        assert one.isascii(), one
    for field in kind.fields:
        assert all(word.isascii() for word in field.choices.values()), field.name
        assert not field.zh.isascii(), field.name


def test_an_unknown_kind_is_named() -> None:
    """The error lists the kinds that there are."""
    with pytest.raises(Malformed, match="equipment"):
        kind_named("castles")
