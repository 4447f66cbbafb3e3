"""Where the next page of a list begins, as a word that only its own tenant can use."""

from __future__ import annotations

import base64
import binascii
import hashlib
import uuid

from netgpt_docs_service.errors import InvalidInput

_ID_BYTES = 16
_MARK_BYTES = 8


def cursor(tenant: str, point_id: str) -> str:
    """Return the cursor of the page that begins with `point_id`."""
    return base64.urlsafe_b64encode(uuid.UUID(point_id).bytes + _mark(tenant)).decode()


def point_after(tenant: str, cursor_: str) -> str:
    """Return the id a page begins with; raises InvalidInput for a cursor not made for `tenant`."""
    try:
        decoded = base64.b64decode(cursor_.encode(), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        decoded = b""
    if len(decoded) != _ID_BYTES + _MARK_BYTES or decoded[_ID_BYTES:] != _mark(tenant):
        msg = "the cursor is not one that this list answered"
        raise InvalidInput(msg, pointer="/cursor")
    return str(uuid.UUID(bytes=decoded[:_ID_BYTES]))


def _mark(tenant: str) -> bytes:
    return hashlib.sha256(tenant.encode()).digest()[:_MARK_BYTES]
