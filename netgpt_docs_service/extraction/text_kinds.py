"""Which kind of text a text is: by its extension, unless it is plainly something else."""

from __future__ import annotations

import json
import re

from netgpt_docs_service.extraction import media_types as types

ANY_TEXT = frozenset(
    {
        types.EML, types.HTML, types.MARKDOWN, types.RST, types.LATEX, types.PLAIN, types.SOURCE,
        types.CSV, types.TSV, types.JSON, types.JSONL, types.NOTEBOOK, types.XML, types.YAML,
        types.VTT, types.SRT,
    }
)  # fmt: skip
"""The kinds that are written in characters."""

_MAY_BEGIN_AS_HTML = {types.HTML, types.XML, types.MARKDOWN, types.SOURCE, types.LATEX, types.RST}
_START_CHARACTERS = 4096
_MOST_JSON_CHARACTERS = 32_000_000
"""That are parsed to tell what they are: no larger JSON is read."""
_BLANK_OR_COMMENT = r"(?:\s|<!--(?:(?!-->).)*-->|<\?(?:(?!\?>).)*\?>)*+"
_PAGE = re.compile(
    _BLANK_OR_COMMENT + r"<(?:!doctype\s+html\b|html[\s>])", re.IGNORECASE | re.DOTALL
)
_MARKUP = re.compile(
    _BLANK_OR_COMMENT
    + r"<(?:head|body|div|p|table|ul|ol|h[1-6]|article|section|main|span|form|a|b|br)[\s>/]",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(r"\ufeff?\s*<\?xml\s")
_TAG = re.compile(r"<[a-zA-Z!/]")
_MAIL_FIELD = (
    r"(?:from|to|cc|subject|date|received|return-path|message-id|mime-version|delivered-to"
    r"|reply-to|content-type|dkim-signature|x-[\w-]+)"
)
_MAIL = re.compile(
    rf"\s*(?:{_MAIL_FIELD}:[^\n]*\n(?:[ \t][^\n]*\n)*+){{2}}(?:[\w-]+:|[ \t]|\n)",
    re.IGNORECASE,
)
_CUES = re.compile(r"\ufeff?\s*\d+\s*\n\s*\d+:\d\d:\d\d[,.]\d{3}\s*-->")
_VTT = re.compile(r"\ufeff?WEBVTT(?:[ \t\r\n]|$)")
_PLAIN_SHAPES = ((_PAGE, types.HTML), (_VTT, types.VTT), (_CUES, types.SRT))
_SHAPES = (*_PLAIN_SHAPES, (_XML, types.XML), (_MARKUP, types.HTML), (_MAIL, types.EML))


def text_type(text: str, *, name: str, declared_type: str | None) -> str:
    """Return the media type of a text: its name's, else its declaration's, where it can be that."""
    said = types.by_extension(name)
    if said is None or said not in ANY_TEXT or said == types.PLAIN:
        declared = types.by_declaration(declared_type)
        said = declared if declared in ANY_TEXT and declared != types.PLAIN else said
    start = text[:_START_CHARACTERS].replace("\r\n", "\n").lstrip("\ufeff")
    if said in ANY_TEXT and said != types.PLAIN:
        return _confirmed(said, start)
    return _recognised(text, start, is_said=said == types.PLAIN)


def _confirmed(said: str, start: str) -> str:
    if said not in _MAY_BEGIN_AS_HTML and said != types.EML and _PAGE.match(start):
        return types.HTML
    if said == types.HTML and not _TAG.search(start):
        return types.PLAIN
    if said == types.XML and _PAGE.match(start):
        return types.HTML
    return said


def _recognised(text: str, start: str, *, is_said: bool) -> str:
    """Return the kind that the content shows; a file said to be text stays one if in doubt."""
    for shape, kind in _PLAIN_SHAPES if is_said else _SHAPES:
        if shape.match(start):
            return kind
    return types.PLAIN if is_said else _json_kind(text) or types.PLAIN


def _json_kind(text: str) -> str | None:
    if not text.lstrip().startswith(("{", "[")) or len(text) > _MOST_JSON_CHARACTERS:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    is_notebook = isinstance(value, dict) and {"cells", "nbformat"} <= value.keys()
    return types.NOTEBOOK if is_notebook else types.JSON
