from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.support.licences import closure, make_metadata, refused_licence

EXTRAS = ("files", "worker", "bundled", "otel", "int8")

TAKEN_ALL_THE_SAME: dict[str, str] = {}
"""Packages whose metadata names a licence that is refused, each with the reason."""


@pytest.fixture(scope="session")
def packages(root: Path) -> dict[str, Any]:
    """Everything that an installation of ours brings along, as far as it is installed here."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    return closure([*project["dependencies"], *(each for name in EXTRAS for each in extras[name])])


def test_nothing_that_is_installed_with_us_binds_its_users_by_its_licence(
    packages: dict[str, Any],
) -> None:
    refused = {
        name: licence for name, data in packages.items() if (licence := refused_licence(data))
    }

    assert refused.keys() == TAKEN_ALL_THE_SAME.keys(), refused


def test_packages_are_followed_through_what_they_require(packages: dict[str, Any]) -> None:
    assert {"trafilatura", "courlan", "tld", "xberg", "lxml", "uvloop"} <= packages.keys()


@pytest.mark.parametrize(
    "fields",
    [
        [("License-Expression", "AGPL-3.0-only")],
        [("License-Expression", "GPL-2.0-only OR LGPL-2.1-or-later")],
        [("License-Expression", "Elastic-2.0")],
        [("License", "GPLv3")],
        [("License", "Server Side Public License")],
        [
            (
                "Classifier",
                "License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)",
            )
        ],
        [
            ("License", "MIT"),
            ("Classifier", "License :: OSI Approved :: GNU Affero General Public License v3"),
        ],
    ],
)
def test_a_licence_that_binds_is_found(fields: list[tuple[str, str]]) -> None:
    assert refused_licence(make_metadata(fields)) is not None


@pytest.mark.parametrize(
    "fields",
    [
        [("License-Expression", "MPL-1.1 OR GPL-2.0-only OR LGPL-2.1-or-later")],
        [("License-Expression", "Apache-2.0"), ("License", "not the GPL")],
        [("Classifier", "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)")],
        [("License", "BSD-3-Clause")],
        [],
    ],
)
def test_a_licence_that_can_be_had_free_is_taken(fields: list[tuple[str, str]]) -> None:
    assert refused_licence(make_metadata(fields)) is None
