"""The register of signing keys: one owner a key, and an end that is kept."""

import msgspec
import pytest

from exchange.registers import Registers
from exchange.registers.signing_keys import SigningKey, key_id
from matching_engine.errors import Malformed
from tests.exchange.registers.conftest import AT

PUBLIC = "ab" * 32


async def _account(registers: Registers, login: str) -> str:
    account = await registers.accounts.add(login, "hash", login, [], AT)
    return account.id


async def test_a_key_is_kept_with_its_versions(registers: Registers) -> None:
    """Entered, revoked by its owner, both versions kept; the second revocation changes nothing."""
    jia = await _account(registers, "jia")
    key = SigningKey(key_id(PUBLIC), jia, PUBLIC, "笔记本电脑", AT)
    await registers.signing_keys.add(key, jia, AT)
    assert await registers.signing_keys.list(jia) == [key]
    revoked = await registers.signing_keys.revoke(key.id, jia, AT + 1)
    assert await registers.signing_keys.revoke(key.id, jia, AT + 2) == revoked
    versions = await registers.signing_keys.versions(key.id)
    assert [(one.version, one.value.revoked_at) for one in versions] == [(1, None), (2, AT + 1)]
    assert key.certificate_issuer == ""


async def test_a_key_has_one_owner(registers: Registers) -> None:
    """The same key for another account is refused, and nobody ends a key of others."""
    jia, yi = await _account(registers, "jia"), await _account(registers, "yi")
    key = SigningKey(key_id(PUBLIC), jia, PUBLIC, "", AT)
    await registers.signing_keys.add(key, jia, AT)
    with pytest.raises(Malformed):
        await registers.signing_keys.add(msgspec.structs.replace(key, account=yi), yi, AT)
    with pytest.raises(Malformed, match="a key of yours"):
        await registers.signing_keys.revoke(key.id, yi, AT)
