"""What a store is opened for, which decides how long its collection is waited for."""

from __future__ import annotations

from enum import Enum, auto


class StoreUse(Enum):
    """Who opens a store, and what may be made of it."""

    SERVE = auto()
    """A service: it starts without the store, which is made when it can be."""
    IMPORT = auto()
    """A command that writes: it waits until the store is made."""
    EXAMINE = auto()
    """A command that looks: it needs the store as it is, and makes nothing of its layout."""
