"""The characters of a file, found once and small enough to be worked on."""

from __future__ import annotations

from netgpt_docs_service.extraction.encoding import Decoded, decode
from netgpt_docs_service.extraction.reader import FileBytes, ReadLimits
from netgpt_docs_service.extraction.results import check_text_bytes


def characters_of(file: FileBytes) -> Decoded:
    """Return the characters of `file`, as many as they are; those that sniffing found are kept."""
    return file.decoded or decode(file.content, charset=file.charset)


def short_text_of(file: FileBytes, limits: ReadLimits) -> Decoded:
    """Return the characters of a file that is its own text; LimitExceeded above `text_bytes`.

    For every reader that takes more than a look at each of them.
    """
    decoded = characters_of(file)
    check_text_bytes(decoded.text, limits)
    return decoded
