"""The sets of chunks that this process is writing: nobody may see them, so no search need look."""

from __future__ import annotations

from collections import OrderedDict

# A set whose writer failed stays in here until others push it out, or for good: both are harmless.
_MOST = 64
_MOST_ENDED = 4_096


class UnfinishedSets:
    """Know which sequences of a tenant have chunks in the store and no manifest yet.

    Not leaving one out costs a search time and nothing else: a chunk is a hit when its manifest
    says so. But one that has ended never counts as unfinished again: its set may be current.
    """

    def __init__(self) -> None:
        """Start with none: what an earlier process left unfinished is not known."""
        self._begun: dict[str, OrderedDict[int, None]] = {}
        self._ended: OrderedDict[tuple[str, int], None] = OrderedDict()

    def begin(self, tenant: str, sequence: int) -> None:
        """Chunks of this sequence are being written."""
        if (tenant, sequence) in self._ended:
            return
        begun = self._begun.setdefault(tenant, OrderedDict())
        begun[sequence] = None
        if len(begun) > _MOST:
            begun.popitem(last=False)

    def end(self, tenant: str, sequence: int) -> None:
        """The manifest of this sequence is about to be written."""
        self._ended[tenant, sequence] = None
        if len(self._ended) > _MOST_ENDED:
            self._ended.popitem(last=False)
        begun = self._begun.get(tenant, OrderedDict())
        begun.pop(sequence, None)
        if not begun:
            self._begun.pop(tenant, None)

    def of(self, tenant: str) -> list[int]:
        """Return the sequences that a search of the tenant can leave out."""
        return list(self._begun.get(tenant, ()))
