"""Forms with a file: read whole or refused, and their form token counts at the door."""

import httpx2
import pytest

from tests.web.running import Web
from web.multipart import MULTIPART, Upload, is_multipart, read_multipart
from web.parse import FORM_FIELDS_MAX, BadInput

TYPE = f"{MULTIPART}; boundary=X"


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    """One part of a form."""
    file = "" if filename is None else f'; filename="{filename}"'
    return f'--X\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + content + b"\r\n"


def body(*parts: bytes) -> bytes:
    """A whole form."""
    return b"".join(parts) + b"--X--\r\n"


def test_fields_and_files_are_told_apart() -> None:
    """Texts lose the blanks at their ends, a file keeps every byte and loses its path; an empty file is left out."""
    data = b"\xff\x00\r\n\n--Y"
    form = read_multipart(
        TYPE, body(part("a", " 甲 ".encode()), part("f", data, "C:\\x\\s.xml"), part("g", b"", ""))
    )
    assert form.fields == {"a": "甲"}
    assert form.files == {"f": Upload("s.xml", data)}


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"", "MALFORMED_FORM"),
        (body(part("a", b"1"))[:-8], "MALFORMED_FORM"),
        (b"junk--X--", "MALFORMED_FORM"),
        (body(part("a", b"\xff")), "MALFORMED_FORM"),
        (body(part("a", b"1"), part("a", b"2")), "DUPLICATE_KEY"),
        (body(part("a", "\u202e".encode())), "BAD_TEXT"),
        (body(part("f", b"1", "a\u202eb")), "BAD_TEXT"),
        (body(*(part(f"a{n}", b"1") for n in range(FORM_FIELDS_MAX + 1))), "MALFORMED_FORM"),
    ],
)
def test_what_is_no_form_is_refused(sent: bytes, code: str) -> None:
    """Cut off, junk, other bytes, a name twice, hidden characters, too many fields: one code each."""
    with pytest.raises(BadInput) as wrong:
        read_multipart(TYPE, sent)
    assert wrong.value.code == code


def test_a_form_needs_its_boundary() -> None:
    """Without one nothing can be told apart; the type is known whatever its case."""
    with pytest.raises(BadInput):
        read_multipart(MULTIPART, body(part("a", b"1")))
    assert is_multipart("Multipart/Form-Data; boundary=X")
    assert not is_multipart("text/plain")


async def send(client: httpx2.AsyncClient, token: str) -> httpx2.Response:
    """A form with a file and a token in it, to a path that is not there."""
    del client.headers["x-csrf-token"]
    content = body(part("csrf", token.encode()), part("f", b"x", "x"))
    return await client.post("/nothing", content=content, headers={"content-type": TYPE})


async def test_the_door_reads_the_token(web: Web) -> None:
    """With the session's token the form gets as far as its path, with another one it is refused."""
    jia = await web.signed_in("jia")
    assert (await send(jia, jia.headers["x-csrf-token"])).json()["code"] == "NOT_FOUND"
    jia = await web.signed_in("jia")
    assert (await send(jia, "wrong")).json()["code"] == "CSRF"
