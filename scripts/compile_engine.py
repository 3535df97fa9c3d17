"""Compile the order book with mypyc, from the same source that runs without it.

Run by hand or by `make compiled`, it puts the library under build/compiled, where only the benchmark looks.
A wheel built with LUOCHUI_MYPYC=1 in the environment carries the library beside the source, and then Python
takes it by itself; every other install stays pure Python. Needs a C compiler and mypy.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INTO = ROOT / "build" / "compiled"
# The book, and what it imports, so that mypyc knows the types; only the book is compiled.
_BOOK = "matching_engine/book.py"
_SEEN = ("matching_engine/__init__.py", "matching_engine/errors.py", "matching_engine/rejections.py", _BOOK)


def compile_book(into: Path) -> list[Path]:
    """Copy the sources to `into`, compile the book there and return its libraries.

    Raises subprocess.CalledProcessError, with mypyc's own words in `stdout`, when that fails.
    """
    shutil.rmtree(into, ignore_errors=True)
    for name in _SEEN:
        (into / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, into / name)
    command = [sys.executable, "-m", "mypyc", "--strict", _BOOK]
    subprocess.run(command, cwd=into, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    libraries = (into / "matching_engine").iterdir()
    return sorted(path for path in libraries if path.suffix in {".so", ".pyd"})


def main() -> int:
    """Compile and say where the libraries lie."""
    try:
        libraries = compile_book(INTO)
    except subprocess.CalledProcessError as failed:
        print(f"mypyc could not compile the order book:\n{failed.stdout}", file=sys.stderr)
        return 1
    for library in libraries:
        print(library.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
