"""The reference pages follow from the code."""

from scripts.make_reference import pages, stale


def test_reference_pages_are_up_to_date() -> None:
    """A command, event or refusal that changed has changed in docs/reference as well."""
    assert stale() == []


def test_every_command_is_described() -> None:
    """Each sub-command stands in the reference with a sentence of its own."""
    text = pages()["commands.md"]
    for name in ("demo", "serve", "migrate", "rehearse", "claims", "unconverted", "verify", "export journal"):
        assert f"## `luochui {name}`\n\n" in text
