"""Ask a server until it answers or the time is over: deadline, retries and circuit breaker."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from netgpt_docs_service.store.circuit_breaker import CircuitBreaker
from netgpt_docs_service.store.server_faults import FOREIGN, Server, ServerFault, fault_of
from netgpt_docs_service.store.store_observer import Outcome, StoreObserver

AnswerT = TypeVar("AnswerT")

_LOG = logging.getLogger(__name__)
_FIRST_WAIT_S = 0.1
_LONGEST_WAIT_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerCalls:
    """Runs one request to the server, again and again until `timeout_s` is over."""

    server: Server
    observer: StoreObserver
    breaker: CircuitBreaker
    timeout_s: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random

    async def run(self, operation: str, attempt: Callable[[], Awaitable[AnswerT]]) -> AnswerT:
        """Return what `attempt` returns; whatever the server does becomes an error of ours."""
        try:
            return await self.run_or_fault(operation, attempt)
        except ServerFault as fault:
            if fault.note:
                _LOG.log(_level(fault), "%s: %s", operation, fault.note)
            raise fault.error from fault

    async def run_or_fault(
        self, operation: str, attempt: Callable[[], Awaitable[AnswerT]]
    ) -> AnswerT:
        """Do the same, but raise the last ServerFault, for callers that expect one."""
        started = self.clock()
        outcome = Outcome.FAILED
        try:
            ends_at = started + self.timeout_s
            retrying = self._retrying(operation, ends_at)
            answer: AnswerT = await retrying(self._attempt, attempt, ends_at)
            outcome = Outcome.ANSWERED
        except ServerFault as fault:
            outcome = fault.outcome
            raise
        except asyncio.CancelledError:
            outcome = Outcome.CANCELLED
            raise
        else:
            return answer
        finally:
            self.observer.store_answered(operation, outcome, took_s=self.clock() - started)

    async def _attempt(self, attempt: Callable[[], Awaitable[AnswerT]], ends_at: float) -> AnswerT:
        try:
            is_probe = self.breaker.admit()
        except FOREIGN as error:
            raise fault_of(error, self.server) from error
        try:
            async with asyncio.timeout(max(0.0, ends_at - self.clock())):
                answer = await attempt()
        except FOREIGN as error:
            fault = fault_of(error, self.server)
            if fault.outcome is Outcome.UNREACHABLE:
                self.breaker.failed(is_probe=is_probe)
            elif fault.outcome is Outcome.BUSY:  # with our own requests: nothing was sent
                self.breaker.abandoned(is_probe=is_probe)
            else:
                self.breaker.answered(is_probe=is_probe)
            raise fault from error
        except BaseException:
            self.breaker.abandoned(is_probe=is_probe)
            raise
        self.breaker.answered(is_probe=is_probe)
        return answer

    def _retrying(self, operation: str, ends_at: float) -> AsyncRetrying:
        # Any request may be sent twice: points carry ids that we computed, and the same write
        # gives the same points; a condition that the first of two fulfilled fails for the second;
        # a deletion names what is to go; and all the others only read.
        def is_over(state: RetryCallState) -> bool:
            return self.breaker.is_open or self.clock() + state.upcoming_sleep >= ends_at

        return AsyncRetrying(
            retry=retry_if_exception(_may_help),
            wait=self._wait_s,
            stop=is_over,
            sleep=self.sleep,
            before_sleep=lambda _: self.observer.store_retried(operation),
            reraise=True,
        )

    def _wait_s(self, state: RetryCallState) -> float:
        fault = state.outcome.exception() if state.outcome else None
        longest_s = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0 ** (state.attempt_number - 1))
        # Half of it by chance, so that those who failed together do not come back together.
        wait_s = longest_s * (0.5 + self.chance() / 2)
        return max(wait_s, fault.retry_after_s) if isinstance(fault, ServerFault) else wait_s


def _may_help(error: BaseException) -> bool:
    return isinstance(error, ServerFault) and error.is_retryable


def _level(fault: ServerFault) -> int:
    passes = fault.is_retryable or fault.outcome is Outcome.REJECTED
    return logging.WARNING if passes else logging.ERROR
