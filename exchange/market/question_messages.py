"""Questions about a listing: what can be asked, and what happened.

What one bidder learns, all learn: an answered question is public, and who asked it is not.
"""

import msgspec

from exchange.market.command_base import Command
from exchange.market.event_base import Event


class AskQuestion(Command, frozen=True, tag=True):
    """Somebody with an account asks the seller; `party` is the asker's organisation, where there is one."""

    question: str
    listing: str
    text: str
    asker: str
    party: str | None = None


class AnswerQuestion(Command, frozen=True, tag=True):
    """The seller's people, or a broker with the seller's mandate, answer for everybody to read."""

    question: str
    listing: str
    seller: str
    text: str
    author: str


class WithholdQuestion(Command, frozen=True, tag=True):
    """The operator takes a question and its answer out of sight, and says why."""

    question: str
    reasons: str
    author: str


class AllowQuestions(Command, frozen=True, tag=True):
    """The operator lets questions be asked while the lot is open, or only before it again."""

    listing: str
    allowed: bool
    reasons: str
    author: str


class QuestionAsked(Event, frozen=True, tag=True):
    """A question waits for its answer; `number` counts those of the listing from 1 and stands for the asker."""

    question: str
    listing: str
    number: int
    text: str
    asker: str
    party: str | None
    at: int


class QuestionAnswered(Event, frozen=True, tag=True):
    """Question and answer are public from now on."""

    question: str
    listing: str
    text: str
    author: str
    at: int


class QuestionWithheld(Event, frozen=True, tag=True):
    """Neither question nor answer is shown any more."""

    question: str
    listing: str
    reasons: str
    author: str
    at: int


class QuestionsAllowed(Event, frozen=True, tag=True):
    """Whether questions are taken while the lot of a listing is open."""

    listing: str
    allowed: bool
    reasons: str
    author: str


class Question(msgspec.Struct, frozen=True):
    """A question in the state. `answer` is None until there is one; `withheld` says why it is hidden."""

    id: str
    listing: str
    number: int
    text: str
    asker: str
    party: str | None
    asked_at: int
    answer: str | None = None
    answered_at: int | None = None
    withheld: str = ""

    @property
    def public(self) -> bool:
        """Whether everybody reads it."""
        return self.answer is not None and not self.withheld


QuestionCommand = AskQuestion | AnswerQuestion | WithholdQuestion | AllowQuestions
QuestionEvent = QuestionAsked | QuestionAnswered | QuestionWithheld | QuestionsAllowed
