"""Files that a stranger may send, and what may become of each."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from dataclasses import dataclass

from openpyxl import Workbook
from reportlab.lib import pdfencrypt
from reportlab.pdfgen.canvas import Canvas

from tests.support.files import hostile_packages, hostile_pdfs
from tests.support.files.ole import make_encrypted_office

MAX_FILE_BYTES = 10 * 2**20
STORED = "stored"
_DEEP = 100_000
_LINES = 1_000_000


@dataclass(frozen=True, slots=True)
class HostileUpload:
    """A file by what is wrong with it; `ends` are the kinds of problem that are right for it."""

    title: str
    name: str
    make: Callable[[], bytes]
    ends: frozenset[str]


def _upload(title: str, name: str, make: Callable[[], bytes], *ends: str) -> HostileUpload:
    return HostileUpload(title, name, make, frozenset(ends))


def _encrypted_pdf() -> bytes:
    content = io.BytesIO()
    secret = pdfencrypt.StandardEncryption("user", "owner", strength=128)
    canvas = Canvas(content, encrypt=secret)
    canvas.drawString(72, 720, "for the addressee alone")
    canvas.save()
    return content.getvalue()


def _wide_sheet() -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Wide")
    for row in range(5):
        sheet.append([f"r{row}c{column}" for column in range(5_000)])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _mixed_encodings() -> bytes:
    return "Grüße aus Köln. ".encode() * 40 + "Grüße aus Köln. ".encode("cp1252") * 3


def _noise() -> bytes:
    return random.Random(7).randbytes(100_000)


HOSTILE_UPLOADS = (
    _upload("zero bytes", "empty.txt", bytes, "no_extractable_text"),
    _upload(
        "a Word document named PDF",
        "letter.pdf",
        lambda: hostile_packages.word_file("The letter holds words."),
        STORED,
    ),
    _upload(
        "a program named text",
        "notes.txt",
        lambda: b"\x7fELF\2\1\1" + bytes(4_000),
        "unsupported_file",
    ),
    _upload("binary noise", "data.bin", _noise, "unsupported_file"),
    _upload("a PDF with a password", "secret.pdf", _encrypted_pdf, "encrypted_file"),
    _upload(
        "a workbook with a password",
        "secret.xlsx",
        make_encrypted_office,
        "encrypted_file",
    ),
    _upload(
        "half a ZIP archive",
        "half.docx",
        lambda: hostile_packages.word_file("words " * 4_000)[:600],
        "damaged_file",
    ),
    _upload(
        "a ZIP bomb, 1000:1",
        "bomb.docx",
        lambda: hostile_packages.word_bomb(100 * 2**20),
        "unsafe_file",
    ),
    _upload(
        "a ZIP bomb in a ZIP",
        "nested.docx",
        lambda: hostile_packages.nested_bomb(260 * 2**20),
        STORED,
        "unsafe_file",
    ),
    _upload(
        "50 GB of overlapping entries",
        "overlap.docx",
        lambda: hostile_packages.overlapping_bomb(5_000, 10 * 2**20),
        "unsafe_file",
    ),
    _upload(
        "a billion laughs",
        "laughs.docx",
        hostile_packages.billion_laughs,
        "unsafe_file",
        "damaged_file",
        "no_extractable_text",
    ),
    _upload(
        "quadratic XML",
        "quadratic.xml",
        lambda: hostile_packages.quadratic_xml(2**18),
        STORED,
        "unsafe_file",
        "damaged_file",
    ),
    _upload(
        "XML that asks for a file",
        "external.xml",
        lambda: hostile_packages.external_entity("file:///etc/hostname"),
        STORED,
        "unsafe_file",
    ),
    _upload(
        "a PDF of 10,000 pages",
        "pages.pdf",
        lambda: hostile_pdfs.many_pages(10_000),
        "limit_exceeded",
    ),
    _upload(
        "a PDF stream that unpacks to 10 GB",
        "stream.pdf",
        lambda: hostile_pdfs.stream_bomb(10 * 2**30),
        "unsafe_file",
        "no_extractable_text",
    ),
    _upload(
        "a PDF with 40 MB of commands",
        "commands.pdf",
        lambda: hostile_pdfs.text_bomb(40 * 2**20),
        "unsafe_file",
        "limit_exceeded",
    ),
    _upload(
        "a PDF whose pages go in a circle",
        "circle.pdf",
        hostile_pdfs.pages_in_a_circle,
        "damaged_file",
    ),
    _upload(
        "a PDF form that draws itself",
        "form.pdf",
        hostile_pdfs.form_in_itself,
        "unsafe_file",
        "extraction_crashed",
        "no_extractable_text",
    ),
    _upload("a sheet of 5,000 columns", "wide.xlsx", _wide_sheet, STORED),
    _upload(
        "a CSV of 1,000,000 lines", "lines.csv", lambda: b"1,2,34\n" * _LINES, "limit_exceeded"
    ),
    _upload(
        "HTML nested 100,000 deep",
        "deep.html",
        lambda: b"<div>" * _DEEP + b"<p>The words below.</p>" + b"</div>" * _DEEP,
        STORED,
        "damaged_file",
        "unsafe_file",
    ),
    _upload("two encodings in one text", "mixed.txt", _mixed_encodings, STORED),
    _upload("UTF-16 with its mark", "wide.txt", lambda: "Grüße aus Köln.".encode("utf-16"), STORED),
    _upload(
        "a text that runs backwards",
        "bidi.txt",
        "pay \u202eadmin\u202c\x1b[2J now".encode,
        STORED,
    ),
    _upload(
        "a name that climbs", "../../etc/cron.d/words.txt", lambda: b"Words of a climber.", STORED
    ),
    _upload("a name with NUL", "a\0b.txt", lambda: b"words", "invalid_input"),
    _upload(
        "a name of 10,000 characters", "n" * 10_000 + ".txt", lambda: b"words", "limit_exceeded"
    ),
    _upload(
        "one byte over the limit",
        "large.txt",
        lambda: b"a" * (MAX_FILE_BYTES + 1),
        "file_too_large",
    ),
)
