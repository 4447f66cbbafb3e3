"""E-mails taken apart, within bounds, and what a part says of itself, whatever it says."""

from __future__ import annotations

from base64 import b64decode
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any, cast

from netgpt_docs_service.errors import DamagedFile, UnsafeFile

_DEEPEST_PART = 20
"""Multiparts inside multiparts; every level costs the parser a look at every line."""
_LONGEST_HEADER = 4_000
"""Characters; the standard library's parser of headers takes their square."""
_MOST_HEADER_LINES = 100


def parsed_mail(content: bytes, *, most_parts: int) -> EmailMessage:
    """Return the mail `content`; UnsafeFile where it has more parts or levels than it may."""
    count = 0

    class BoundedMessage(EmailMessage):
        """A message that counts the parts of the whole mail, and how deep it lies in it."""

        depth = 0

        def attach(self, payload: Any) -> None:  # noqa: ANN401  the type of the base class
            nonlocal count
            count += 1
            depth = self.depth + 1
            if count > most_parts:
                message = f"the e-mail has more than {most_parts} parts, the limit"
                raise UnsafeFile(message)
            if depth > _DEEPEST_PART:
                message = f"the e-mail has parts nested more than {_DEEPEST_PART} deep, the limit"
                raise UnsafeFile(message)
            if isinstance(payload, BoundedMessage):
                payload.depth = depth
            super().attach(payload)

    bounded = _ShortHeaders(message_factory=BoundedMessage)
    try:
        return cast("EmailMessage", BytesParser(policy=bounded).parsebytes(content))
    except (MessageError, ValueError, LookupError, RecursionError, TypeError) as error:
        message = f"the e-mail cannot be taken apart: {error}"
        raise DamagedFile(message) from error


class _ShortHeaders(policy.EmailPolicy):
    """The default policy, for headers of any length: what is beyond a page is cut off."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines[:_MOST_HEADER_LINES])
        return name, value[:_LONGEST_HEADER]


def header(mail: EmailMessage, name: str) -> str:
    """Return a header's text, decoded; empty where it is missing or makes no sense."""
    try:
        return " ".join(str(mail[name] or "").split())
    except (ValueError, LookupError, IndexError, AttributeError, TypeError, RecursionError):
        return ""  # what the standard library raises at headers that somebody made up


def content_of(part: EmailMessage) -> bytes:
    """Return what a part carries, unpacked from base64 or quoted-printable as far as that goes.

    A mail in base64 inside a mail is against the rules, and so is taken for one by the parser.
    """
    try:
        if part.is_multipart() and header(part, "Content-Transfer-Encoding").lower() == "base64":
            inner: Any = part.get_payload()
            return b64decode("".join(str(each.get_payload()) for each in inner))
        payload: Any = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AttributeError):
        payload = None
    return payload if isinstance(payload, bytes) else b""


def type_of(part: EmailMessage) -> tuple[str, str | None]:
    """Return a part's media type and charset, as it says."""
    try:
        return part.get_content_type(), part.get_content_charset()
    except (ValueError, LookupError, IndexError, AttributeError, TypeError, RecursionError):
        return "application/octet-stream", None


def filename_of(part: EmailMessage) -> str:
    """Return the name a part has for people, a label like every other; empty where it has none."""
    try:
        return (part.get_filename() or "").strip()
    except (ValueError, LookupError, IndexError, AttributeError, TypeError, RecursionError):
        return ""


def disposition_of(part: EmailMessage) -> str | None:
    """Return `attachment` or `inline`, None where a part says neither."""
    try:
        return part.get_content_disposition()
    except (ValueError, LookupError, IndexError, AttributeError, TypeError, RecursionError):
        return None
