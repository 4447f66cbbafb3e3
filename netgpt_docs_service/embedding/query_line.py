"""Questions in line: in order, and together in one run as far as that saves time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from itertools import chain, groupby, islice

from netgpt_docs_service.embedding.calls import UNIT_TOKENS, Call, Text, unit_rows
from netgpt_docs_service.embedding.engine import LENGTH_STEP

# A run costs 2 to 10 ms however small: as much as 40 to 60 tokens. More padding than that is
# dearer than a run of its own. A crowd of questions of unlike length may waste a quarter of what it
# asks for instead, so that it stays one run.
_PADDING_TOKENS = 64
_PADDING_PART = 4
_MOST_ROWS = UNIT_TOKENS // LENGTH_STEP


class QueryLine:
    """Short calls, first come first served; whoever else waits and is of like length goes along.

    Not safe to call from several threads at once.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._waiting: OrderedDict[Call, list[Text]] = OrderedDict()

    @property
    def calls(self) -> Collection[Call]:
        """Who waits, the oldest first."""
        return self._waiting.keys()

    def add(self, call: Call, texts: Sequence[Text]) -> None:
        """Let `texts` of a new call wait at the end."""
        self._waiting[call] = list(texts)

    def drop(self, call: Call) -> Sequence[Text]:
        """Take away and return what still waits of `call`."""
        return self._waiting.pop(call, ())

    def cut(self) -> list[Text]:
        """Take the oldest text, and others that cost less beside it than after it."""
        unit: list[Text] = []
        width = own = 0
        for text in islice(chain.from_iterable(self._waiting.values()), _MOST_ROWS):
            widest, together = max(width, text.width), own + text.width
            computed = widest * (len(unit) + 1)
            allowed = max(_PADDING_TOKENS, together // _PADDING_PART)
            if unit and (computed > UNIT_TOKENS or computed - together > allowed):
                continue
            unit.append(text)
            width, own = widest, together
        unit = unit[: unit_rows(len(unit))]  # the youngest wait for the next run
        self._remove(unit)
        return unit

    def _remove(self, unit: Sequence[Text]) -> None:
        taken = set(unit)
        for call, _ in groupby(unit, key=lambda text: text.call):
            rest = [text for text in self._waiting[call] if text not in taken]
            if rest:
                self._waiting[call] = rest
            else:
                del self._waiting[call]
