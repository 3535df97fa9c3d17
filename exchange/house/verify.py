"""Whether a journal is what was written: gapless, in order of time, chained, numbered stream by stream, and such
that every event follows from the state before it.

Pure: it takes the rows one after the other, from a database or from an export.
"""

import msgspec

from exchange.house import codec, machine
from exchange.house.chain import GENESIS, link
from exchange.house.command import Recorded
from exchange.house.digest import state_digest
from exchange.house.openings import Openings
from exchange.house.state import State, new_state
from exchange.house.streams import advances, stream_of
from exchange.ports import Row
from exchange.signatures import wrong_signature
from matching_engine import canonical
from matching_engine.errors import LuochuiError
from settlement.ledger import Posting
from settlement.rulebook import Rulebook


class BadRow(LuochuiError):
    """The first row that is not as it was written, and what is wrong with it."""

    def __init__(self, row: Row, wrong: str) -> None:
        super().__init__(f"house {row.house}, seq {row.seq} ({row.type}, command {row.command_id}): {wrong}")
        self.house = row.house
        self.seq = row.seq
        self.wrong = wrong


class Verifier:
    """Checks the rows of one house from the first on; `rows`, `head` and `last` tell how far it came."""

    def __init__(self, house: str, rulebook: Rulebook) -> None:
        self.house = house
        self.rows = 0
        self.head = GENESIS
        self.last: Row | None = None
        self.openings = Openings()
        self._streams: dict[str, int] = {}
        self._state = new_state(rulebook)

    @property
    def state_digest(self) -> str:
        """The digest of the state that the rows so far add up to."""
        return state_digest(self._state)

    def adds_up_to(self, state: State) -> bool:
        """Whether the rows so far add up to this state, to the last entry of its books."""
        return self._state == state

    @property
    def trial_balance(self) -> tuple[Posting, ...]:
        """Every account that the rows so far leave open, with its balance in fen."""
        return self._state.settlement.ledger.trial_balance()

    def wrong_books(self) -> str | None:
        """What is wrong with the ledger the rows so far add up to: a trial balance must be zero."""
        return self._state.settlement.ledger.wrong()

    def take(self, row: Row) -> Recorded:
        """Check the next row and give its event; BadRow names what is wrong with it."""
        wrong = self._place(row) or self._chain(row) or self._order(row) or self._command(row)
        if wrong:
            raise BadRow(row, wrong)
        recorded = self._event(row)
        if forged := wrong_signature(recorded.event):
            raise BadRow(row, forged)
        if unlike := self.openings.take(self._state, recorded):
            raise BadRow(row, unlike)
        self._replay(row, recorded)
        self._streams[row.stream] = row.stream_seq
        self.rows, self.head, self.last = row.seq, row.hash, row
        return recorded

    def _place(self, row: Row) -> str | None:
        """Invariant 2: seq is gapless."""
        due = self.rows + 1
        if row.house != self.house:
            return f"it stands among the rows of house {self.house}"
        return None if row.seq == due else f"seq {due} was due: rows are missing, doubled or out of order"

    def _chain(self, row: Row) -> str | None:
        """Invariant 13: the hash covers the row and the hash before it."""
        if link(self.head, row) == row.hash:
            return None
        return (
            "the chain breaks: this row, or the hash of the row before it, was changed after it was written"
        )

    def _order(self, row: Row) -> str | None:
        """Invariants 3 and 15: neither time nor epoch goes back."""
        if self.last is None:
            return None if row.epoch > 0 else f"epoch {row.epoch} is not one that a writer gets"
        if row.at < self.last.at:
            return f"time goes back: at {row.at} after {self.last.at}"
        return None if row.epoch >= self.last.epoch else f"epoch {row.epoch} after {self.last.epoch}"

    def _command(self, row: Row) -> str | None:
        """Invariant 7: the events of a command follow each other, numbered from 0, and answer one request."""
        if row.part == 0:
            return None
        before = self.last
        if before is None or (row.command_id, row.part) != (before.command_id, before.part + 1):
            return f"part {row.part} does not follow the part before it"
        same = (row.request, row.principal, row.causation, row.at, row.epoch)
        if same != (before.request, before.principal, before.causation, before.at, before.epoch):
            return "it differs from its command's part before in request, principal, causation, at or epoch"
        return None

    def _event(self, row: Row) -> Recorded:
        """The body is the canonical encoding of a known event, on its own stream and in its turn there."""
        if row.type not in codec.EVENT_TYPES:
            raise BadRow(row, "this version of luochui knows no such event")
        try:
            plain = canonical.encode(msgspec.json.decode(row.body))
            recorded = codec.recorded(row)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadRow(row, f"the body is not the event it should be: {error}") from error
        if plain != row.body:
            raise BadRow(row, "the body is not in canonical form")
        if wrong := self._stream(row, recorded):
            raise BadRow(row, wrong)
        return recorded

    def _stream(self, row: Row, recorded: Recorded) -> str | None:
        """Invariant 16: public events advance their stream by one, others leave it where it is."""
        stream = stream_of(recorded.event)
        if row.stream != stream:
            return f"it stands on stream {row.stream}, its event belongs to {stream}"
        due = self._streams.get(stream, 0) + advances(recorded.event)
        return None if row.stream_seq == due else f"stream_seq {row.stream_seq} where {due} was due"

    def _replay(self, row: Row, recorded: Recorded) -> None:
        """Invariants 5, 9 to 12: the state goes on, and asserts on its way what must hold of it."""
        try:
            machine.apply(self._state, recorded)
        except Exception as error:  # A forged event can break the state in any way at all.
            raise BadRow(row, f"it does not follow from the state before it: {error!r}") from error
