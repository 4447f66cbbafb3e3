"""Files as Word, PowerPoint and Excel write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO

import openpyxl
from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.text import WD_BREAK
from pptx import Presentation

WRITTEN_AT = datetime(2024, 5, 17, 9, 30, tzinfo=UTC)
Row = Sequence[str | float | None]


def make_docx(
    blocks: Sequence[str],
    *,
    table: Sequence[Sequence[str]] = (),
    title: str | None = None,
    header: str | None = None,
    remark: str | None = None,
) -> bytes:
    """`# ` begins a heading, `- ` an item of a list, a form feed a new page."""
    document = Document()
    for block in blocks:
        _add(document, block)
    if table:
        grid = document.add_table(rows=0, cols=len(table[0]))
        for row in table:
            for cell, text in zip(grid.add_row().cells, row, strict=True):
                cell.text = text
    if header:
        document.sections[0].header.paragraphs[0].text = header
    if remark:
        document.add_comment(document.paragraphs[-1].runs, text=remark, author="Ada Author")
    properties = document.core_properties
    properties.title, properties.author, properties.created = title or "", "Ada Author", WRITTEN_AT
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def make_pptx(
    slides: Sequence[tuple[str, str, str]],
    *,
    title: str | None = None,
    shown: Sequence[int] = (),
) -> bytes:
    """Each slide has a title, a text and the speaker's notes; `shown` is their order, from 1."""
    presentation = Presentation()
    for heading, text, notes in slides:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = heading
        slide.placeholders[1].text = text
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
    entries = list(presentation.slides._sldIdLst)  # noqa: SLF001  there is no other way to move one
    for number in shown:
        presentation.slides._sldIdLst.append(entries[number - 1])  # noqa: SLF001
    properties = presentation.core_properties
    properties.title, properties.author, properties.created = title or "", "Ada Author", WRITTEN_AT
    buffer = BytesIO()
    presentation.save(buffer)
    return buffer.getvalue()


def make_xlsx(sheets: Mapping[str, Sequence[Row]], *, title: str | None = None) -> bytes:
    """A text that begins with `=` is a formula, without a value that Excel would have stored."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    properties = workbook.properties
    properties.title, properties.creator, properties.created = title, "Ada Author", WRITTEN_AT
    buffer = BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _add(document: DocxDocument, block: str) -> None:
    if block == "\f":
        document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    elif block.startswith("#"):
        marks, _, heading = block.partition(" ")
        document.add_heading(heading, level=len(marks))
    elif block.startswith("- "):
        document.add_paragraph(block[2:], style="List Bullet")
    else:
        document.add_paragraph(block)
