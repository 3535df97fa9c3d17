"""Mail through a real SMTP server: only to proved addresses, in the reader's language, again when it fails."""

import socket
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from exchange.notices.mailer import GAP, Mailer
from exchange.notices.teller import DAY
from exchange.registers.contacts import check_address, proves_unsubscribe
from matching_engine.errors import Malformed
from tests.exchange.notices.test_teller import new_teller, tell
from tests.web.running import Web, running_web

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")  # on this machine


class Box:
    """Takes mail, or refuses it for now."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refuses = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  (the library's name)
        """A letter."""
        if self.refuses:
            return "451 later"
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 OK"


def _knows(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    """Whether the exchange signed in with its password."""
    known = isinstance(data, LoginPassword) and data == LoginPassword(b"luochui", b"a long password")
    return AuthResult(success=known)


@pytest.fixture
def box() -> Any:
    """A mail server on this machine."""
    made = Box()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(
        made,
        hostname="127.0.0.1",
        port=port,
        authenticator=_knows,
        auth_required=True,
        auth_require_tls=False,
    )
    controller.start()
    made.port = port  # type: ignore[attr-defined]
    yield made
    controller.stop()


@pytest.fixture
async def web(sqlite_path: Path, box: Any) -> AsyncIterator[Web]:
    """A market whose mail goes there."""
    mail = {"smtp_host": "127.0.0.1", "smtp_port": box.port, "smtp_tls": "none", "smtp_user": "luochui"}
    mail["smtp_password"] = "a long password"
    async with running_web(f"sqlite:///{sqlite_path}", **mail) as made:
        yield made


def text_of(letter: EmailMessage) -> str:
    """The plain text of a letter."""
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


async def proved(web: Web, mailer: Mailer, box: Any, account: str, language: str = "zh") -> None:
    """An address of an account, proved by the code that it got."""
    contacts = web.exchange.registers.contacts
    await contacts.propose(account, f"{account}@example.org", language, web.clock.now())
    assert await mailer.round() == 1
    code = next(
        word for word in text_of(box.letters[-1]).replace("，", " ").split() if word.strip(".").isdigit()
    )
    assert not await contacts.prove(account, "wrong", web.clock.now())
    assert await contacts.prove(account, code.strip("."), web.clock.now())


async def test_notices_go_to_proved_addresses_in_one_letter(web: Web, box: Any) -> None:
    """Before the code nothing goes; then what waits goes together, in the language, with a link that ends it."""
    mailer = Mailer(web.exchange.registers, web.exchange.settings, web.clock)
    async with new_teller(web) as teller:
        await teller.step()
        await proved(web, mailer, box, "jia", "en")
        await web.exchange.registers.contacts.propose("yi", "yi@example.org", "zh", web.clock.now())
        await web.open_lot("jia", "yi")
        await tell(teller)
        assert await mailer.round() == 2  # a code, and a letter
        letter = next(
            one for one in box.letters if one["To"] == "jia@example.org" and "notices" in one["Subject"]
        )
        assert "Pay the deposit" in text_of(letter)
        assert "takes bids now" in text_of(letter)
        assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        link = str(letter["List-Unsubscribe"]).strip("<>").rpartition("/")[2]
        account, kind, signed = link.split(".")
        contact = await web.exchange.registers.contacts.of("jia")
        assert (account, kind) == ("jia", "all")
        assert proves_unsubscribe(contact, kind, signed)
        assert not proves_unsubscribe(contact, "money", signed)
        html = letter.get_body(("html",))
        assert html is not None
        assert "<script" not in html.get_content()
        assert not any(one["To"] == "yi@example.org" and "Unsubscribe" in str(one) for one in box.letters)


async def test_a_server_that_refuses_is_asked_again_for_a_day(web: Web, box: Any) -> None:
    """Later, with a pause; sent when it takes it; given up after a day, and the account's mail says so."""
    mailer = Mailer(web.exchange.registers, web.exchange.settings, web.clock)
    async with new_teller(web) as teller:
        await teller.step()
        await proved(web, mailer, box, "jia")
        await web.open_lot("jia", "yi")
        await tell(teller)
        box.refuses, before = True, len(box.letters)
        contacts = web.exchange.registers.contacts
        assert await mailer.round() == 0
        waiting = (await contacts.mails("jia"))[0]
        assert (waiting.state, waiting.tries) == ("due", 1)
        assert "451" in waiting.error
        assert await contacts.due(web.clock.now()) == []
        web.clock.advance(GAP)
        box.refuses = False
        assert await mailer.round() == 1
        assert len(box.letters) == before + 1
        box.refuses = True
        await web.pass_time(3_600_000_000)
        await tell(teller)
        await mailer.round()
        web.clock.advance(DAY)
        await mailer.round()
        assert (await contacts.mails("jia"))[0].state == "failed"


async def test_codes_are_few_and_guessed_seldom(web: Web) -> None:
    """Five codes a day, five guesses a code."""
    contacts, now = web.exchange.registers.contacts, web.clock.now()
    for _ in range(5):
        await contacts.propose("jia", "jia@example.org", "zh", now)
    with pytest.raises(Malformed):
        await contacts.propose("jia", "jia@example.org", "zh", now)
    code = (await contacts.mails("jia"))[0].code
    for _ in range(5):
        assert not await contacts.prove("jia", "x", now)
    assert not await contacts.prove("jia", code, now)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "@x.org",
        "a@b",
        "a b@x.org",
        "a@x.org\nBcc: y@z.org",
        "a@b@c.org",
        "<a@x.org>",
        "a@x..",
        "甲@x.org",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    """No header is written into an address, nor a second one."""
    with pytest.raises(Malformed):
        check_address(text)
