"""A file's name as a label: what of it stays, whatever machine it comes from."""

from __future__ import annotations

import unicodedata

from netgpt_docs_service.domain.rules import MAX_DOC_ID_CHARACTERS, check_doc_id

_GOES_NOWHERE = ("", ".", "..")
_MOST_RAW_CHARACTERS = 4 * MAX_DOC_ID_CHARACTERS
"""Before it is composed, which takes the square of a name of nothing but marks."""


def file_label(name: str) -> str:
    r"""Return `name` with `/` between its parts, composed (NFC), without parts that lead nowhere.

    `C:\a\..\b.pdf` is `C:/a/b.pdf`: a label is never a path. Raises InvalidInput when nothing is
    left or a control character is in it, LimitExceeded above 255 characters: it may be an id.
    """
    if len(name) > _MOST_RAW_CHARACTERS:
        check_doc_id(name, name="the file's name", pointer="")
    parts = unicodedata.normalize("NFC", name).replace("\\", "/").split("/")
    label = "/".join(part for part in parts if part.strip() not in _GOES_NOWHERE)
    check_doc_id(label, name="the file's name", pointer="")
    return label
