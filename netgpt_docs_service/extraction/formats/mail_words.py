"""Which parts of an e-mail are its words, which are attached, and which say the same again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage

from netgpt_docs_service.errors import FileRefused
from netgpt_docs_service.extraction.encoding import decode
from netgpt_docs_service.extraction.formats.mail_parts import (
    content_of,
    disposition_of,
    filename_of,
    type_of,
)
from netgpt_docs_service.extraction.html_markdown import markdown_of
from netgpt_docs_service.extraction.html_tree import parsed

_TIMES_LONGER = 4
"""Than the plain words a page must be to hold other words: "please use another program"."""


@dataclass(frozen=True, slots=True)
class MailPart:
    """One part of a mail: words for the reader, or else a file with a name."""

    part: EmailMessage
    is_attachment: bool


def parts_of(mail: EmailMessage) -> Iterator[MailPart]:
    """Yield the parts to read, in order; of alternatives the words of one, the files of all."""
    if not mail.is_multipart():
        yield MailPart(mail, _is_attached(mail))
        return
    if _type(mail).startswith("message/"):
        if _type(mail) != "message/delivery-status":  # a postmaster's words beside it say the same
            yield MailPart(mail, is_attachment=True)
        return
    children = [each for each in mail.get_payload() if isinstance(each, EmailMessage)]
    chosen = _chosen(children) if _type(mail) == "multipart/alternative" else None
    for child in children:
        parts = parts_of(child)
        yield from parts if chosen in (None, child) else filter(_is_enclosed, parts)


def _chosen(alternatives: list[EmailMessage]) -> EmailMessage | None:
    """Return the plainest alternative that has the words, None where there is none at all."""
    ranked = sorted(alternatives, key=_plainness)
    if not ranked or _type(ranked[0]) != "text/plain":
        return next(iter(ranked), None)
    least = _TIMES_LONGER * len("".join(_text(ranked[0]).split()))
    pages = (each for each in ranked[1:] if len("".join(_page(each).split())) > least)
    return next(pages, ranked[0])


def _plainness(part: EmailMessage) -> int:
    """Rank an alternative: plain text that says something, a page, anything else."""
    kind = _type(part)
    if kind == "text/plain":
        return 0 if content_of(part).strip() else 3
    return 1 if kind == "text/html" else 2


def _page(alternative: EmailMessage) -> str:
    """Return the words of the first page in an alternative, empty where it has none."""
    for each in alternative.walk():
        if _type(each) == "text/html" and not _is_attached(each):
            try:
                return markdown_of(parsed(_text(each))).text
            except FileRefused:
                return ""
    return ""


def _text(part: EmailMessage) -> str:
    try:
        return decode(content_of(part), charset=type_of(part)[1]).text
    except FileRefused:
        return ""


def _is_enclosed(part: MailPart) -> bool:
    """Say whether a part is a file of its own; pictures in an alternative are its decoration."""
    is_shown = _type(part.part).startswith("image/") and disposition_of(part.part) != "attachment"
    return part.is_attachment and not is_shown


def _type(part: EmailMessage) -> str:
    return type_of(part)[0]


def _is_attached(part: EmailMessage) -> bool:
    if not _type(part).startswith("text/"):
        return True
    return disposition_of(part) == "attachment" or bool(filename_of(part))
