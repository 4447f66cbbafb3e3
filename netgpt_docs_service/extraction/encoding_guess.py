"""Which encodings a text that names none may be in, the likeliest first."""

from __future__ import annotations

import re

_SAMPLE_BYTES = 32_000
"""What is guessed from: more takes its time and makes the guess no better."""
_OTHERS = re.compile(rb"[\x80-\xff]+")
_CONTEXT_BYTES = 200
"""On either side of what is not ASCII, within its line."""
_LIKELY = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "iso8859_2",
    "koi8_r", "cp932", "euc_jp", "gb18030", "big5", "cp949",
]  # fmt: skip
"""In the order in which a tie is decided: a few accented letters fit all of Europe's alike."""
_OTHER_ALPHABETS = ("cp1251", "cp1253", "cp1255", "cp1256", "koi8_r")
"""Not of a text that is nearly all ASCII: no single letter of theirs stands in a word."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_SWAPPED = re.compile(r"\b\w[\u0410-\u042f]{2,}")


def guessed_encodings(content: bytes) -> list[str]:
    """Return encodings `content` may be in, none of them UTF; the last takes nearly everything."""
    from charset_normalizer import from_bytes  # noqa: PLC0415  a third of a second, seldom needed

    sample = _sample(content)
    matches = from_bytes(sample, cp_isolation=_LIKELY, enable_fallback=False)
    is_mostly_ascii = 10 * sum(byte >> 7 for byte in sample) < len(sample)
    unlikely = _OTHER_ALPHABETS if is_mostly_ascii else ()
    ranks = [
        (
            round(match.chaos, 2),
            encoding in unlikely or _is_swapped(sample.decode(encoding, errors="replace")),
            -match.coherence,
            _LIKELY.index(encoding),
        )
        for match in matches
        for encoding in match.could_be_from_charset
        if encoding in _LIKELY
    ]
    return [_LIKELY[rank[-1]] for rank in sorted(ranks)] + ["cp1252"]


def _is_swapped(text: str) -> bool:
    """Say whether words begin small and go on in capitals, as Cyrillic read in a wrong way does."""
    return 2 * len(_SWAPPED.findall(text)) > len(_WORD.findall(text))


def _sample(content: bytes) -> bytes:
    """Return the lines that are not ASCII: the others say nothing about the encoding."""
    lines: list[bytes] = []
    room, end = _SAMPLE_BYTES, 0
    for others in _OTHERS.finditer(content):
        if others.end() <= end:
            continue
        start = max(others.start() - _CONTEXT_BYTES, end)
        start = max(content.rfind(b"\n", start, others.start()) + 1, start)
        end = _end_of_context(content, min(others.end(), others.start() + room))
        lines.append(content[start:end])
        room -= end - start
        if room <= 0:
            break
    return b"\n".join(lines)


def _end_of_context(content: bytes, at: int) -> int:
    end = content.find(b"\n", at, at + _CONTEXT_BYTES)
    return end if end >= 0 else min(at + _CONTEXT_BYTES, len(content))
