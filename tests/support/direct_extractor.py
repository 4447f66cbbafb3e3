"""The real readers without a process of their own: for files that the tests made themselves."""

from __future__ import annotations

import asyncio

from netgpt_docs_service.domain.files import Extracted, SourceFile
from netgpt_docs_service.extraction.reader import ReadLimits
from netgpt_docs_service.extraction.reading import read_file


class DirectExtractor:
    """Read in a thread what the sandbox would read in a process."""

    fingerprint = "direct"

    async def extract(self, file: SourceFile) -> Extracted:
        file.content.seek(0)
        return await asyncio.to_thread(
            read_file,
            file.content.read(),
            name=file.name,
            declared_type=file.declared_type,
            limits=ReadLimits(),
        )
