from __future__ import annotations

from importlib.metadata import version

from netgpt_docs_service.extraction.fingerprint import RULES, reading_fingerprint


def test_it_names_the_rules_and_every_library() -> None:
    named = reading_fingerprint().split()
    assert named[0] == f"files-{RULES}"
    assert f"xberg-{version('xberg')}" in named


def test_pictures_that_are_read_make_another_text() -> None:
    assert reading_fingerprint(ocr_languages=("eng", "deu")).endswith(" ocr-eng+deu")
