"""Any file's text: its kind by its content, then that kind's reader, then what all must be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from netgpt_docs_service.domain.files import Extracted
from netgpt_docs_service.errors import NoExtractableText, UnsupportedFile
from netgpt_docs_service.extraction import media_types as types
from netgpt_docs_service.extraction.formats.chats import read_json_or_chat
from netgpt_docs_service.extraction.formats.mails import mail_reader
from netgpt_docs_service.extraction.formats.notebooks import read_notebook
from netgpt_docs_service.extraction.formats.office import OFFICE_READERS, read_latex
from netgpt_docs_service.extraction.formats.pdf import PDF_READERS
from netgpt_docs_service.extraction.formats.texts import (
    read_markdown,
    read_plain_text,
    read_rst,
    read_xml,
)
from netgpt_docs_service.extraction.formats.transcripts import read_cues
from netgpt_docs_service.extraction.formats.web_pages import read_html
from netgpt_docs_service.extraction.reader import FileBytes, Reader, ReadLimits
from netgpt_docs_service.extraction.results import finished
from netgpt_docs_service.extraction.samples import SAMPLES
from netgpt_docs_service.extraction.sniffing import sniff

_TEXT_READERS: Mapping[str, Reader] = {
    types.PLAIN: read_plain_text,
    types.SOURCE: read_plain_text,
    types.CSV: read_plain_text,
    types.TSV: read_plain_text,
    types.JSONL: read_plain_text,
    types.YAML: read_plain_text,
    types.LATEX: read_latex,
    types.MARKDOWN: read_markdown,
    types.RST: read_rst,
    types.XML: read_xml,
    types.JSON: read_json_or_chat,
    types.NOTEBOOK: read_notebook,
    types.VTT: read_cues,
    types.SRT: read_cues,
    types.HTML: read_html,
}


def read_file(
    content: bytes, *, name: str, declared_type: str | None, limits: ReadLimits
) -> Extracted:
    """Return the text of a file of any kind; `name` is a label that may say which.

    Raises a FileRefused that names what it is or is not, or a LimitExceeded with both numbers.
    """
    if not content:
        message = "the file is empty"
        raise NoExtractableText(message)
    kind = sniff(content, name=name, declared_type=declared_type, limits=limits)
    reader = _reader(kind.media_type)
    file = FileBytes(
        content=content,
        name=name,
        media_type=kind.media_type,
        charset=kind.charset,
        decoded=kind.decoded,
    )
    extracted = reader(file, limits)
    return finished(replace(extracted, warnings=(*kind.warnings, *extracted.warnings)), limits)


def warm_up() -> None:
    """Read a tiny file of every kind, so that the first real one finds its libraries loaded."""
    for name, content in SAMPLES:
        read_file(content, name=name, declared_type=None, limits=ReadLimits())


def _reader(media_type: str) -> Reader:
    reader = _READERS.get(media_type)
    if reader is None:
        message = f"the file is {types.name_of(media_type)}, which is not read here"
        raise UnsupportedFile(message)
    return reader


_READERS: Mapping[str, Reader] = {
    **OFFICE_READERS,
    **PDF_READERS,
    **_TEXT_READERS,
    types.EML: mail_reader(read_file),
}
