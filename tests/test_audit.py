"""What `make check` says about known faults of the dependencies, and that it never sounds like an all-clear."""

from typing import Any

from scripts.audit import report

FAULT = {"id": "GHSA-x", "fix_versions": ["1.1"]}


def pin(name: str, *vulns: dict[str, Any]) -> dict[str, Any]:
    """A pin that was checked."""
    return {"name": name, "version": "1.0", "vulns": list(vulns)}


def skipped(name: str) -> dict[str, Any]:
    """A pin of which the service told nothing."""
    return {"name": name, "skip_reason": f"{name} not found"}


def test_without_data_nothing_is_said_to_be_fine() -> None:
    """No answer, an answer without a known package, or no pin: NOTHING CHECKED and why, not an error and no all-clear."""
    for dependencies, reason, why in (
        ([], "connection refused", "(connection refused)"),
        ([skipped("a"), skipped("b")], "", "(a not found)"),
        ([], "", "(there are no pins)"),
    ):
        (line,), status = report(dependencies, reason)
        assert status == 0
        assert "NOTHING CHECKED, no vulnerability data can be had from here" in line
        assert "says nothing about the dependencies" in line
        assert line.endswith(why)


def test_a_known_fault_fails_and_names_its_mending() -> None:
    """Package, fault and the release that mends it; the last line counts what was checked."""
    lines, status = report(
        [pin("a", FAULT, {"id": "GHSA-y", "fix_versions": []}), pin("b"), skipped("c")], ""
    )
    assert status == 1
    assert lines == [
        "a 1.0: GHSA-x, mended in 1.1",
        "a 1.0: GHSA-y, mended in no release yet",
        "pip-audit: 2 of 3 pins checked, 2 known faults",
    ]


def test_some_checked_and_none_at_fault() -> None:
    """The number of pins that were checked stands beside how many there are."""
    assert report([pin("a"), skipped("b")], "") == (["pip-audit: 1 of 2 pins checked, 0 known faults"], 0)
