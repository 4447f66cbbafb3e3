"""The embedding model as callers know it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from netgpt_docs_service.errors import ModelNotFound

_MOST_SHOWN = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedModel:
    """The one embedding model of a process."""

    name: str
    nickname: str
    """What the operator calls it."""
    loaded_at: datetime

    def named(self, name: str) -> ServedModel:
        """Return itself for its name, that name's last part, or its nickname.

        Raises ModelNotFound for every other name.
        """
        if name not in (self.name, self.name.rpartition("/")[2], self.nickname):
            message = f"the model {name[:_MOST_SHOWN]!r} is not served here; {self.name!r} is"
            raise ModelNotFound(message)
        return self
