"""The real files of the test data, and what their list says that they are."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from netgpt_docs_service.errors import FileRefused
from tests.support.files.reading import is_sound, read

# The list tells how many pages a file has, but not that they hold pictures alone.
_PICTURES = ("007-", "018-", "019-", "023-")
_KINDS = ("pdf", "odt", "tex")


def expected(folder: Path) -> dict[str, str]:
    """Return for each file that is here how reading it ends, by what the list says of it."""
    return {row["path"]: _expectation(row) for row in _rows(folder)}


def observed(folder: Path) -> dict[str, str]:
    """Return for each file that is here how reading it ends."""
    return {row["path"]: _outcome(folder / row["path"], row) for row in _rows(folder)}


def _rows(folder: Path) -> Iterator[dict[str, str]]:
    with (folder / "manifest.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["expected_kind"] in _KINDS and (folder / row["path"]).is_file():
                yield row


def _expectation(row: dict[str, str]) -> str:
    if row["note"].startswith("encrypted"):
        return "encrypted_file"
    if row["note"].startswith("malformed"):
        return "damaged_file"
    if row["path"].startswith(_PICTURES):
        return "no_extractable_text"
    pages = re.search(r"pages=(\d+)", row["note"])
    return f"{pages[1] if pages else 0} pages"


def _outcome(path: Path, row: dict[str, str]) -> str:
    try:
        extracted = read(path.read_bytes(), row["expected_kind"], name=path.stem)
    except FileRefused as error:
        return error.kind
    if not is_sound(extracted.layout, extracted.text):
        return "unsound"
    return f"{len(extracted.layout.page_starts)} pages" if extracted.text.strip() else "blank"
