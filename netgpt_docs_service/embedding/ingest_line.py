"""Ingest in line: calls take turns, and a unit holds texts of one length only."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Collection, Sequence
from itertools import islice

from netgpt_docs_service.embedding.calls import UNIT_TOKENS, Call, Text, unit_rows


class IngestLine:
    """Long calls by turns, one unit each, so that a small call never waits for all of a huge one.

    Not safe to call from several threads at once.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._waiting: OrderedDict[Call, dict[int, deque[Text]]] = OrderedDict()
        self._by_width: dict[int, OrderedDict[Call, None]] = {}

    @property
    def calls(self) -> Collection[Call]:
        """Who waits, the next to be served first."""
        return self._waiting.keys()

    def add(self, call: Call, texts: Sequence[Text]) -> None:
        """Let `texts` of a new call wait; its turn comes after everybody else's."""
        by_width: defaultdict[int, deque[Text]] = defaultdict(deque)
        for text in texts:
            by_width[text.width].append(text)
        # The longest first: what several engines share then ends at nearly the same time.
        self._waiting[call] = dict(sorted(by_width.items(), reverse=True))
        for width in by_width:
            self._by_width.setdefault(width, OrderedDict())[call] = None

    def drop(self, call: Call) -> Sequence[Text]:
        """Take away and return what still waits of `call`."""
        by_width = self._waiting.get(call, {})
        dropped = [text for texts in by_width.values() for text in texts]
        for width in list(by_width):
            self._forget(call, width)
        return dropped

    def cut(self) -> list[Text]:
        """Take what fits in one unit from the call whose turn it is, then equals from others."""
        call, by_width = next(iter(self._waiting.items()))
        width = next(iter(by_width))
        rows = self._rows(width)
        unit = self._take(call, width, rows)
        if call in self._waiting:
            self._waiting.move_to_end(call)
        while len(unit) < rows:
            other = next(iter(self._by_width[width]))
            unit += self._take(other, width, rows - len(unit))
        return unit

    def _rows(self, width: int) -> int:
        """Return how many texts of `width` the next unit takes."""
        room = max(1, UNIT_TOKENS // width)
        waiting = (text for call in self._by_width[width] for text in self._waiting[call][width])
        return unit_rows(sum(1 for _ in islice(waiting, room)))

    def _take(self, call: Call, width: int, most: int) -> list[Text]:
        texts = self._waiting[call][width]
        taken = [texts.popleft() for _ in range(min(most, len(texts)))]
        if not texts:
            self._forget(call, width)
        return taken

    def _forget(self, call: Call, width: int) -> None:
        del self._waiting[call][width]
        if not self._waiting[call]:
            del self._waiting[call]
        del self._by_width[width][call]
        if not self._by_width[width]:
            del self._by_width[width]
