"""PDFs made to harm whoever reads them."""

from __future__ import annotations

import zlib

from tests.support.files.pdf_objects import pdf_of

_PIECE_BYTES = 10 * 2**20
_ADLER_BASE = 65_521


def many_pages(count: int) -> bytes:
    """Return a PDF of `count` pages that share one short text."""
    kids = b" ".join(b"%d 0 R" % (number + 5) for number in range(count))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 3 0 R/Resources 4 0 R>>"
    return pdf_of(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids),
            _stream(b"BT /F 12 Tf 20 100 Td (one more page) Tj ET"),
            b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>",
            *([page] * count),
        ]
    )


def stream_bomb(size_bytes: int) -> bytes:
    """Return a PDF whose only page has a stream that unpacks to `size_bytes` of nothing."""
    packed = zlib.compress(_packed_nothing(size_bytes), 9)
    head = b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>" % len(packed)
    return _one_page(b"%s\nstream\n%s\nendstream" % (head, packed))


def text_bomb(size_bytes: int) -> bytes:
    """Return a PDF whose page shows a short text again and again, `size_bytes` of commands."""
    shown = b"BT /F 9 Tf 9 9 Td (again and again) Tj ET\n"
    packed = zlib.compress(shown * (size_bytes // len(shown)), 9)
    head = b"<</Length %d/Filter/FlateDecode>>" % len(packed)
    return _one_page(b"%s\nstream\n%s\nendstream" % (head, packed))


def pages_in_a_circle() -> bytes:
    """Return a PDF whose page tree is its own child, and whose older half is itself."""
    return pdf_of(
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 9/Kids[2 0 R 2 0 R]>>"],
        trailer=b"/Prev 9",
    )


def form_in_itself() -> bytes:
    """Return a PDF whose page draws a form that draws itself, twice."""
    form = (
        b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 11/Resources<</XObject<</X 5 0 R>>>>>>"
        b"\nstream\n/X Do /X Do\nendstream"
    )
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R"
        b"/Resources<</XObject<</X 5 0 R>>>>>>"
    )
    return pdf_of([*_one_page_tree(), page, _stream(b"/X Do /X Do"), form])


def _one_page(content: bytes) -> bytes:
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources"
        b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>"
    )
    return pdf_of([*_one_page_tree(), page, content])


def _one_page_tree() -> list[bytes]:
    return [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>"]


def _stream(content: bytes) -> bytes:
    return b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content)


def _packed_nothing(size_bytes: int) -> bytes:
    """Return zlib data of so many NULs without ever packing more than one piece of them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(bytes(_PIECE_BYTES)) + packer.flush(zlib.Z_FULL_FLUSH)
    count = size_bytes // _PIECE_BYTES
    last = zlib.compressobj(9, zlib.DEFLATED, -15).flush()
    checksum = ((count * _PIECE_BYTES) % _ADLER_BASE) << 16 | 1
    return b"\x78\xda" + piece * count + last + checksum.to_bytes(4, "big")
