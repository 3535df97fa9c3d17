"""Secrets of this process: where their settings come from, and a veil over any text that would tell them.

A secret setting is given in the environment (`LUOCHUI_BANK_SECRET`) or as a file that holds it
(`LUOCHUI_BANK_SECRET_FILE`, the way of container secrets), never both. Whatever was read is remembered here, and
`veil` takes it out of every line of a log and every error that a command prints; so it does with the password
in any address of a database, remembered or not.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from matching_engine.errors import Malformed

HIDDEN = "***"
SHORT = 6
"""Shorter texts are no secrets: to veil them would tear other words apart."""
ADDRESSES = frozenset({"database_url", "redis_url"})
"""Settings that may hold a password as a part of them."""

_known: set[str] = set()
_IN_ADDRESS = re.compile(r"(?P<start>[a-z][a-z0-9+.-]*://[^\s/:@]*):[^\s/]+@")


def is_secret(name: str, field: FieldInfo) -> bool:
    """Whether a setting is, or holds, a secret."""
    return name in ADDRESSES or "SecretStr" in str(field.annotation)


def remember(texts: Iterable[str]) -> None:
    """Veil these texts from now on."""
    _known.update(text for text in texts if len(text) >= SHORT)


def remember_settings(settings: BaseSettings) -> None:
    """Veil every secret of these settings from now on."""
    values = [getattr(settings, name) for name in type(settings).model_fields]
    remember(value.get_secret_value() for value in values if isinstance(value, SecretStr))
    remember(_password(str(getattr(settings, name, None) or "")) for name in ADDRESSES)


def _password(address: str) -> str:
    try:
        return str(make_url(address).password or "")
    except (ArgumentError, ValueError):
        return ""


def veil(text: str) -> str:
    """The text without any secret in it."""
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return _IN_ADDRESS.sub(rf"\g<start>:{HIDDEN}@", text)


class SecretFiles(PydanticBaseSettingsSource):
    """Secret settings from the files that `…_FILE` names; Malformed says which, never what is in it."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The secret of a field, or None."""
        prefix = str(self.config.get("env_prefix") or "")
        variable = f"{prefix}{field_name}".upper()
        path = os.environ.get(f"{variable}_FILE")
        if not path or not is_secret(field_name, field):
            return None, field_name, False
        if os.environ.get(variable):
            raise Malformed(f"{variable}_FILE", path, f"either {variable} or a file that holds it, not both")
        return _content(f"{variable}_FILE", Path(path)), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Every secret that a file holds."""
        found = {
            name: self.get_field_value(field, name) for name, field in self.settings_cls.model_fields.items()
        }
        return {name: value for name, (value, _, _) in found.items() if value is not None}


def _content(variable: str, path: Path) -> str:
    """The text of a file without the end of its last line."""
    try:
        text = path.read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise Malformed(variable, str(path), f"a file of text that can be read ({why})") from None
    if not text:
        raise Malformed(variable, str(path), "a file with the secret in it; it is empty")
    return text
