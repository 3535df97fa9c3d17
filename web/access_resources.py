"""What the interface to one's own account takes and gives: factors, sessions, keys, grants, the access log."""

from typing import Annotated, Any, Literal

import msgspec

from web.passkeys import PasskeyAnswer
from web.resources import Given, Taken

Label = Annotated[str, msgspec.Meta(max_length=60)]
Code = Annotated[str, msgspec.Meta(min_length=6, max_length=40)]
Base64 = Annotated[str, msgspec.Meta(max_length=40_000, pattern=r"^[A-Za-z0-9_-]*$")]
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
Scope = Literal["read", "bid", "trade", "settle", "admin"]


class PasskeyBody(Taken, frozen=True):
    """A passkey's answer, each part in base64url: `attestation` of a new one, else the other two."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=1400, pattern=r"^[A-Za-z0-9_-]+$")]
    client_data: Base64
    attestation: Base64 = ""
    authenticator_data: Base64 = ""
    signature: Base64 = ""

    def answer(self) -> PasskeyAnswer:
        """As it is checked."""
        return PasskeyAnswer(
            self.id, self.client_data, self.attestation, self.authenticator_data, self.signature
        )


class StepUpBody(Taken, frozen=True):
    """A code of the app or a recovery code, or a passkey's answer: one of the two."""

    code: Code | None = None
    passkey: PasskeyBody | None = None


class StepUpResource(Given, frozen=True):
    """Until when a second factor counts."""

    stepped_up_until: str


class LabelBody(Taken, frozen=True):
    """The name of a new factor."""

    label: Label = ""


class CodeBody(Taken, frozen=True):
    """The first code of a new secret."""

    code: Code


class NewPasskeyBody(Taken, frozen=True):
    """A new passkey."""

    passkey: PasskeyBody
    label: Label = ""


class OptionsBody(Taken, frozen=True):
    """What a passkey is asked for: to be made, or to confirm."""

    purpose: Literal["add", "confirm"]


class FactorResource(Given, frozen=True):
    """A second factor."""

    factor: str
    kind: str
    label: str
    created_at: str
    used_at: str | None


class FactorsResource(Given, frozen=True):
    """The second factors of one's account."""

    factors: list[FactorResource]
    recovery_codes_left: int
    stepped_up_until: str | None


class SecretResource(Given, frozen=True):
    """A new secret for an authenticator app, shown this once."""

    factor: str
    secret: str
    uri: str


class CodesResource(Given, frozen=True):
    """Recovery codes, shown this once; none when the account has some already."""

    recovery_codes: list[str]


class OptionsResource(Given, frozen=True):
    """What `navigator.credentials` takes, in the JSON form of the standard."""

    options: dict[str, Any]


class OwnSession(Given, frozen=True):
    """A session of one's own account."""

    session: str
    device: str
    network: str
    begun: str
    seen: str
    ends: str
    current: bool


class OwnSessions(Given, frozen=True):
    """Every session of one's own account."""

    sessions: list[OwnSession]


class KeyBody(Taken, frozen=True):
    """A key for a program: what it is for, for how many days, where from, and the public key it signs with."""

    label: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    scopes: Annotated[tuple[Scope, ...], msgspec.Meta(max_length=5)] = ("read",)
    days: Annotated[int, msgspec.Meta(ge=1, le=366)] = 90
    networks: Annotated[
        tuple[Annotated[str, msgspec.Meta(max_length=64)], ...], msgspec.Meta(max_length=20)
    ] = ()
    public_key: Annotated[str, msgspec.Meta(max_length=1000)] = ""


class KeyResource(Given, frozen=True):
    """A program's key; the key itself is shown when it is made, and never again."""

    key: str
    label: str
    scopes: list[str]
    networks: list[str]
    public_key: str
    strong: bool
    created_at: str
    expires_at: str


class NewKeyResource(Given, frozen=True):
    """A new key, and the secret to send in Authorization: shown this once."""

    key: KeyResource
    secret: str


class KeysResource(Given, frozen=True):
    """The keys of one's account."""

    keys: list[KeyResource]


class GrantBody(Taken, frozen=True):
    """All roles that an account shall have, and why."""

    login: Word
    roles: Annotated[tuple[Word, ...], msgspec.Meta(max_length=10)]
    reason: Text


class GrantResource(Given, frozen=True):
    """Proposed roles, and what became of them."""

    grant: str
    account: str
    roles: list[str]
    before: list[str]
    reason: str
    proposed_by: str
    proposed_at: str
    state: str
    decided_by: str | None
    decided_at: str | None


class GrantsResource(Given, frozen=True):
    """Grants, the latest first."""

    grants: list[GrantResource]


class EnrolmentBody(Taken, frozen=True):
    """What an operator saw: the organisation's code, and the letter that names whose account it is.

    `person_name` and `person_number` (of the identity document) are kept as one hash only.
    """

    organisation: Word
    code: Word
    letter: Text
    login: Annotated[str, msgspec.Meta(max_length=64)] = ""
    letter_digest: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?$")] = ""
    person_name: Annotated[str, msgspec.Meta(max_length=100)] = ""
    person_number: Annotated[str, msgspec.Meta(max_length=40)] = ""


class EnrolmentResource(Given, frozen=True):
    """One check of an organisation and an account."""

    enrolment: str
    organisation: str
    account: str | None
    code: str
    letter: str
    letter_digest: str
    checked_by: str
    checked_at: str


class EnrolmentsResource(Given, frozen=True):
    """Checks, the latest first."""

    enrolments: list[EnrolmentResource]


class AccessQuery(Taken, frozen=True):
    """Whose rows, of which kind, from where on."""

    account: Annotated[str, msgspec.Meta(max_length=64)] = ""
    kind: Annotated[str, msgspec.Meta(max_length=32)] = ""
    before: Annotated[int, msgspec.Meta(ge=1, le=2_147_483_647)] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 100


class AccessResource(Given, frozen=True):
    """A row of the access log."""

    id: int
    at: str
    kind: str
    account: str
    by: str
    network: str
    detail: dict[str, Any]


class AccessPage(Given, frozen=True):
    """Rows, the latest first; `before` of the next page, null at the end."""

    events: list[AccessResource]
    next: int | None
