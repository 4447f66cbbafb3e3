r"""LaTeX as xberg reads it best: letters for `\"o` and `\ss`, no comments, citations in the line.

Formulas and what is verbatim stay. No parser: a table and two expressions, each of linear time.
"""

from __future__ import annotations

import re
import unicodedata

_VERBATIM = ("verbatim", "lstlisting", "minted", "Verbatim")
_FORMULAS = ("equation", "align", "gather", "multline", "eqnarray", "displaymath", "math")
_STARRED = [f"{name}{star}" for name in (*_VERBATIM, *_FORMULAS) for star in ("", "*")]
_CLOSING = {rf"\begin{{{name}}}": rf"\end{{{name}}}" for name in _STARRED} | {
    r"\[": r"\]",
    r"\(": r"\)",
    "$$": "$$",
    "$": "$",
}
_LITERAL = r"\\verb\*?(?P<sign>[^\w\s*])[^\n]*?(?P=sign)|\\(?:url|path|href)\{[^{}\n]*\}"
_TOKEN = re.compile(
    r"\\(?:begin|end)\{[A-Za-z]+\*?\}"
    rf"|{_LITERAL}"
    r"|\\[^\n]|\$\$?|(?P<blank>\n[ \t]*\n)|(?P<comment>%[^\n]*(?:\n(?![ \t]*\n))?)"
)
_MARKS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    "u": "\u0306",
    ".": "\u0307",
    '"': "\u0308",
    "r": "\u030a",
    "H": "\u030b",
    "v": "\u030c",
    "d": "\u0323",
    "c": "\u0327",
    "k": "\u0328",
    "b": "\u0331",
}
_LETTERS = {
    "ss": "\u00df",
    "SS": "\u1e9e",
    "ae": "\u00e6",
    "AE": "\u00c6",
    "oe": "\u0153",
    "OE": "\u0152",
    "o": "\u00f8",
    "O": "\u00d8",
    "aa": "\u00e5",
    "AA": "\u00c5",
    "l": "\u0142",
    "L": "\u0141",
    "dh": "\u00f0",
    "DH": "\u00d0",
    "th": "\u00fe",
    "TH": "\u00de",
    "dj": "\u0111",
    "DJ": "\u0110",
    "ng": "\u014b",
    "NG": "\u014a",
    "i": "\u0131",
    "j": "\u0237",
}
_NAMES = "|".join(_LETTERS)
_BASE = r"(?:[^\W\d_]|\\[ij](?![A-Za-z]))"
_WRITTEN = re.compile(
    r"\\\\"  # a line break, which may stand before a quotation mark
    rf"|{_LITERAL}"
    r"|(?P<begin>\\begin\{document\})|(?P<end>\\end\{document\})|(?P<tie>(?<!\\)~)"
    r"|\\(?P<cite>[a-z]*[Cc]ite[a-z]*)\*?(?:\[[^\]\[\n]{0,200}\]){0,2}\{(?P<keys>[^{}\n]{0,1000})\}"
    r"|(?P<open>(?<!\})\{)?(?:"
    rf"\\(?:(?P<accent>[`'^~=.\"])[ \t]*|(?P<named>[uvHrcdkb])(?:[ \t]+|(?=\{{)))"
    rf"(?:\{{(?P<braced>{_BASE})(?:\{{\}})?\}}|(?P<bare>{_BASE})(?:(?<=\\[ij])[ \t]+)?)"
    rf"|\\(?P<letter>{_NAMES})(?![A-Za-z])(?:\{{\}}|[ \t]+)?"
    r")(?P<close>\})?"
    r"|\\[A-Za-z]{2,}\*?\{"  # its brace belongs to it, not to a letter
)
_WITH_DOT = {"\\i": "i", "\\j": "j"}


def with_letters(source: str) -> str:
    """Return a LaTeX source whose accents and special letters are letters, without comments."""
    pieces: list[str] = []
    start, closing = 0, ""
    for token in _TOKEN.finditer(source):
        word = token[0]
        if closing:
            if word == closing or (closing == "$" and token["blank"]):  # no formula is that long
                pieces.append(source[start : token.end()])
                start, closing = token.end(), ""
        elif token["comment"] or word in _CLOSING:
            pieces.append(_written(source[start : token.start()]))
            start = token.end() if token["comment"] else token.start()
            closing = _CLOSING.get(word, "")
    rest = source[start:]
    return "".join([*pieces, rest if closing else _written(rest)])


def _written(text: str) -> str:
    return unicodedata.normalize("NFC", _WRITTEN.sub(_one, text))


def _one(match: re.Match[str]) -> str:
    if match["begin"] or match["end"]:  # xberg drops what else is in their lines
        return f"{match[0]}\n" if match["begin"] else f"\n{match[0]}"
    if match["tie"]:
        return " "
    if match["cite"]:
        keys = ", ".join(key.strip() for key in match["keys"].split(","))
        return "" if match["cite"] == "nocite" else f"({keys})"
    letter = _letter(match)
    if letter is None:
        return match[0]
    opening, closing = match["open"] or "", match["close"] or ""
    return letter if opening and closing else f"{opening}{letter}{closing}"


def _letter(match: re.Match[str]) -> str | None:
    if match["letter"]:
        return _LETTERS[match["letter"]]
    base = match["braced"] or match["bare"]
    if base is None:
        return None
    return _WITH_DOT.get(base, base) + _MARKS[match["accent"] or match["named"]]
