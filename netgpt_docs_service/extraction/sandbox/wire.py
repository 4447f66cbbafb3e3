"""How the service and its reading processes talk: JSON, and a text beside it, after their lengths.

A hostile file may own the process that reads it. So nothing is pickled, and the service looks at
both lengths before it takes in what they announce.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping

HEADER = struct.Struct("!II")
"""The bytes of the JSON, and those of the text, which is UTF-8 and may be absent."""
MESSAGE_BYTES = 2 * 2**20
"""Of JSON: 20,000 headings of 100 bytes each. A text has a limit of its own."""

TITLE_CHARS = 1_000
ENTRIES = 100
ENTRY_NAME_CHARS = 100
ENTRY_CHARS = 2_000
MESSAGE_CHARS = 1_000


def framed(message: Mapping[str, object], text: bytes = b"") -> bytes:
    """Return a message as it goes over the socket."""
    body = json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")
    return HEADER.pack(len(body), len(text)) + body + text
