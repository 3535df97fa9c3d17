"""The table of docs/concepts/directories.md: every clause with its directory, or where else it is. `--check` compares."""

import sys
from pathlib import Path

from exchange.registers.directory_kinds import kinds

PAGE = Path(__file__).parent.parent / "docs" / "concepts" / "directories.md"
BEGIN, END = "<!-- table: python -m scripts.directory_table -->\n", "<!-- end of the table -->\n"
PLACES = ("LY", "HZ", "JN", "HLJ", "GX")
ELSEWHERE = {
    "HZ1": ("三(一)1", "“沿途下蛋”高效转化机制", "the flag *interim* of an [achievement](registers.md)"),
    "JN11": ("二", "主要目标 / 附件2 预期指标", "the targets of the [reports](reports.md)"),
    "HLJ18": ("五(一)", "成果转化管理平台,统筹成果管理、技术转移、资产经营管理、法律等事务", "`/workspace`"),
    "HLJ11": (
        "三(二)",
        "军民技术双向转化",
        "secrecy of an [achievement](registers.md): what is no civil result by a named reviewer's finding is shown nowhere",
    ),
}
"""Rows that are no directory: row → clause, phrase, where it is."""
ALSO = {
    "HZ11": "scenarios are a kind of [demand](registers.md)",
    "HZ17": "the flag *pledged* of a property right; a disposal is a listing",
    "JN8": "the amount is a rule of the [claims](claims.md)",
    "JN9": "the amount is a rule of the [claims](claims.md)",
    "HLJ4": "the amount is a rule of the [claims](claims.md)",
    "GX9": "the amount is a rule of the [claims](claims.md)",
    "HLJ13": "a licence that anybody of the size may take is an [open licence](open-licence.md)",
    "GX5": "no crowdfunding: it is regulated, and nothing is subscribed here",
    "JN10": "`/api/v1/achievements/{achievement}/export-gate` answers whether a result may go abroad",
    "LY5": "nothing unreviewed is public",
}
"""What stands beside a directory."""


def table() -> str:
    """The table, in the order of the documents and their rows."""
    found: dict[str, tuple[str, str, list[str]]] = {}
    for kind in kinds().values():
        for source in kind.sources:
            row = found.setdefault(source.row, (source.clause, source.phrase, []))
            row[2].append(f"`{kind.kind}` {kind.name.zh}")
    for name, (clause, phrase, where) in ELSEWHERE.items():
        assert name not in found, name
        found[name] = (clause, phrase, [where])
    lines = ["| row | clause | phrase | where |", "|---|---|---|---|"]
    for name in sorted(found, key=_order):
        clause, phrase, places = found[name]
        told = "; ".join([*places, *([ALSO[name]] if ALSO.get(name) else [])])
        lines.append(f"| {name} | {clause} | {phrase} | {told} |")
    return "\n".join(lines) + "\n"


def _order(name: str) -> tuple[int, int]:
    place = name.rstrip("0123456789")
    return PLACES.index(place), int(name.removeprefix(place))


def page() -> str:
    """The page with the table as it is now."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def main() -> int:
    """Write the table into the page, or with --check only say whether it is stale."""
    now = page()
    if "--check" in sys.argv[1:]:
        return 0 if PAGE.read_text(encoding="utf-8") == now else 1
    PAGE.write_text(now, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
