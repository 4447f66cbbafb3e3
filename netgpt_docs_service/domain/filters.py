"""Conditions on documents and chunks: the grammar of OpenAI's vector stores, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from netgpt_docs_service.domain.documents import Scalar

ComparisonType: TypeAlias = Literal["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin"]
DATE_KEYS = frozenset({"created_at", "updated_at", "expires_at"})
TEXT_KEYS = frozenset({"doc_id", "doc_type", "tags", "source", "intent"})
METADATA_PREFIX = "metadata."


@dataclass(frozen=True, slots=True)
class Comparison:
    """Compare the value under `key` (`doc_type`, `created_at`, `metadata.year`, ...) with `value`.

    A list matches when one of its values does; `ne` and `nin` match where the value is missing.
    `in` and `nin` take a tuple, the others one value; dates are timezone-aware datetimes.
    """

    type: ComparisonType
    key: str
    value: Scalar | datetime | tuple[Scalar | datetime, ...]


@dataclass(frozen=True, slots=True)
class Compound:
    """All of `filters`, or at least one of them."""

    type: Literal["and", "or"]
    filters: tuple[Filter, ...]


Filter: TypeAlias = Comparison | Compound
