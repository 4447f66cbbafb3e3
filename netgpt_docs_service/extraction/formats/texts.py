"""Texts that are read as they stand: plain text, markup that stays, source code and data."""

from __future__ import annotations

import re

from netgpt_docs_service.domain.files import Extracted
from netgpt_docs_service.domain.layout import PLAIN
from netgpt_docs_service.extraction.file_text import short_text_of
from netgpt_docs_service.extraction.json_lines import broken_into_lines
from netgpt_docs_service.extraction.layouts import NO_HEADINGS
from netgpt_docs_service.extraction.normalising import normalised
from netgpt_docs_service.extraction.reader import FileBytes, ReadLimits

_FRONT_MATTER = re.compile(
    r"---[ \t]*\n(?P<fields>(?:(?!---|\.\.\.)[^\n]*\n)*+)(?:---|\.\.\.)[ \t]*(?:\n|$)"
)
_FIELD = re.compile(
    r"^(title|author|date|lang|language):[ \t]*(\S[^\n]*)$", re.MULTILINE | re.IGNORECASE
)
_MARKDOWN_TITLE = re.compile(r"\s*# ([^\n]+)")
_RST_TITLE = re.compile(
    r"\s*(?:([!-/:-@\[-`{-~])\1{3,}\n)?[ ]?(?P<title>\S[^\n]*)\n"
    r"([!-/:-@\[-`{-~])\3{3,}[ \t]*(?:\n|$)"
)
_LONG_LINE = re.compile(r"^[^\n]{2000}", re.MULTILINE)
"""From its beginning on: sought anywhere, it takes the square of every line."""
_BETWEEN_TAGS = re.compile(r">[ \t]*<")


def read_plain_text(file: FileBytes, limits: ReadLimits) -> Extracted:
    """Return the text as it stands, without any headings."""
    text, warnings = _text(file, limits)
    return Extracted(text=text, media_type=file.media_type, layout=NO_HEADINGS, warnings=warnings)


def read_markdown(file: FileBytes, limits: ReadLimits) -> Extracted:
    """Return Markdown as it stands; its front matter, or its first heading, names it."""
    text, warnings = _text(file, limits)
    front = _FRONT_MATTER.match(text)
    fields = {
        name.lower(): value.strip().strip("\"'").strip()
        for name, value in _FIELD.findall(front["fields"] if front else "")
    }
    heading = _MARKDOWN_TITLE.match(text, front.end() if front else 0)
    title = fields.get("title") or (heading[1].strip().rstrip("#").strip() if heading else None)
    said = {"author": fields.get("author"), "created_at": fields.get("date")}
    return Extracted(
        text=text,
        media_type=file.media_type,
        text_type="text/markdown",
        layout=PLAIN,
        title=title or None,
        language=fields.get("lang") or fields.get("language"),
        metadata={name: value for name, value in said.items() if value},
        warnings=warnings,
    )


def read_rst(file: FileBytes, limits: ReadLimits) -> Extracted:
    """Return reStructuredText as it stands; its first heading names it."""
    text, warnings = _text(file, limits)
    title = _RST_TITLE.match(text[:2000])
    return Extracted(
        text=text,
        media_type=file.media_type,
        text_type="text/x-rst",
        title=title["title"].strip() if title else None,
        warnings=warnings,
    )


def read_json(file: FileBytes, limits: ReadLimits) -> Extracted:
    """Return JSON as it stands; where a line is too long to be cut between, one value a line."""
    text, warnings = _text(file, limits)
    if _LONG_LINE.search(text):
        text = broken_into_lines(text)
    return Extracted(text=text, media_type=file.media_type, layout=NO_HEADINGS, warnings=warnings)


def read_xml(file: FileBytes, limits: ReadLimits) -> Extracted:
    """Return XML as it stands, never parsed: no entity is expanded and none is fetched.

    Where a line is too long to be cut between, every tag that follows another gets its own.
    """
    text, warnings = _text(file, limits)
    if _LONG_LINE.search(text):
        text = _BETWEEN_TAGS.sub(">\n<", text)
    return Extracted(text=text, media_type=file.media_type, layout=NO_HEADINGS, warnings=warnings)


def _text(file: FileBytes, limits: ReadLimits) -> tuple[str, tuple[str, ...]]:
    decoded = short_text_of(file, limits)
    return normalised(decoded.text), decoded.warnings
