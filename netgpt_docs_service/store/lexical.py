"""The words under which a chunk is found, and those that a question asks for.

The engine's tokenizer keeps letters and digits and cuts everywhere else. That tears names apart
(ERR_CONN_4711 becomes three common words), never cuts a camelCaseName, drops what tells C++ from
C, and takes a sentence of a script without spaces for one word. So both sides get more words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import chain, pairwise

from netgpt_docs_service.domain.chunks import Chunk
from netgpt_docs_service.domain.documents import Manifest

_COMPOUND = re.compile(r"(?<![^\W_])[^\W_]++(?:[-_./\\:@#&,+]{1,2}[^\W_]++)+")
_PART = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"\b[A-Za-z]+[0-9]*(?:[a-z0-9][A-Z]|[A-Z][A-Z][a-z])[A-Za-z0-9]*")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_LANGUAGE = re.compile(r"(?<!\w)([^\W\d_])(\+\+|#)(?!\w)")
# Thai, Lao, Burmese, Khmer, kana and Han are written without spaces between the words.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\U00020000-\U0003ffff]{2,}"
)


def indexed_words(manifest: Manifest, chunk: Chunk) -> str:
    """Return what is indexed of a chunk."""
    return _with_names(chunk.searched_text(manifest.fields.title))


def asked_words(question: str) -> str:
    """Return what a question asks the index for."""
    return _with_names(question)


def _with_names(text: str) -> str:
    folded = text if text.isascii() else unicodedata.normalize("NFKC", text)
    more = chain(_pairs(folded), _humps(folded), _languages(folded), _bigrams(folded))
    return " ".join([folded, *more])


def _pairs(text: str) -> Iterator[str]:
    """Glue neighbours of a compound: `a.b.c` is found by itself, by `a.b` and by `b.c`."""
    for compound in _COMPOUND.findall(text):
        for one, other in pairwise(_PART.findall(compound)):
            # 1.23 is not 12.3
            glue = "x" if one[-1].isdigit() and other[0].isdigit() else ""
            yield f"{one}{glue}{other}"


def _humps(text: str) -> Iterator[str]:
    for name in _CAMEL.findall(text):
        yield from _HUMP.findall(name)


def _languages(text: str) -> Iterator[str]:
    """C++, C# and F# by a word of their own."""
    for letter, sign in _LANGUAGE.findall(text):
        yield f"{letter}{'sharp' if sign == '#' else 'plusplus'}"


def _bigrams(text: str) -> Iterator[str]:
    for run in _UNSPACED.findall(text):
        yield from (one + other for one, other in pairwise(run))
