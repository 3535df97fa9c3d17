"""The tables of the journal, as both databases have them (created by migrations/versions/0001_journal.py).

`journal` holds one row for each event, its columns are the fields of `Row`. `lease` says for each house which
epoch may write, until when, and where its holder is reached.
"""

from collections.abc import Iterable

from exchange.ports import Row
from matching_engine.errors import LuochuiError

LEASE_SECONDS = 2.0
"""How long a lease lasts without a sign of life."""
FIRST_TERM_US = 60_000_000
"""µs that a new holder has to read the journal before its first sign of life is due."""

COLUMNS: tuple[str, ...] = Row.__struct_fields__
COLUMN_LIST = ", ".join(COLUMNS)

HOUSES = """
WITH RECURSIVE found(house) AS (
    SELECT min(house) FROM journal
    UNION ALL
    SELECT (SELECT min(house) FROM journal WHERE journal.house > found.house) FROM found
    WHERE found.house IS NOT NULL
)
SELECT house FROM found WHERE house IS NOT NULL
"""
"""The distinct houses, one index probe for each: DISTINCT would read the whole journal."""


class WrongSchema(LuochuiError):
    """The database's schema is not the one this program works with; says what to do about it."""


def row(values: Iterable[object]) -> Row:
    """The row that a database gave as a tuple of COLUMNS."""
    return Row(*values)  # type: ignore[arg-type]  # The columns are declared NOT NULL with the types of Row.
