"""What a question asks for to the letter: quoted phrases, and names no sentence has by chance."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_MOST_TERMS = 4  # each asks the store once more
_MOST_HOLDERS = 32
"""A name that more chunks hold tells little: it counts as a word then, however rare."""

_QUOTED = re.compile(
    r'(?<!\w)"([^"]+)"(?!\w)|[\u201c\u201e\u201d]([^\u201c\u201d\u201e]+)[\u201c\u201d]'
    r"|\u00ab([^\u00ab\u00bb]+)\u00bb|`([^`]+)`"
)
_NAME = re.compile(
    r"""(?<![\w.+@/-])(?:
      --\w[\w-]+                                    # --dry-run
    | (?:/[\w.-]*\w){2,}                            # /etc/hosts
    | [\w.+-]{1,64}+@[\w.-]*\w                      # user@host
    | \w+(?:::\w+)+                                 # std::vector
    | [\w.-]*[^\W_]_[^\W_][\w.-]*\w                 # ERR_CONN_4711
    | [^\W\d]\w+(?:\.[^\W\d]\w+)+                   # foo.bar.baz
    | [^\W\d_]+(?:-\w+)*-\d{3,}(?:[-.]\w+)*         # CVE-2026-12345
    | [A-Z]{2,}-\d{2,}                              # XK-42
    | [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}   # a UUID
    | __\w+__                                      # __init__
    | [vV]?\d+(?:\.\d+){2,}(?:[-+]\w+)*             # v1.2.3
    | 0[xX][0-9a-fA-F]{2,}                          # 0x80070005
    | [^\W\d_]+\d{3,}\w*                            # E4711
    | [a-z]+(?:[A-Z][a-z0-9]+)+                     # getUserById
    | [A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+){2,}          # NullPointerException
    | [^\W\d]\w{2,}(?=\(\))                         # main()
    )(?![\w@])""",
    re.VERBOSE,
)
_ALIKE = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'})


@dataclass(frozen=True, slots=True)
class ExactTerm:
    """A string to be found verbatim but for case and white space."""

    text: str
    is_quoted: bool


def exact_terms(question: str) -> tuple[ExactTerm, ...]:
    """Return at most four terms of `question`, quoted ones first; none in ordinary prose."""
    quoted = [
        "".join(match.groups(default="")).strip(" \t\r\n.,;:!?")
        for match in _QUOTED.finditer(question)
    ]
    named = _NAME.findall(_QUOTED.sub(" ", question))
    terms = [ExactTerm(text, is_quoted=True) for text in quoted if re.search(r"\w", text)]
    terms += [ExactTerm(text, is_quoted=False) for text in named]
    return tuple(dict.fromkeys(terms))[:_MOST_TERMS]


def exact_matches(texts: Mapping[str, str], terms: Sequence[ExactTerm]) -> dict[str, int]:
    """Count for every key the terms that its text holds; keys without any are left out.

    A name does not count when too many texts hold it, a quoted phrase always does.
    """
    folded = {key: _folded(text) for key, text in texts.items()}
    matches: dict[str, int] = {}
    for term in terms:
        pattern = _pattern(term)
        holders = [key for key, text in folded.items() if pattern.search(text)]
        if term.is_quoted or len(holders) <= _MOST_HOLDERS:
            matches |= {key: matches.get(key, 0) + 1 for key in holders}
    return matches


def _folded(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_ALIKE)
    return " ".join(text.casefold().split())


def _pattern(term: ExactTerm) -> re.Pattern[str]:
    """Match the whole of a word or name: neither E47 in E4711 nor 1.2.3 in 1.2.3.4.

    Only ASCII neighbours forbid a match: scripts without spaces have no other borders.
    """
    text = _folded(term.text)
    before = r"(?<![a-z0-9_])(?<!\d[.-])" if _is_ascii_word(text[0]) else ""
    after = r"(?![a-z0-9_]|[.-]\d)" if _is_ascii_word(text[-1]) else ""
    return re.compile(before + re.escape(text) + after)


def _is_ascii_word(letter: str) -> bool:
    return letter.isascii() and (letter.isalnum() or letter == "_")
