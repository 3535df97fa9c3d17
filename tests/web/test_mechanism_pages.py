"""The pages about mechanisms say what the command does: every line they show is printed, in that order."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from web.rehearsal.lines import records
from web.rehearsal.run import rehearse_script
from web.rehearsal.script import read_script

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    p for p in (ROOT / "docs" / "concepts").glob("*.md") if "examples/rehearsals/" in p.read_text("utf-8")
)
_SHOWN = re.compile(r"examples/rehearsals/([a-z-]+\.yaml)|```json\n(.*?)```", re.DOTALL)


def shown(page: Path) -> list[tuple[str, list[dict[str, Any]]]]:
    """Each block of lines with the file that is named last before it."""
    blocks, file = [], ""
    for match in _SHOWN.finditer(page.read_text("utf-8")):
        if match[1]:
            file = match[1]
        else:
            blocks.append((file, [json.loads(line) for line in match[2].splitlines()]))
    return blocks


def printed(file: str) -> list[dict[str, Any]]:
    """What the command prints for an example."""
    script = read_script((ROOT / "examples" / "rehearsals" / file).read_bytes())
    return json.loads(json.dumps(list(records(rehearse_script(script)))))  # type: ignore[no-any-return]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_shows_what_is_printed(page: Path) -> None:
    """Each line of a block is one of the file's, in order, with the fields that it shows."""
    blocks = shown(page)
    assert blocks
    for file, block in blocks:
        rest = iter(printed(file))
        for line in block:
            assert any(all(real.get(k) == v for k, v in line.items()) for real in rest), (file, line)


def test_every_example_is_explained() -> None:
    """No rehearsal file stands there without a page that names it."""
    named = {
        name
        for page in PAGES
        for name in re.findall(r"examples/rehearsals/([a-z-]+)\.yaml", page.read_text("utf-8"))
    }
    files = {path.stem for path in (ROOT / "examples" / "rehearsals").glob("*.yaml")}
    assert files == named
