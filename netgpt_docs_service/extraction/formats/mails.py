"""E-mails: who wrote to whom, what, and the text of what is attached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import Protocol

from netgpt_docs_service.domain.files import Extracted
from netgpt_docs_service.errors import FileRefused, LimitExceeded
from netgpt_docs_service.extraction import media_types as types
from netgpt_docs_service.extraction.formats.letters import Letter
from netgpt_docs_service.extraction.formats.mail_parts import (
    content_of,
    filename_of,
    header,
    parsed_mail,
    type_of,
)
from netgpt_docs_service.extraction.formats.mail_words import parts_of
from netgpt_docs_service.extraction.formats.texts import read_plain_text
from netgpt_docs_service.extraction.formats.web_pages import read_html
from netgpt_docs_service.extraction.reader import FileBytes, Reader, ReadLimits
from netgpt_docs_service.extraction.zip_check import ZIP_MARKS, announced_bytes

_MOST_PARTS = 1_000
"""Of a letter with everything in it: each takes half a millisecond, however small it is."""
_SHOWN = ("Subject", "From", "To", "Cc", "Date")


class FileReading(Protocol):
    """What reads a file of any kind, such as an attachment."""

    def __call__(
        self, content: bytes, *, name: str, declared_type: str | None, limits: ReadLimits
    ) -> Extracted:
        """Return the file's text, or raise why it has none."""
        ...


def mail_reader(read_file: FileReading) -> Reader:
    """Return a reader of e-mails that has their attachments read by `read_file`."""
    return lambda file, limits: _MailReading(read_file, limits).read(file)


@dataclass(slots=True)
class _MailReading:
    """One mail, and what is left of its limits: attachments share them."""

    read_file: FileReading
    limits: ReadLimits

    def read(self, file: FileBytes) -> Extracted:
        mail = parsed_mail(file.content, most_parts=min(_MOST_PARTS, self.limits.entries))
        return self._letter(mail, nesting=self.limits.nesting).extracted(file.media_type)

    def _letter(self, mail: EmailMessage, *, nesting: int) -> Letter:
        letter = Letter([(name, header(mail, name)) for name in _SHOWN], _metadata(mail))
        pictures = 0
        for each in parts_of(mail):
            kind, charset = type_of(each.part)
            if not each.is_attachment:
                self._add_words(letter, each.part, kind, charset)
            elif kind.startswith("image/"):
                pictures += 1
            else:
                self._add_attachment(letter, each.part, kind, nesting)
        if pictures:
            letter.warnings.append(f"{pictures} attached pictures were not read")
        return letter

    def _add_words(
        self, letter: Letter, part: EmailMessage, kind: str, charset: str | None
    ) -> None:
        read = read_html if kind == types.HTML else read_plain_text
        media_type = types.HTML if kind == types.HTML else types.PLAIN
        content = content_of(part)
        if not content.strip():
            return
        file = FileBytes(content=content, name="", media_type=media_type, charset=charset)
        self._add(letter, "the text of the e-mail", lambda limits: read(file, limits), heading=None)

    def _add_attachment(self, letter: Letter, part: EmailMessage, kind: str, nesting: int) -> None:
        name = filename_of(part)
        what = f"attachment {name[:200]!r}" if name else f"an attachment of type {kind[:100]!r}"
        if nesting <= 0:
            letter.warnings.append(f"{what} was not read: it is nested too deep")
            return
        content = content_of(part)
        if part.is_multipart() and not content:
            self._add_letter(letter, part, name, nesting)
            return

        def read(limits: ReadLimits) -> Extracted:
            within = replace(limits, nesting=nesting - 1)
            return self.read_file(content, name=name, declared_type=kind, limits=within)

        if self._add(letter, what, read, heading=name or kind) and content.startswith(ZIP_MARKS):
            self._spend(unpacked_bytes=announced_bytes(content))

    def _add_letter(self, letter: Letter, part: EmailMessage, name: str, nesting: int) -> None:
        for inner in part.get_payload():
            if isinstance(inner, EmailMessage):
                title = name or header(inner, "Subject") or "attached e-mail"
                attached = self._letter(inner, nesting=nesting - 1).extracted(types.EML)
                letter.add(attached, heading=title)

    def _add(
        self,
        letter: Letter,
        what: str,
        read: Callable[[ReadLimits], Extracted],
        *,
        heading: str | None,
    ) -> bool:
        """Add what can be read to `letter`; what cannot is a warning that says why."""
        try:
            extracted = read(self.limits)
        except (FileRefused, LimitExceeded) as error:
            letter.warnings.append(f"{what} was not read: {error.message}")
            return False
        self._spend(text_bytes=len(extracted.text.encode(errors="replace")))
        letter.add(extracted, heading=heading)
        return True

    def _spend(self, *, text_bytes: int = 0, unpacked_bytes: int = 0) -> None:
        self.limits = replace(
            self.limits,
            text_bytes=max(0, self.limits.text_bytes - text_bytes),
            unpacked_bytes=max(0, self.limits.unpacked_bytes - unpacked_bytes),
        )


def _metadata(mail: EmailMessage) -> dict[str, str]:
    said = {"author": header(mail, "From"), "created_at": header(mail, "Date")}
    try:
        said["created_at"] = parsedate_to_datetime(said["created_at"]).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        del said["created_at"]
    return {name: value for name, value in said.items() if value}
