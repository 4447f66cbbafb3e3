"""What every text looks like once it is out of its file: offsets refer to this."""

from __future__ import annotations

import re
import unicodedata

_LINE_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # controls that are neither tab nor line feed
    "\u00ad\ufeff\ufffe\uffff"  # soft hyphen, byte-order mark, no characters
    "\u202a-\u202e\u2066-\u2069"  # they make a text look other than it is; marks of one letter stay
    "\ud800-\udfff]"  # halves of a pair, which no UTF-8 holds
)


def normalised(text: str) -> str:
    r"""Return `text` composed (NFC), its lines ended by `\n`, without what nobody sees."""
    return unicodedata.normalize("NFC", _UNSEEN.sub("", _LINE_BREAKS.sub("\n", text)))
