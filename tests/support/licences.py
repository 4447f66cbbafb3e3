"""The licences of installed packages, as their metadata tells them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from email.message import Message
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

from packaging.requirements import Requirement

_REFUSED = re.compile(
    r"\b[AL]?GPL(?:v?\d|-\d|\b)|General Public License|Elastic(?:-| License)|ELv2|SSPL"
    r"|Server Side Public|Business Source|BUSL|Commons Clause|PolyForm",
    re.IGNORECASE,
)


def closure(requirements: Iterable[str]) -> dict[str, Any]:
    """Return the metadata of every installed package that `requirements` bring along, by name."""
    found: dict[str, Any] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    left = [Requirement(each) for each in requirements]
    while left:
        wanted = left.pop()
        name = re.sub(r"[-_.]+", "-", wanted.name).lower()
        if (name, frozenset(wanted.extras)) in seen:
            continue
        seen.add((name, frozenset(wanted.extras)))
        try:
            package = distribution(wanted.name)
        except PackageNotFoundError:
            continue
        found[name] = package.metadata
        inner = [Requirement(each) for each in package.requires or ()]
        left.extend(each for each in inner if _is_wanted(each, ("", *wanted.extras)))
    return found


def refused_licence(metadata: Any) -> str | None:  # noqa: ANN401  a message, or a package's own kind
    """Return what a package says of its licence if it is one that is not taken, else None.

    An expression counts alone where there is one; `OR` in it means that a free one may be chosen.
    """
    expression = metadata.get("License-Expression")
    if expression:
        ways = re.split(r"\bOR\b", expression)
        return expression if all(_REFUSED.search(way) for way in ways) else None
    said = [
        *(each for each in metadata.get_all("Classifier") or () if each.startswith("License")),
        (metadata.get("License") or "")[:1000],
    ]
    return next((each for each in said if _REFUSED.search(each)), None)


def make_metadata(fields: Sequence[tuple[str, str]]) -> Message:
    metadata = Message()
    for name, value in fields:
        metadata[name] = value
    return metadata


def _is_wanted(requirement: Requirement, extras: Iterable[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras)
