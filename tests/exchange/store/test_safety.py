"""Refusals to start."""

import subprocess
import sys

import pytest

from exchange.ports import UnsafeStore
from exchange.store.safety import refuse_optimised, refuse_unsafe_postgres

SAFE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


def test_python_without_assertions_is_refused() -> None:
    """With -O the invariants are not checked; without it the program starts."""
    refuse_optimised()
    with pytest.raises(UnsafeStore, match="run without -O"):
        refuse_optimised(True)


def test_python_o_is_noticed() -> None:
    """The default of the argument is what the interpreter really does."""
    program = "from exchange.store.safety import refuse_optimised; refuse_optimised()"
    done = subprocess.run([sys.executable, "-O", "-c", program], capture_output=True, text=True)
    assert done.returncode != 0
    assert "UnsafeStore" in done.stderr


def test_every_unsafe_setting_is_named() -> None:
    """Safe settings pass, stronger ones too; all that are off are told at once."""
    refuse_unsafe_postgres(SAFE)
    refuse_unsafe_postgres({**SAFE, "synchronous_commit": "remote_apply"})
    with pytest.raises(UnsafeStore) as refused:
        refuse_unsafe_postgres({**SAFE, "fsync": "off", "synchronous_commit": "off"})
    assert "fsync is off and must be on, synchronous_commit is off and must be on" in str(refused.value)
    assert "full_page_writes" not in str(refused.value)
