"""PDF files: as ReportLab writes them, and some that no writer would write."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import pypdfium2
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from tests.support.files.pdf_objects import pdf_of

_LEFT, _TOP = 60, 780
Sized = tuple[str, float]


def make_pdf(
    pages: Sequence[Sequence[str | Sized]],
    *,
    title: str | None = None,
    author: str | None = None,
    outline: Sequence[tuple[str, int, int]] = (),
    password: str | None = None,
) -> bytes:
    """Each page is its lines, 11 points high or as said; without lines it is empty.

    An entry of the outline is a title, a level from 0, and a page from 1.
    """
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, encrypt=password, invariant=1)
    canvas.setTitle(title or "")
    canvas.setAuthor(author or "")
    for number, lines in enumerate(pages, 1):
        for key, (text, level, page) in enumerate(outline):
            if page == number:
                canvas.bookmarkPage(str(key))
                canvas.addOutlineEntry(text, str(key), level=level)
        _draw(canvas, lines)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def make_form_pdf(fields: Sequence[tuple[str, str]]) -> bytes:
    """One page with a text field for each name and value."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.drawString(_LEFT, _TOP, "A form")
    for row, (name, value) in enumerate(fields, 1):
        canvas.acroForm.textfield(name=name, value=value, x=_LEFT, y=_TOP - 40 * row)
    canvas.save()
    return buffer.getvalue()


def make_pictures_pdf(pages: int) -> bytes:
    """Pages that hold a drawing and not one letter, as a scanner makes them."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    for _ in range(pages):
        canvas.rect(_LEFT, _LEFT, 100, 100, fill=1)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def make_bare_pdf(
    texts: Sequence[str],
    *,
    repeated: int = 1,
    claimed: int | None = None,
    catalog: str = "",
    notes: str = "",
) -> bytes:
    """A PDF written by hand: its pages `repeated` times, of which it claims to have `claimed`.

    `catalog` is put into its catalog, `notes` are the annotations of each page. A text is an
    operand of `Tj`, such as `(Hello)` or `<0104>`.
    """
    count = len(texts)
    kids = " ".join(f"{4 + 2 * index} 0 R" for index in range(count))
    total = claimed if claimed is not None else count * repeated
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        f"<< /Type /Pages /Count {total} /Kids [{' '.join([kids] * repeated)}] >>",
        font,
    ]
    for index, text in enumerate(texts):
        stream = f"BT /F1 11 Tf 60 700 Td {text} Tj ET"
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * index} 0 R "
            f"/Annots [{notes}] >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    return pdf_of([each.encode("latin-1") for each in objects])


def _draw(canvas: Canvas, lines: Sequence[str | Sized]) -> None:
    height = _TOP
    for line in lines:
        text, size = line if isinstance(line, tuple) else (line, 11.0)
        canvas.setFont("Helvetica", size)
        canvas.drawString(_LEFT, height, text)
        height -= round(1.4 * size)


def attach(content: bytes, name: str, attached: bytes) -> bytes:
    """Return the PDF with a file attached to it."""
    document = pypdfium2.PdfDocument(content)
    document.new_attachment(name).set_data(attached)
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()
