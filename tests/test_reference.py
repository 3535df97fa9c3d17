"""The reference pages follow from the code."""

from pathlib import Path

from scripts.make_reference import pages, stale


def test_reference_pages_are_up_to_date() -> None:
    """A command, event or refusal that changed has changed in docs/reference as well."""
    assert stale() == []


def test_every_command_is_described() -> None:
    """Each sub-command stands in the reference with a sentence of its own."""
    text = pages()["commands.md"]
    for name in ("demo", "serve", "migrate", "rehearse", "claims", "unconverted", "verify", "export journal"):
        assert f"## `luochui {name}`\n\n" in text


def test_every_page_is_found_from_the_first_one() -> None:
    """docs/README.md names each page, and docs/adr/README.md each decision."""
    docs = Path(__file__).parent.parent / "docs"
    index, decisions = (docs / "README.md").read_text(), (docs / "adr" / "README.md").read_text()
    pages_there = {path.relative_to(docs).as_posix() for path in docs.rglob("*.md")} - {"README.md"}
    listed = {page for page in pages_there if f"({page})" in index}
    listed |= {f"adr/{path.name}" for path in docs.glob("adr/0*.md") if f"({path.name})" in decisions}
    assert sorted(pages_there - listed) == []
