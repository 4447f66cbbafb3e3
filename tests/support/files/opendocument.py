"""Files as LibreOffice writes them, with no more inside than a reader needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from tests.support.files.packing import pack

_NAMES = (
    " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in {
            "office": "office",
            "text": "text",
            "table": "table",
            "draw": "drawing",
            "presentation": "presentation",
            "meta": "meta",
        }.items()
    )
    + ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
_KIND = "application/vnd.oasis.opendocument."


def make_odt(blocks: Sequence[str], *, title: str = "", encrypted: bool = False) -> bytes:
    """`# ` begins a heading, `- ` an item of a list, `| ` a table of one row."""
    body = "".join(_block(block) for block in blocks)
    return _packed("text", body, title=title, encrypted=encrypted)


def make_ods(sheets: Mapping[str, Sequence[Sequence[str | float]]], *, title: str = "") -> bytes:
    """Each sheet has a name and rows."""
    body = "".join(
        f"<table:table table:name={quoteattr(name)}>{''.join(_row(row) for row in rows)}"
        "</table:table>"
        for name, rows in sheets.items()
    )
    return _packed("spreadsheet", body, title=title)


def make_odp(slides: Sequence[tuple[str, str, str]], *, title: str = "") -> bytes:
    """Each slide has a name, a text and the speaker's notes."""
    body = "".join(
        f"<draw:page draw:name={quoteattr(name)}>{_frame(text)}"
        f"<presentation:notes>{_frame(notes) if notes else ''}</presentation:notes></draw:page>"
        for name, text, notes in slides
    )
    return _packed("presentation", body, title=title)


def _block(block: str) -> str:
    if block.startswith("#"):
        marks, _, heading = block.partition(" ")
        level = f'text:outline-level="{len(marks)}"'
        return f"<text:h {level}>{escape(heading)}</text:h>"
    if block.startswith("| "):
        return f"<table:table>{_row(block[2:].split(' | '))}</table:table>"
    if block.startswith("- "):
        item = f"<text:list-item>{_paragraph(block[2:])}</text:list-item>"
        return f"<text:list>{item}</text:list>"
    return _paragraph(block)


def _paragraph(text: str) -> str:
    return f"<text:p>{escape(text)}</text:p>"


def _row(row: Sequence[str | float]) -> str:
    return f"<table:table-row>{''.join(_cell(value) for value in row)}</table:table-row>"


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        kind = 'office:value-type="string"'
    else:
        kind = f'office:value-type="float" office:value="{value}"'
    return f"<table:table-cell {kind}>{_paragraph(str(value))}</table:table-cell>"


def _frame(text: str) -> str:
    return f"<draw:frame><draw:text-box>{_paragraph(text)}</draw:text-box></draw:frame>"


def _packed(kind: str, body: str, *, title: str, encrypted: bool = False) -> bytes:
    media_type = _KIND + kind
    secret = "<manifest:encryption-data/>" if encrypted else ""
    return pack(
        {
            "mimetype": media_type,
            "META-INF/manifest.xml": (
                "<manifest:manifest "
                'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
                f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{media_type}"/>'
                '<manifest:file-entry manifest:full-path="content.xml" '
                f'manifest:media-type="text/xml">{secret}</manifest:file-entry>'
                "</manifest:manifest>"
            ),
            "content.xml": (
                f'<office:document-content {_NAMES} office:version="1.2"><office:body>'
                f"<office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
            ),
            "meta.xml": (
                f'<office:document-meta {_NAMES} office:version="1.2"><office:meta>'
                f"<dc:title>{escape(title)}</dc:title><dc:creator>Ada Author</dc:creator>"
                "<dc:language>en-GB</dc:language>"
                "<meta:creation-date>2024-05-17T09:30:00</meta:creation-date>"
                "</office:meta></office:document-meta>"
            ),
        }
    )
