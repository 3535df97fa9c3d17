"""The box for secrets at rest."""

from pathlib import Path

import pytest

from exchange.ports import UnsafeStore
from exchange.store.secret_box import FILE, SecretBox, SecretLost


def test_a_secret_comes_back_for_what_it_was_sealed_for_only(tmp_path: Path) -> None:
    """Another box over the same file opens it; the text shows nothing of it; for another factor it is lost."""
    sealed = SecretBox(tmp_path / "keys").seal(b"JBSWY3DP", "f-1")
    assert "JBSWY3DP" not in sealed
    assert SecretBox(tmp_path / "keys").open(sealed, "f-1") == b"JBSWY3DP"
    with pytest.raises(SecretLost, match="f-2"):
        SecretBox(tmp_path / "keys").open(sealed, "f-2")
    with pytest.raises(SecretLost):
        SecretBox(tmp_path / "others").open(sealed, "f-1")


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """The file is made for the owner alone, and not used once it is not."""
    SecretBox(tmp_path).seal(b"x", "f-1")
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    (tmp_path / FILE).chmod(0o644)
    with pytest.raises(UnsafeStore, match="600"):
        SecretBox(tmp_path).seal(b"x", "f-1")
