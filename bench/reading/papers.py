"""PDFs to measure with."""

from __future__ import annotations

import io
import random

from reportlab.pdfgen.canvas import Canvas

_WORDS = (
    "the of and to in is that for it as was with be by on not he his but at are this have from or",
    "had an they which one you were all her she there would their we him been has when who will",
    "more no if out so said what up its about into than them can only other time new some could",
    "these two may first then do any like my now over such our man me even most made after also",
)
_WORDS_A_LINE = 12


def paper(pages: int, *, seed: int = 1, lines: int = 50) -> bytes:
    """Return a PDF of so many pages of `lines` of 60 characters; a chapter every ten."""
    chance = random.Random(seed)
    known = " ".join(_WORDS).split()
    content = io.BytesIO()
    canvas = Canvas(content, pageCompression=1)
    for page in range(1, pages + 1):
        if page % 10 == 1:
            canvas.bookmarkPage(str(page))
            canvas.addOutlineEntry(f"Chapter {page // 10 + 1}", str(page))
            canvas.setFont("Helvetica-Bold", 18)
            canvas.drawString(72, 760, f"Chapter {page // 10 + 1}")
        canvas.setFont("Times-Roman", 11)
        for line in range(lines):
            words = " ".join(chance.choice(known) for _ in range(_WORDS_A_LINE))
            canvas.drawString(72, 735 - 13 * line, f"Page {page}. {words}" if line == 0 else words)
        canvas.showPage()
    canvas.save()
    return content.getvalue()
