"""ZIP files with the same bytes for the same content: fixed order, fixed times, also inside office files."""

import io
import re
import zipfile
from collections.abc import Iterable

from settlement.dates import shanghai_time

_MODIFIED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")


def pack(files: Iterable[tuple[str, bytes]], at: int) -> bytes:
    """A ZIP of the files in this order; `at` (µs) is the time of each, in Shanghai, to two seconds."""
    moment = shanghai_time(at)
    time = (max(moment.year, 1980), moment.month, moment.day, moment.hour, moment.minute, moment.second)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files:
            entry = zipfile.ZipInfo(name, time)
            entry.compress_type, entry.create_system, entry.external_attr = (
                zipfile.ZIP_DEFLATED,
                3,
                0o644 << 16,
            )
            target.writestr(entry, content)
    return buffer.getvalue()


def repack(office_file: bytes, at: int) -> bytes:
    """A DOCX or XLSX without the time at which this machine wrote it."""
    stamp = f"{shanghai_time(at):%Y-%m-%dT%H:%M:%S}+08:00".encode()
    with zipfile.ZipFile(io.BytesIO(office_file)) as source:
        found = [(name, source.read(name)) for name in source.namelist()]
    fixed = [
        (name, _MODIFIED.sub(rb"\g<1>" + stamp + rb"\2", content) if name == "docProps/core.xml" else content)
        for name, content in found
    ]
    return pack(fixed, at)
