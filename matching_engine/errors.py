"""The error tree.

    LuochuiError
    ├── Malformed   the input is not what it should be: field, what came, what was expected
    └── Broken      an invariant fell: the process stops

A refusal is not an error: it is a value in the journal (see ``rejections``).
"""


class LuochuiError(Exception):
    """Anything this product raises on purpose."""


class Malformed(LuochuiError):
    """Input that cannot be read; names the field, what came and what was expected."""

    def __init__(self, field: str, got: object, expected: str) -> None:
        super().__init__(f"{field}: expected {expected}, got {got!r}")
        self.field = field
        self.got = got
        self.expected = expected


class Broken(LuochuiError):
    """An invariant fell. Nothing after it can be trusted, so nothing after it runs."""


def require(condition: bool, invariant: str) -> None:
    """Stop with Broken unless `condition` holds; `invariant` says which one fell."""
    if not condition:
        raise Broken(invariant)
