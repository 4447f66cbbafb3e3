"""What stands around a fetcher in tests: names, what is counted, and how one is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from netgpt_docs_service.fetching.https_fetcher import HttpsFetcher

LIMIT_BYTES = 1000
MakeFetcher: TypeAlias = Callable[..., HttpsFetcher]


@dataclass(slots=True)
class Names:
    """Looks hosts up as a test says; the last answer is given again."""

    answers: list[tuple[str, ...]] = field(default_factory=lambda: [("127.0.0.1",)])
    asked: list[str] = field(default_factory=list)

    async def __call__(self, host: str, port: int) -> tuple[str, ...]:
        assert port
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@dataclass(slots=True)
class Outcomes:
    """Counts what fetching came to."""

    told: list[str] = field(default_factory=list)

    def url_fetched(self, outcome: str) -> None:
        self.told.append(outcome)
