"""Bytes to text: which encoding a file is in, and how sure that is."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from netgpt_docs_service.domain.files import GUESSED_ENCODING
from netgpt_docs_service.errors import UnsupportedFile
from netgpt_docs_service.extraction.encoding_guess import guessed_encodings

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = bytes(sorted({*range(32), *range(127, 160)} - {*b"\t\n\v\f\r\x08\x1a\x1b\x85"}))
_MOST_CONTROLS = 0.02
"""Of all bytes or characters: random bytes have a tenth, texts with scars a thousandth."""
_MOST_BROKEN = 0.01
_CHARSETS = re.compile(
    r"utf|ascii$|latin|iso8859|iso2022|cp\d|koi8|mac|shift_ji|euc_|gb|big5|hz$|johab|tis|kz1048|ptcp"
)
"""The codecs that files are in; others of Python's, such as punycode, can be made to stall."""
_HEAD_BYTES = 2048
_INSIDE = re.compile(
    rb"(?:<meta\b[^>]{0,200}?\bcharset|<\?xml\b[^>]{0,100}?\bencoding|^#[^\n]{0,80}?\bcoding|^@charset)"
    rb"\s*[=: ]\s*[\"']?([A-Za-z0-9._:-]{2,40})",
    re.IGNORECASE | re.MULTILINE,
)
"""How web pages, XML, Python and style sheets name their own encoding."""
_WIDER = {
    "ascii": "cp1252",  # as browsers do: what is said to be Latin-1 is Windows' superset of it
    "iso8859-1": "cp1252",
    "latin-1": "cp1252",
    "shift_jis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, the encoding it was in, and what is not certain about that."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def decode(content: bytes, *, charset: str | None = None) -> Decoded:
    """Return the text of `content`, in `charset` if that fits; at most a hundredth is replaced.

    Raises UnsupportedFile where no encoding makes a text of it.
    """
    decoded = (
        _by_mark(content)
        or _seven_bits(content, charset)
        or _wide(content)
        or _utf_8(content)
        or _declared(content, charset or _named_inside(content))
        or _mended(content, "utf-8")
        or _guessed(content)
    )
    if decoded is None or _is_binary(decoded.text):
        message = "the file is binary data of no known kind"
        raise UnsupportedFile(message)
    return decoded


def codec_of(charset: str | None) -> str | None:
    """Return Python's name of a charset, widened as browsers do; None where files are not in it."""
    try:
        name = codecs.lookup((charset or "").strip(" \"'")).name
    except (LookupError, ValueError):
        return None
    return _WIDER.get(name, name) if _CHARSETS.match(name) else None


def _by_mark(content: bytes) -> Decoded | None:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _mended(content, encoding, most=len(content))
    return None


def _seven_bits(content: bytes, charset: str | None) -> Decoded | None:
    """Read the encodings that look like ASCII: only a declaration or their escapes tell them."""
    declared = codec_of(charset) or ""
    encoding = declared if declared.startswith(("iso2022", "hz", "utf_7", "utf-7")) else None
    if b"\x1b$" in content:
        encoding = encoding or "iso2022_jp"
    return _strict(content, encoding) if encoding and content.isascii() else None


def _wide(content: bytes) -> Decoded | None:
    """Read UTF-16 without a mark: its zero bytes stand on one side of the pairs only."""
    even, odd = content[::2].count(0), content[1::2].count(0)
    if len(content) % 2 or max(even, odd) < max(1, 20 * min(even, odd)):
        return None
    encoding = "utf-16-be" if even > odd else "utf-16-le"
    decoded = _strict(content, encoding)
    if decoded is None or "\0" in decoded.text or not _is_written(decoded.text):
        return None
    return Decoded(decoded.text, encoding, (f"{GUESSED_ENCODING}; read as {encoding}",))


def _is_written(text: str) -> bool:
    sample = text[:100_000]
    return sum(each.isprintable() or each.isspace() for each in sample) > 0.98 * len(sample)


def _utf_8(content: bytes) -> Decoded | None:
    return _strict(content, "utf-8")


def _declared(content: bytes, charset: str | None) -> Decoded | None:
    encoding = codec_of(charset)
    return None if encoding is None else _mended(content, encoding)


def _named_inside(content: bytes) -> str | None:
    found = _INSIDE.search(content, 0, _HEAD_BYTES)
    return found[1].decode() if found else None


def _guessed(content: bytes) -> Decoded | None:
    for encoding in guessed_encodings(content):
        if decoded := _mended(content, encoding):
            said = f"{GUESSED_ENCODING}; read as {encoding}, which is a guess"
            return Decoded(decoded.text, encoding, (said, *decoded.warnings))
    return None


def _strict(content: bytes, encoding: str) -> Decoded | None:
    try:
        return Decoded(content.decode(encoding), encoding)
    except (UnicodeError, ValueError):
        return None


def _mended(content: bytes, encoding: str, *, most: int | None = None) -> Decoded | None:
    """Decode `content`, what is broken replaced; None where that is more than `most`."""
    if whole := _strict(content, encoding):
        return whole
    text = content.decode(encoding, errors="replace")
    broken = text.count("\ufffd")
    if encoding == "utf-8" and 2 * broken > len(content) - len(text) + broken:
        return None  # what is not ASCII is broken: it is not UTF-8 at all
    if broken > (_MOST_BROKEN * len(text) if most is None else most):
        return None
    said = f"{broken} broken bytes or characters ({encoding}) were replaced by U+FFFD"
    return Decoded(text, encoding, (said,))


def _is_binary(text: str) -> bool:
    encoded = text.encode("latin-1", errors="ignore")  # a regular expression is ten times slower
    controls = len(encoded) - len(encoded.translate(None, _CONTROLS))
    return controls > max(2, _MOST_CONTROLS * len(text))
