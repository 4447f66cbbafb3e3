from __future__ import annotations

from pathlib import Path

import pytest

from netgpt_docs_service.errors import ConfigurationError
from netgpt_docs_service.observability.metrics import Metrics
from netgpt_docs_service.settings import load_settings
from netgpt_docs_service.wiring import extraction
from netgpt_docs_service.wiring.extraction import describe_extraction, opened_extractor


@pytest.fixture
def without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "find_spec", lambda _name: None)


@pytest.mark.usefixtures("without_the_extra")
async def test_no_files_are_read_without_the_extra() -> None:
    settings = load_settings(_env_file=None)
    async with opened_extractor(settings, Metrics()) as extractor:
        assert extractor is None
    assert "install the extra `files`" in await describe_extraction(settings)


async def test_the_languages_of_pictures_are_part_of_the_fingerprint(tmp_path: Path) -> None:
    for language in ("eng", "deu"):
        (tmp_path / f"{language}.traineddata").touch()
    settings = load_settings(_env_file=None, ocr_languages="eng+deu", tessdata_dir=tmp_path)
    async with opened_extractor(settings, Metrics()) as extractor:
        assert extractor is not None
        assert extractor.fingerprint.endswith("ocr-eng+deu")


async def test_a_language_without_data_is_no_start(tmp_path: Path) -> None:
    settings = load_settings(_env_file=None, ocr_languages="eng", tessdata_dir=tmp_path)
    with pytest.raises(ConfigurationError, match=r"has no eng\.traineddata"):
        async with opened_extractor(settings, Metrics()):
            pass
