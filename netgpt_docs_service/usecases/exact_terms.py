"""What a question asks for to the letter: quoted phrases, and names no sentence has by chance."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

_MOST_TERMS = 4  # each asks the store once more
_MOST_HOLDERS = 32
"""A name that more chunks hold tells little: it counts as a word then, however rare."""

_LONGEST_PHRASE = 1_000  # characters; more is a text, and would take as long to look for
_LONGEST_NAME = 200

_QUOTED = re.compile(
    r'(?<!\w)"([^"]+)"(?!\w)|[\u201c\u201e\u201d]([^\u201c\u201d\u201e]+)[\u201c\u201d]'
    r"|\u00ab([^\u00ab\u00bb]+)\u00bb|\u00bb([^\u00ab\u00bb]+)\u00ab|\u2039([^\u2039\u203a]+)\u203a"
    r"|\u300c([^\u300c\u300d]+)\u300d|\u300e([^\u300e\u300f]+)\u300f"
    # A closing one looks like an apostrophe, which letters follow or come before.
    r"|(?<!\w)\u2018([^\u2018]+?)\u2019(?!\w)|`([^`]+)`"
)
_RUN = re.compile(r"[\w.+@/:()-]+")
"""All that a name may hold, and its neighbours: no name reaches from one run into another."""
_NAME = re.compile(
    r"""(?<![\w.+@/-])(?:
      --\w[\w-]+                                    # --dry-run
    | (?:/[\w.-]*\w){2,}                            # /etc/hosts
    | [\w.+-]{1,64}+@[\w.-]*\w                      # user@host
    | \w+(?:::\w+)+                                 # std::vector
    | (?>[\w.-]*[^\W_]_[^\W_][\w.-]*\w)             # ERR_CONN_4711
    | [^\W\d]\w+(?:\.[^\W\d]\w+)+                   # foo.bar.baz
    | [^\W\d_]+(?:-\w+)*-\d{3,}(?:[-.]\w+)*         # CVE-2026-12345
    | [A-Z]{2,}-\d{2,}                              # XK-42
    | [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}   # a UUID
    | __\w+__                                      # __init__
    | [vV]?\d+(?:\.\d+){2,}(?:[-+]\w+)*             # v1.2.3
    | 0[xX][0-9a-fA-F]{2,}                          # 0x80070005
    | [^\W\d_]+\d{3}\w*+                            # E4711
    | [a-z]+(?:[A-Z][a-z0-9]+)+                     # getUserById
    | [A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+){2,}          # NullPointerException
    | [^\W\d]\w{2,}(?=\(\))                         # main()
    )(?![\w@])""",
    re.VERBOSE,
)
_ALIKE = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'})
_MAY_BEGIN = re.compile(r"(?<![a-z0-9_])(?<!\d[.-])")
_WORD = re.compile(r"[a-z0-9_]+")
_MAY_END = re.compile(r"(?![a-z0-9_]|[.-]\d)")


@dataclass(frozen=True, slots=True)
class ExactTerm:
    """A string to be found verbatim but for case and white space."""

    text: str
    is_quoted: bool


def exact_terms(question: str) -> tuple[ExactTerm, ...]:
    """Return at most four terms of `question`, quoted ones first; none in ordinary prose.

    A phrase of more than 1,000 characters is none, nor is a name of more than 200.
    """
    quoted = [
        "".join(match.groups(default="")).strip(" \t\r\n.,;:!?")
        for match in _QUOTED.finditer(question)
    ]
    named = _names(_QUOTED.sub(" ", question))
    phrases = [text for text in quoted if len(text) <= _LONGEST_PHRASE and re.search(r"\w", text)]
    terms = [ExactTerm(text, is_quoted=True) for text in phrases]
    terms += [ExactTerm(text, is_quoted=False) for text in named]
    return tuple(dict.fromkeys(terms))[:_MOST_TERMS]


def held_terms(text: str, terms: Sequence[ExactTerm]) -> frozenset[ExactTerm]:
    """Return those of `terms` that `text` holds."""
    folded = _folded(text)
    return frozenset(term for term in terms if _holds(folded, _folded(term.text)))


def exact_matches(held: Mapping[str, Collection[ExactTerm]]) -> dict[str, int]:
    """Count for every key what counts of the terms that it holds; keys without any are left out.

    A name does not count when too many hold it, a quoted phrase always does.
    """
    holders = Counter(chain.from_iterable(held.values()))
    counts = {
        key: sum(term.is_quoted or holders[term] <= _MOST_HOLDERS for term in terms)
        for key, terms in held.items()
    }
    return {key: count for key, count in counts.items() if count}


def _names(text: str) -> Iterator[str]:
    for run in _RUN.findall(text):
        if len(run) <= _LONGEST_NAME:
            yield from _NAME.findall(run)


def _folded(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_ALIKE)
    return " ".join(text.casefold().split())


def _holds(text: str, term: str) -> bool:
    """Find the whole of a word or name: neither E47 in E4711 nor 1.2.3 in 1.2.3.4.

    Only ASCII neighbours forbid a match: scripts without spaces have no other borders. A pattern
    of the whole term would take as long as both lengths multiplied.
    """
    begins, ends = _is_ascii_word(term[:1]), _is_ascii_word(term[-1:])
    start = text.find(term) if term else -1
    while start >= 0:
        is_begin = not begins or _MAY_BEGIN.match(text, start)
        if is_begin and (not ends or _MAY_END.match(text, start + len(term))):
            return True
        # Where a word must begin, the rest of this one is no place to look.
        after = _WORD.match(text, start) if begins else None
        start = text.find(term, after.end() if after else start + 1)
    return False


def _is_ascii_word(letter: str) -> bool:
    return letter.isascii() and (letter.isalnum() or letter == "_")
