"""A document as DOCX: A4, Chinese fonts by their names, numbers of pages below."""

import io
from datetime import datetime
from typing import Any

from docx import Document
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

from settlement.dates import shanghai_time
from settlement.paper import Line, LineKind, lines_of
from web.documents.record import Record

_SONG, _HEI = "宋体", "黑体"


def to_docx(text: str, records: tuple[Record, ...], at: int) -> bytes:
    """The file. `at` (µs) is the time of the document in its properties."""
    document = Document()
    _set_up(document, shanghai_time(at).replace(tzinfo=None))
    lines = lines_of(text)
    document.core_properties.title = lines[0].text
    for line in lines:
        _write(document, line)
    if records:
        _write_records(document, records)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _set_up(document: Docx, moment: datetime) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.8)
    section.top_margin = section.bottom_margin = Cm(2.5)
    style = document.styles["Normal"]
    _font(style.element.get_or_add_rPr(), _SONG)
    style.font.size = Pt(12)
    style.paragraph_format.line_spacing = 1.5
    style.paragraph_format.space_after = Pt(0)
    core = document.core_properties
    core.author, core.language, core.created, core.modified = "", "zh-CN", moment, moment
    _number_pages(section.footer.paragraphs[0])


def _font(properties: Any, name: str) -> None:
    """Latin and East Asian letters alike."""
    fonts = properties.get_or_add_rFonts()
    for attribute in ("w:ascii", "w:hAnsi", "w:eastAsia"):
        fonts.set(qn(attribute), name)


def _number_pages(paragraph: Paragraph) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def _write(document: Docx, line: Line) -> None:
    paragraph = document.add_paragraph()
    bold = line.kind in (LineKind.TITLE, LineKind.HEADING)
    label = {LineKind.FACT: f"{line.label}：", LineKind.CLAUSE: f"{line.label} "}.get(line.kind, "")
    run = paragraph.add_run(label + line.text)
    _font(run._r.get_or_add_rPr(), _HEI if bold else _SONG)
    run.bold = bold
    if line.kind is LineKind.TITLE:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_after = Pt(18)
        run.font.size = Pt(20)
    elif line.kind is LineKind.HEADING:
        paragraph.paragraph_format.space_before = Pt(10)
        paragraph.paragraph_format.keep_with_next = True
    elif line.kind in (LineKind.ITEM, LineKind.PARAGRAPH):
        paragraph.paragraph_format.first_line_indent = Pt(24)


def _write_records(document: Docx, records: tuple[Record, ...]) -> None:
    heading = document.add_paragraph()
    run = heading.add_run("签名记录")
    _font(run._r.get_or_add_rPr(), _HEI)
    run.bold = True
    heading.paragraph_format.space_before = Pt(18)
    table = document.add_table(rows=0, cols=2)
    table.style = document.styles["Table Grid"]
    for record in records:
        left, right = table.add_row().cells
        left.text, right.text = record.party, "\n".join((record.how, *record.details))
