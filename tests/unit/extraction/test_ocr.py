from __future__ import annotations

from pathlib import Path

import pytest

from netgpt_docs_service.extraction.formats.ocr import obstacle, tesseract
from netgpt_docs_service.extraction.reader import ReadLimits


def test_no_other_engine_is_asked_and_nothing_read_is_kept(tmp_path: Path) -> None:
    ocr = tesseract(ReadLimits(ocr_languages=("eng", "deu"), tessdata_dir=tmp_path))

    assert ocr.pipeline is not None
    assert [stage.backend for stage in ocr.pipeline.stages] == ["tesseract"]
    assert ocr.tesseract_config is not None
    assert not ocr.tesseract_config.use_cache
    assert ocr.tessdata_path == str(tmp_path)


@pytest.mark.parametrize(
    ("languages", "why"),
    [
        ((), "set OCR_LANGUAGES and TESSDATA_DIR to have them recognised"),
        (("eng", "deu"), "the data to recognise deu is not there"),
        (("eng",), None),
    ],
)
def test_pictures_are_read_where_the_data_of_all_languages_is(
    tmp_path: Path, languages: tuple[str, ...], why: str | None
) -> None:
    (tmp_path / "eng.traineddata").touch()

    assert obstacle(ReadLimits(ocr_languages=languages, tessdata_dir=tmp_path)) == why
