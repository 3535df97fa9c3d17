"""Mail as it goes out: plain text and simple HTML in the reader's language, with the link that ends it (RFC 8058)."""

from collections.abc import Sequence
from email.message import EmailMessage
from html import escape

from exchange.notices.told import kind_of
from exchange.notices.words import kind_name, say
from exchange.registers.contacts import Contact, Mail, unsubscribe_link
from exchange.registers.notices import Notice
from settlement.dates import shanghai_time

SUBJECT = {"zh": "落槌：", "en": "Luochui: "}
CODE = {
    "zh": "您的邮箱验证码是 %s，三十分钟内有效。如非本人操作，请忽略本邮件。",
    "en": "The code that proves your address is %s. It is good for thirty minutes. If you did not ask for it, ignore this.",
}
STOP = {"zh": "不再接收“%s”类邮件", "en": "No more mail of the kind “%s”"}
MORE = {"zh": "（共 %d 条）", "en": " (%d notices)"}


def code_letter(mail: Mail, contact: Contact, sender: str, domain: str) -> EmailMessage:
    """The letter with which an address is proved."""
    text = CODE[contact.language] % mail.code
    subject = {"zh": "邮箱验证码", "en": "your code"}[contact.language]
    letter = _letter(mail, contact, sender, domain, subject)
    letter.set_content(text + "\n", cte="base64")
    return letter


def notice_letter(
    mails: Sequence[Mail], notices: Sequence[Notice], contact: Contact, sender: str, base_url: str
) -> EmailMessage:
    """One letter for everything that waits for a reader, the oldest first."""
    language = contact.language
    lines = [(one, say(one.word, one.facts, language)) for one in notices]
    subject = lines[0][1][:100] + (MORE[language] % len(lines) if len(lines) > 1 else "")
    domain = base_url.partition("://")[2].partition("/")[0].partition(":")[0]
    letter = _letter(mails[0], contact, sender, domain, subject)
    kinds = list(dict.fromkeys(kind_of(one.word) for one in notices))
    stops = [(STOP[language] % kind_name(kind, language), _stop(base_url, contact, kind)) for kind in kinds]
    letter["List-Unsubscribe"] = f"<{stops[0][1] if len(stops) == 1 else _stop(base_url, contact, 'all')}>"
    letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(_text(lines, stops, base_url), cte="base64")
    letter.add_alternative(_html(lines, stops, base_url, language), subtype="html", cte="base64")
    return letter


def _letter(mail: Mail, contact: Contact, sender: str, domain: str, subject: str) -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"] = sender, mail.address
    letter["Subject"] = SUBJECT[contact.language] + " ".join(subject.split())
    letter["Date"] = shanghai_time(mail.at)
    letter["Message-ID"] = f"<notice-{mail.id}-{mail.account}@{domain or 'localhost'}>"
    return letter


def _stop(base_url: str, contact: Contact, kind: str) -> str:
    return f"{base_url}/unsubscribe/{unsubscribe_link(contact, kind)}"


def _text(lines: Sequence[tuple[Notice, str]], stops: Sequence[tuple[str, str]], base_url: str) -> str:
    told = [f"{_when(one)}  {words}\n{base_url}{one.path}\n" for one, words in lines]
    return "\n".join([*told, "-- ", *(f"{words}: {link}" for words, link in stops), ""])


def _html(
    lines: Sequence[tuple[Notice, str]], stops: Sequence[tuple[str, str]], base_url: str, language: str
) -> str:
    told = "".join(
        f'<p><small>{_when(one)}</small><br><a href="{escape(base_url + one.path)}">{escape(words)}</a></p>'
        for one, words in lines
    )
    ends = "".join(
        f'<p><small><a href="{escape(link)}">{escape(words)}</a></small></p>' for words, link in stops
    )
    code = "zh-CN" if language == "zh" else "en"
    return f'<!doctype html><html lang="{code}"><body>{told}<hr>{ends}</body></html>'


def _when(notice: Notice) -> str:
    return f"{shanghai_time(notice.at):%Y-%m-%d %H:%M:%S} UTC+8"
