"""The pages for operators: what they tell people to type exists, and what they point to is there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exchange.settings import Settings
from tests.process.test_figures import OPERATING
from web.cli import root

ROOT = root()
PAGES = [OPERATING / f"{name}.md" for name in ("deploy", "recover", "incidents", "monitoring", "failover")]


def typed(page: Path) -> Iterator[list[str]]:
    """Every command of the product that a page shows in a block or in running text, as words."""
    for line in re.findall(r"(?:^\s*|`)(luochui (?!:)[^`#\n]*)", page.read_text(), re.MULTILINE):
        yield line.split()[1:]


def wrong_with(words: list[str]) -> str | None:
    """What of a typed command does not exist."""
    command: Any = ROOT
    for word in words:
        commands = getattr(command, "commands", None)
        if commands and not word.startswith("-"):
            if word not in commands:
                return word
            command = commands[word]
        elif word.startswith("--") and word not in _options(command):
            return word
    return None


def _options(command: Any) -> set[str]:
    return {"--help", *(name for parameter in command.params for name in parameter.opts)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_exist(page: Path) -> None:
    """Each `luochui …` of a page is a command with those options."""
    assert [words for words in typed(page) if wrong_with(words)] == []


def test_the_check_finds_what_does_not_exist() -> None:
    """A command and an option that do not exist are noticed, and the pages do have commands."""
    assert wrong_with(["serf"]) == "serf"
    assert wrong_with(["serve", "--role", "house", "--stand-in"]) == "--stand-in"
    assert wrong_with(["serve", "--role", "house", "--standby"]) is None
    assert sum(len(list(typed(page))) for page in PAGES) > 15


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_settings_and_links_exist(page: Path) -> None:
    """Each LUOCHUI_… variable is a setting; each link leads to a file of the repository, and to a heading of it."""
    text = page.read_text()
    settings = {f"LUOCHUI_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"LUOCHUI_[A-Z_]+", text)) <= settings
    for target, anchor in re.findall(r"\]\(([\w./-]+\.md)(?:#([\w-]+))?\)", text):
        linked = page.parent / target
        assert linked.exists(), target
        assert not anchor or anchor in headings(linked), anchor


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\s-]", "", title.lower()).replace(" ", "-") for title in titles}


def test_figures_are_explained() -> None:
    """Every figure that an alert asks for stands in the table of the monitoring page."""
    asked = set(re.findall(r"luochui_[a-z_]+", (OPERATING / "alerts.yaml").read_text()))
    explained = set(re.findall(r"luochui_[a-z_]+", (OPERATING / "monitoring.md").read_text()))
    assert {re.sub(r"_(bucket|count|sum)$", "", name) for name in asked} <= explained
