"""Choose the few words of a passage that show why it was found."""

from __future__ import annotations

import re

MOST_CHARACTERS = 240

_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+|\n\s*\n")  # noqa: RUF001  CJK sentence ends
_WORD = re.compile(r"\w+")


def snippet(text: str, question: str) -> str:
    """Return a slice of `text`, at most 240 characters, around its best sentence.

    The best sentence shares most words with the question; the first one wins a tie.
    """
    if len(text) <= MOST_CHARACTERS:
        return text
    asked = _words(question)
    start, end = max(
        _sentences(text), key=lambda span: (len(asked & _words(text[slice(*span)])), -span[0])
    )
    if end - start > MOST_CHARACTERS:
        start = _first_match(text, start, end, asked)
    return _cut(text, start)


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)}


def _sentences(text: str) -> list[tuple[int, int]]:
    spans, start = [], 0
    for match in _SENTENCE_END.finditer(text):
        spans.append((start, match.start()))
        start = match.end()
    return [*spans, (start, len(text))]


def _first_match(text: str, start: int, end: int, asked: set[str]) -> int:
    for match in _WORD.finditer(text, start, end):
        if match.group().lower() in asked:
            return max(start, match.start() - MOST_CHARACTERS // 3)
    return start


def _cut(text: str, start: int) -> str:
    start = min(start, len(text) - MOST_CHARACTERS)
    if start > 0 and not text[start - 1].isspace():
        space = text.find(" ", start, start + MOST_CHARACTERS // 4)
        start = space + 1 if space >= 0 else start
    end = start + MOST_CHARACTERS
    if end < len(text) and not text[end].isspace():
        space = text.rfind(" ", start + MOST_CHARACTERS // 2, end)
        end = space if space >= 0 else end
    return text[start:end].strip()
