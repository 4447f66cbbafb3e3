from __future__ import annotations

import inspect

import pytest

from netgpt_docs_service import errors
from netgpt_docs_service.api.problems import STATUS_BY_KIND


@pytest.fixture(scope="session")
def error_classes() -> list[type[errors.ServiceError]]:
    return [
        each
        for _, each in inspect.getmembers(errors, inspect.isclass)
        if issubclass(each, errors.ServiceError)
    ]


def test_every_error_has_a_kind_of_its_own(error_classes: list[type[errors.ServiceError]]) -> None:
    assert len({each.kind for each in error_classes}) == len(error_classes)


def test_every_error_stands_in_the_drawing_of_the_tree(
    error_classes: list[type[errors.ServiceError]],
) -> None:
    drawing = (errors.__doc__ or "").split()

    assert [each.__name__ for each in error_classes if each.__name__ not in drawing] == []


def test_every_error_a_request_can_meet_has_one_status(
    error_classes: list[type[errors.ServiceError]],
) -> None:
    kinds = {
        each.kind
        for each in error_classes
        if each is not errors.ServiceError and not issubclass(each, errors.StartupError)
    }

    assert kinds - STATUS_BY_KIND.keys() == set()
