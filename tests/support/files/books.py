"""Books and papers that are made of text: EPUB, RTF, LaTeX."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from tests.support.files.packing import pack

_CONTAINER = (
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="book/content.opf" media-type="application/oebps-package+xml"/>'
    "</rootfiles></container>"
)


def make_epub(chapters: Sequence[tuple[str, str]], *, title: str = "A book") -> bytes:
    """Each chapter has a heading and a text; their files are listed in the opposite order."""
    numbers = range(len(chapters))
    items = "".join(
        f'<item id="c{n}" href="c{n}.xhtml" media-type="application/xhtml+xml"/>'
        for n in reversed(numbers)
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in numbers)
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">1'
        f"</dc:identifier><dc:title>{escape(title)}</dc:title><dc:creator>Ada Author</dc:creator>"
        "<dc:language>en</dc:language><dc:date>2024-05-17</dc:date></metadata>"
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    parts = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": _CONTAINER,
        "book/content.opf": package,
    }
    return pack(parts | {f"book/c{n}.xhtml": _chapter(*chapters[n]) for n in reversed(numbers)})


def make_rtf(body: str, *, title: str = "A note") -> bytes:
    """`body` is RTF; letters beyond ASCII are escaped here."""
    escaped = "".join(c if c.isascii() else f"\\u{ord(c)}?" for c in body)
    return f"{{\\rtf1\\ansi{{\\info{{\\title {title}}}{{\\author Ada Author}}}}{escaped}}}".encode()


def make_latex(body: str, *, title: str | None = "A paper") -> bytes:
    """A whole document, or without a title a part that another one inputs."""
    if title is None:
        return body.encode()
    head = f"\\documentclass{{article}}\n\\title{{{title}}}\n\\author{{Ada Author}}\n"
    return f"{head}\\begin{{document}}\n\\maketitle\n{body}\n\\end{{document}}\n".encode()


def _chapter(heading: str, text: str) -> str:
    return (
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head>'
        f"<body><h1>{escape(heading)}</h1><p>{escape(text)}</p></body></html>"
    )
