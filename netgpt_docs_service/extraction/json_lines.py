"""JSON of one long line, broken so that a passage can end between two values."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*+"?|[\[{]\s*+[\]}]|[\[{]|[\]}]|,\s*+|\s++|[^"\[\]{},\s]++', re.DOTALL
)
_DEEPEST_INDENT = 12
"""Levels; deeper ones stand under each other, or a file of brackets would grow by their square."""


def broken_into_lines(text: str) -> str:
    """Return JSON with one member a line, indented; every value is spelled as it was.

    It is not parsed: numbers keep their digits, doubled keys stay, and what is no JSON comes back
    with line breaks at its commas and brackets.
    """
    pieces: list[str] = []
    depth = 0
    for piece in _TOKEN.findall(text):
        if piece in "[{":
            depth += 1
            pieces.append(piece + _line(depth))
        elif piece in "]}":
            depth = max(0, depth - 1)
            pieces.append(_line(depth) + piece)
        elif piece[0] == ",":
            pieces.append("," + _line(depth))
        elif not piece.isspace():
            pieces.append(piece if piece[0] != ":" else ": " + piece[1:])
    return "".join(pieces)


def _line(depth: int) -> str:
    return "\n" + " " * min(depth, _DEEPEST_INDENT)
