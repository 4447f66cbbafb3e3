"""What a file says of itself, out of what xberg found."""

from __future__ import annotations

import re

import xberg

from netgpt_docs_service.extraction.normalising import normalised

_LONGEST_VALUE = 500
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_FORMULAS = "formulas_"  # before the name of a sheet, in what xberg tells of a workbook
_NO_VALUES = {"", "untitled", "anonymous", "unknown", "unspecified", "python-docx"}


def title_of(document: xberg.ExtractedDocument) -> str | None:
    """Return the title in the file's properties."""
    return _value(document.metadata.title) or None


def language_of(document: xberg.ExtractedDocument) -> str | None:
    """Return the language that the file says it is in, such as `en-GB`."""
    language = _value(document.metadata.language)
    return language if _LANGUAGE.fullmatch(language) else None


def metadata_of(document: xberg.ExtractedDocument) -> dict[str, str]:
    """Return authors, subject, keywords and the day of making, as far as they are said."""
    found = document.metadata
    values = {
        "author": _value(", ".join(found.authors or ())) or _value(found.created_by),
        "subject": _value(found.subject),
        "keywords": _value(", ".join(found.keywords or ())),
        "created_at": _value(found.created_at),
    }
    return {key: value for key, value in values.items() if value}


def warnings_of(document: xberg.ExtractedDocument) -> tuple[str, ...]:
    """Return what is left out: what xberg says, formulas of sheets, attachments of letters."""
    sheets = [
        key.removeprefix(_FORMULAS)
        for key in sorted(document.metadata.additional)
        if key.startswith(_FORMULAS)
    ]
    letter = document.metadata.format.email if document.metadata.format else None
    found = [warning.message for warning in document.processing_warnings]
    if sheets:
        found.append(f"formulas count as the values stored with them, on {', '.join(sheets)}")
    if letter and letter.attachments:
        found.append(f"attachments are not read: {', '.join(letter.attachments)}")
    return tuple(map(_value, found))


def _value(text: str | None) -> str:
    value = " ".join(normalised(text or "").split())[:_LONGEST_VALUE]
    return "" if value.casefold().strip("()") in _NO_VALUES else value
