"""A letter as one text: what is on its top, its words, each enclosure under its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from netgpt_docs_service.domain.files import Extracted
from netgpt_docs_service.domain.layout import Heading, Layout
from netgpt_docs_service.extraction.layouts import headings_of, shifted
from netgpt_docs_service.extraction.normalising import normalised


@dataclass(slots=True)
class Letter:
    """A letter as it is put together; `headers` are pairs of name and text."""

    headers: Sequence[tuple[str, str]]
    metadata: Mapping[str, str]
    warnings: list[str] = field(default_factory=list)
    _blocks: list[str] = field(default_factory=list)
    _headings: list[Heading] = field(default_factory=list)
    _length: int = 0

    def __post_init__(self) -> None:
        """Write the headers that say something."""
        self._write("\n".join(f"{name}: {said}" for name, said in self.headers if said))

    def add(self, extracted: Extracted, *, heading: str | None) -> None:
        """Add a text: under `heading` an enclosure's, without one the letter's own."""
        levels = 0
        if heading is not None:
            title = " ".join(normalised(heading).split())[:200] or "enclosure"
            start = self._write(f"# {title}")
            self._headings.append(Heading(start, start + len(title) + 2, 1, title))
            levels = 1
        text = extracted.text.lstrip("\n")
        start = self._write(text) - (len(extracted.text) - len(text))
        self._headings.extend(
            shifted(each, characters=start, levels=levels) for each in headings_of(extracted)
        )
        of = f"{heading[:200]}: " if heading else ""
        self.warnings.extend(of + warning for warning in extracted.warnings)

    def extracted(self, media_type: str) -> Extracted:
        """Return the whole letter, its headings told one by one: `#` in a mail is no markup."""
        title = next((said for name, said in self.headers if name == "Subject"), None)
        return Extracted(
            text="\n\n".join(self._blocks),
            media_type=media_type,
            layout=Layout(headings=tuple(self._headings)),
            title=title or None,
            metadata=self.metadata,
            warnings=tuple(self.warnings),
        )

    def _write(self, text: str) -> int:
        """Write a block and return where it starts."""
        block = normalised(text).rstrip()
        if not block:
            return self._length
        start = self._length + 2 * bool(self._blocks)
        self._blocks.append(block)
        self._length = start + len(block)
        return start
