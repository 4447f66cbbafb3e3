"""An extractor of plain text in pages, which counts its files and can be told to refuse one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from netgpt_docs_service.domain.files import GUESSED_ENCODING, Extracted, SourceFile
from netgpt_docs_service.domain.layout import Layout
from netgpt_docs_service.errors import (
    DamagedFile,
    EncryptedFile,
    NoExtractableText,
    Overloaded,
    ServiceError,
    UnsupportedFile,
)

REFUSALS: dict[bytes, ServiceError] = {
    b"!unsupported": UnsupportedFile("files of the kind x are not read"),
    b"!encrypted": EncryptedFile(),
    b"!damaged": DamagedFile(),
    b"!blank": NoExtractableText(),
    b"!overloaded": Overloaded(retry_after_s=1.2),
}
"""What a file that is nothing but such a mark is refused with."""


async def _at_once(_: str) -> None:
    """Hold nothing up."""


@dataclass(slots=True)
class PlainExtractor:
    r"""Reads UTF-8 in which `\f` ends a page; the first line is the title when it begins with `#`.

    `read` has the names of the files that came in; `hold` is waited for with each name.
    """

    fingerprint: str = "plain-1"
    read: list[str] = field(default_factory=list)
    hold: Callable[[str], Awaitable[None]] = _at_once

    async def extract(self, file: SourceFile) -> Extracted:
        self.read.append(file.name)
        await self.hold(file.name)
        sent = file.content.read()
        if sent in REFUSALS:
            raise REFUSALS[sent]
        try:
            pages = sent.decode().replace("\0", "").split("\f")
        except UnicodeDecodeError as error:
            raise DamagedFile from error
        if not "".join(pages).strip():
            raise NoExtractableText
        text, starts = "", []
        for page in pages:
            starts.append(len(text))
            text += f"{page}\n"
        first = text.partition("\n")[0]
        return Extracted(
            text=text,
            media_type="text/x-paged" if len(pages) > 1 else "text/plain",
            layout=Layout(page_starts=tuple(starts) if len(pages) > 1 else ()),
            title=first.removeprefix("# ") if first.startswith("# ") else None,
            language="en",
            metadata={"author": "Ann"},
            warnings=_warnings(text, file.declared_type or ""),
        )


def _warnings(text: str, declared_type: str) -> tuple[str, ...]:
    if "[guessed]" in text and "charset" not in declared_type:
        return (GUESSED_ENCODING,)
    return ("a picture was left out",) if "[picture]" in text else ()
