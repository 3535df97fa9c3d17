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


async def test_a_certificate_is_noted_with_its_reason(registers: Registers) -> None:
    """Issuer, who noted it and why stay on record; withdrawn again it is gone from the row and not from the record."""
    jia = await _account(registers, "jia")
    key = SigningKey(key_id(PUBLIC), jia, PUBLIC, "", AT)
    keys = registers.signing_keys
    await keys.add(key, jia, AT)
    certified = await keys.certify(key.id, "某认证机构", "operator", AT + 1, "证书原件已核对")
    assert certified.certificate_issuer == "某认证机构"
    assert await keys.list_all() == [certified]
    assert (await keys.certify(key.id, "", "operator", AT + 2, "证书已注销")).certificate_issuer == ""
    record = [(one.by, one.value.certificate_issuer, one.reason) for one in await keys.versions(key.id)]
    assert record == [
        (jia, "", ""),
        ("operator", "某认证机构", "证书原件已核对"),
        ("operator", "", "证书已注销"),
    ]


async def test_what_cannot_be_certified_says_why(registers: Registers) -> None:
    """An unknown key, no reason, no change, a key that was revoked: each is named."""
    jia = await _account(registers, "jia")
    key = SigningKey(key_id(PUBLIC), jia, PUBLIC, "", AT)
    keys = registers.signing_keys
    await keys.add(key, jia, AT)
    for id_, issuer, reason, named in (
        ("k-none", "某认证机构", "x", "signing_key"),
        (key.id, "某认证机构", "", "reason"),
        (key.id, "", "x", "issuer"),
    ):
        with pytest.raises(Malformed, match=named):
            await keys.certify(id_, issuer, "operator", AT, reason)
    await keys.revoke(key.id, jia, AT)
    with pytest.raises(Malformed, match="a key that is in use"):
        await keys.certify(key.id, "某认证机构", "operator", AT, "x")
