"""Rule books that differ from the shipped one: another rate, a rule that is gone, a rule that has ended."""

from settlement.rules import shipped

HLJ = "heilongjiang-2017-16.yaml"


def changed(*swaps: tuple[str, str]) -> dict[str, bytes]:
    """The shipped files with texts of the Heilongjiang sheet replaced; each text must stand in it."""
    files = shipped()
    text = files[HLJ].decode()
    for old, new in swaps:
        assert old in text, old
        text = text.replace(old, new)
    return {**files, HLJ: text.encode()}


def without(rule: str) -> dict[str, bytes]:
    """The shipped files without one rule of the Heilongjiang sheet and those carved out of it."""
    files = shipped()
    head, *rules = files[HLJ].decode().split("\n- id: ")
    kept = [one for one in rules if not one.startswith(rule) and f"of: {rule}," not in one]
    assert len(kept) < len(rules)
    return {**files, HLJ: "\n- id: ".join([head, *kept]).encode()}
