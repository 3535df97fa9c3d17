"""The build's one choice: with LUOCHUI_MYPYC=1 a wheel carries the order book compiled, else it is pure Python."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from scripts.compile_engine import INTO, compile_book


class CompiledBook(BuildHookInterface[Any]):
    """Compiles the order book into the wheel when the environment asks for it."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the build needs besides hatchling."""
        return ["mypy[mypyc]>=1.14", "setuptools>=65"] if _wanted() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the libraries to a wheel; an editable install runs from the source and gets none."""
        if not _wanted() or version == "editable":
            return
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        for library in compile_book(INTO):
            build_data["force_include"][str(library)] = f"matching_engine/{library.name}"


def _wanted() -> bool:
    return os.environ.get("LUOCHUI_MYPYC") == "1"
