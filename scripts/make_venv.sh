#!/bin/sh
# Create .venv with Python 3.11 or newer, unless it is there. Used by the Makefile; $PYTHON chooses another Python.
set -eu
cd "$(dirname "$0")/.."

fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

if [ -e .venv/bin/python ]; then
    fits .venv/bin/python && exit 0
    echo "error: .venv holds $(.venv/bin/python --version 2>&1 || true); Python 3.11 or newer is needed. Run 'make clean-venv' and try again." >&2
    exit 2
fi

for candidate in ${PYTHON:-python3.11 python3 python3.12 python3.13 python3.14}; do
    if fits "$candidate"; then
        if ! "$candidate" -m venv .venv; then
            rm -rf .venv
            echo "error: $candidate cannot create a virtual environment; on Debian and Ubuntu install python3-venv." >&2
            exit 2
        fi
        exit 0
    fi
done

asked=${PYTHON:-python3}
found=$("$asked" --version 2>/dev/null || echo "no $asked")
echo "error: Python 3.11 or newer is needed; found $found. Name another one: make PYTHON=/path/to/python3.11" >&2
exit 2
