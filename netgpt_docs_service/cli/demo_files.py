"""Two small files of the demo's own, a PDF and a DOCX, made by the standard library alone."""

from __future__ import annotations

import io
import textwrap
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

_DUTIES = (
    "The keeper of Stormholm light winds the clockwork every four hours and trims the lamp at "
    "dusk. Visitors may climb the tower on Sundays, never more than six at a time, and they "
    "leave their umbrellas at the door. The stores hold oil for ninety nights, flour for forty "
    "days and two barrels of rain water, which are tasted every Monday. A page of the log is "
    "written each morning before breakfast: the wind, the sea, the ships that passed, and how "
    "much oil was burnt. When a lens is polished, only linen is used, and never the sleeve of a "
    "coat. The boat is hauled above the second ring when the glass falls below twenty-nine "
    "inches. Letters are collected by the mail boat on the first Tuesday of the month, weather "
    "permitting. The goat is milked by whoever has the early watch. Boots are left in the lower "
    "room, because the stairs were painted in spring. Whoever leaves the island signs the book "
    "on the kitchen table and tells the other keeper aloud."
)
_FOG = (
    "In fog the bell is not enough, for it is heard hardly a mile to windward. The compressor "
    "is started a quarter of an hour before the horn is tried, so that the air is dry, and its "
    "valves are drained after every watch. One keeper stays beside the horn, the other one "
    "listens on the gallery for engines and for voices. A ship that answers is written into the "
    "log with the hour and the bearing. If the compressor fails, the old cannon is fired every "
    "ten minutes instead, with powder from the dry locker and never with shot. Gulls nest in "
    "the mouth of the horn every May, and they are moved with a broom before it is first tried. "
    "After a night of fog both keepers may sleep until noon, provided that the lamp was "
    "cleaned. The horn is painted red every second year, the bell is not painted at all. "
    "Strangers who are taken off a wreck get blankets from the chest under the stairs, and "
    "broth before they are asked anything. Their names are sent to the harbour master with the "
    "next boat. The telephone to the mainland works in dry weather only, and it is answered by "
    "the postmistress, who is to be greeted politely. The fog horn of Stormholm sounds three "
    "blasts every ninety seconds, by night as by day, and it goes on until the lamp of Grey "
    "Ness can be seen across the sound. Two blasts mean that the harbour is closed, and one "
    "that somebody has leant on the lever."
)
_BOAT = (
    "The mail boat is called Patience. She carries letters, parcels of up to forty pounds, two "
    "passengers and, if need be, one goat. Passengers sit amidships and keep their feet off the "
    "mail bags. The skipper decides whether she sails, and nobody argues with him on the pier. "
    "Newspapers are a day old when they are loaded and two days old when they are read. Eggs "
    "travel in sawdust, lamp glass in straw, and clocks on the knees of their owners. Letters "
    "cost nothing, and passengers pay with news from the mainland. What is found on board is "
    "kept by the postmistress for a year and a day. The boat was built of larch in the year of "
    "the great herring, and she is tarred every spring on the beach below the church. Her bell "
    "is rung three times before she casts off, and once when somebody has been forgotten. Dogs "
    "sail at half the price of sheep, and sheep at half the price of pianos."
)
_WINTER = (
    "From November to March the mail boat leaves once a day for each harbour, and not at all on "
    "Christmas morning. The table is painted anew every autumn by the pupils of the school, so "
    "the colours differ. Whoever wants to come along stands on the platform ten minutes before, "
    "holding a lantern when it is dark. In ice the boat waits for the cutter, and in a gale "
    "everybody waits for the boat. Heavy parcels are brought the evening before, because the "
    "crane is worked by hand. On the way back she calls at the harbours in the opposite order, "
    "and she is home before the lamps are lit. If the flag on the post office is blue, the "
    "crossing is late; if it is yellow, the tea is ready."
)
_CROSSINGS = (
    ("Harbour", "Departure", "Platform"),
    ("Grey Ness", "06:40", "2"),
    ("Stormholm", "07:25", "5"),
    ("Skerry Point", "18:10", "1"),
)

_TITLE_POINTS, _TEXT_POINTS, _LINE_POINTS = 20, 11, 15
_LEFT, _TOP = 72, 760
_LINE_CHARACTERS = 84


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFile:
    """A file, a question that it answers, and the page on which a reader finds the answer."""

    name: str
    content: bytes
    question: str
    answer: str
    page: int


def demo_files() -> tuple[DemoFile, DemoFile]:
    """Return the PDF and the DOCX; they are the same bytes each time."""
    return (
        DemoFile(
            name="lighthouse.pdf",
            content=_pdf([("Keeper's duties", _DUTIES), ("Fog signals", _FOG)]),
            question="How often does the fog horn of Stormholm sound?",
            answer="every ninety seconds",
            page=2,
        ),
        DemoFile(
            name="mail-boat.docx",
            content=_docx(),
            question="When does the mail boat to Stormholm leave?",
            answer="07:25",
            page=2,
        ),
    )


def _pdf(pages: Sequence[tuple[str, str]]) -> bytes:
    """Return a PDF of text pages, with an outline that names each."""
    first, last = 5, 5 + 3 * (len(pages) - 1)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Outlines 4 0 R /PageMode /UseOutlines >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (len(pages), b" ".join(b"%d 0 R" % (first + 3 * at) for at in range(len(pages)))),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count %d >>"
        % (first + 2, last + 2, len(pages)),
    ]
    for at, (title, text) in enumerate(pages):
        is_last = at == len(pages) - 1
        objects += _page(first + 3 * at, title, text, is_first=at == 0, is_last=is_last)
    return _numbered(objects)


def _page(number: int, title: str, text: str, *, is_first: bool, is_last: bool) -> list[bytes]:
    """Return the page's object, which is the `number`th, its text's and its outline entry's."""
    shown = b"\n".join(
        [
            b"BT /F1 %d Tf %d %d Td (%s) Tj" % (_TITLE_POINTS, _LEFT, _TOP, _literal(title)),
            b"/F1 %d Tf %d TL 0 -16 Td" % (_TEXT_POINTS, _LINE_POINTS),
            *(b"T* (%s) Tj" % _literal(line) for line in textwrap.wrap(text, _LINE_CHARACTERS)),
            b"ET",
        ]
    )
    before = b"" if is_first else b" /Prev %d 0 R" % (number - 1)
    after = b"" if is_last else b" /Next %d 0 R" % (number + 5)
    return [
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
        b"/Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>" % (number + 1),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(shown), shown),
        b"<< /Title (%s) /Parent 4 0 R /Dest [%d 0 R /Fit]%s%s >>"
        % (_literal(title), number, before, after),
    ]


def _literal(text: str) -> bytes:
    raw = text.encode("cp1252")
    return raw.replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")


def _numbered(objects: Sequence[bytes]) -> bytes:
    """Return a whole PDF of objects that are numbered from 1; the first is the catalogue."""
    written = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    written += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    return bytes(written + b"startxref\n%d\n%%%%EOF\n" % table)


_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def _docx() -> bytes:
    body = [
        _paragraph("The mail boat", style="Heading1"),
        _paragraph(_BOAT),
        '<w:p><w:r><w:br w:type="page"/></w:r></w:p>',
        _paragraph("Crossings in winter", style="Heading1"),
        _table(_CROSSINGS),
        _paragraph(_WINTER),
    ]
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="{_RELS_TYPE}"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_TYPE}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>',
        "_rels/.rels": _relationship("officeDocument", "word/document.xml"),
        "word/_rels/document.xml.rels": _relationship("styles", "styles.xml"),
        "word/styles.xml": f'<w:styles xmlns:w="{_WORD}">'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
        f"</w:style>{_heading()}</w:styles>",
        "word/document.xml": f'<w:document xmlns:w="{_WORD}"><w:body>{"".join(body)}'
        "<w:sectPr/></w:body></w:document>",
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, xml in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), _XML + xml, zipfile.ZIP_DEFLATED)
    return file.getvalue()


_RELS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"


def _relationship(kind: str, target: str) -> str:
    entry = f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{entry}</Relationships>'


def _heading() -> str:
    return (
        '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/>'
        '<w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>'
    )


def _paragraph(text: str, *, style: str | None = None) -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{properties}<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def _table(rows: Sequence[Sequence[str]]) -> str:
    written = "".join(
        f"<w:tr>{''.join(f'<w:tc>{_paragraph(cell)}</w:tc>' for cell in row)}</w:tr>"
        for row in rows
    )
    columns = "<w:gridCol/>" * len(rows[0])
    return f"<w:tbl><w:tblPr/><w:tblGrid>{columns}</w:tblGrid>{written}</w:tbl>"
