"""Forms that carry a file (multipart/form-data, RFC 7578): their fields as texts, their files as bytes."""

from typing import NamedTuple

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, FormParser, parse_options_header

from web.parse import FORM_FIELDS_MAX, BadInput, clean_text

MULTIPART = "multipart/form-data"
_CONFIG = {"MAX_MEMORY_FILE_SIZE": 1 << 30}
"""The door has measured the body already: nothing of it goes to a temporary file."""


class Upload(NamedTuple):
    """A file as it was sent: its name without a path, and what it holds."""

    name: str
    content: bytes


class Form(NamedTuple):
    """The fields and the files of a form, each name once; an empty file field is left out."""

    fields: dict[str, str]
    files: dict[str, Upload]


def is_multipart(content_type: str) -> bool:
    """Whether a body says that it is such a form."""
    return content_type.partition(";")[0].strip().lower() == MULTIPART


def read_multipart(content_type: str, body: bytes) -> Form:
    """The form that `body` holds; MALFORMED_FORM (400) for bytes that are none, DUPLICATE_KEY for a name twice."""
    pairs: list[tuple[str, bytes | Upload]] = []
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if not boundary or not body.rstrip().endswith(b"--" + boundary + b"--"):
        raise _malformed("a whole form, with its boundary at the end")

    def on_field(field: Field) -> None:
        pairs.append(((field.field_name or b"").decode(), field.value or b""))

    def on_file(file: File) -> None:
        file.file_object.seek(0)
        pairs.append(((file.field_name or b"").decode(), Upload(_name(file), file.file_object.read())))
        file.close()

    try:
        parser = FormParser(MULTIPART, on_field, on_file, boundary=boundary, config=_CONFIG)
        parser.write(body)
        parser.finalize()
        parser.close()
        return _form(pairs)
    except (FormParserError, UnicodeDecodeError) as wrong:
        raise _malformed("a multipart form in UTF-8") from wrong


def _malformed(expected: str) -> BadInput:
    return BadInput("MALFORMED_FORM", "body", "other bytes", expected, 400)


def _name(file: File) -> str:
    """The last part of the file's name: some browsers send the whole path."""
    name = (file.file_name or b"").decode()
    return clean_text(name.replace("\\", "/").rpartition("/")[2], "file")


def _form(pairs: list[tuple[str, bytes | Upload]]) -> Form:
    form = Form({}, {})
    if len(pairs) > FORM_FIELDS_MAX:
        raise _malformed(f"at most {FORM_FIELDS_MAX} fields")
    for name, value in pairs:
        clean_text(name, "key")
        if name in form.fields or name in form.files:
            raise BadInput("DUPLICATE_KEY", name, "the key twice", "each key once", 400)
        if isinstance(value, bytes):
            form.fields[name] = clean_text(value.decode(), name).strip()
        elif value.name or value.content:
            form.files[name] = value
    return form
