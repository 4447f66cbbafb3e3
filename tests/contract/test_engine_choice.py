"""The fastest engine serves that shows it is right; what is asked for by name is never replaced."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from netgpt_docs_service.domain.chunks import Vector
from netgpt_docs_service.embedding import engine_choice, openvino_engine
from netgpt_docs_service.embedding.conversion import Conversion, convert
from netgpt_docs_service.embedding.engine import Engine, EngineDescription
from netgpt_docs_service.embedding.engine_choice import EngineName, EngineWish, Precision
from netgpt_docs_service.errors import ModelUnavailable
from tests.support.engines import choose_engine
from tests.support.models import make_bge_folder

CHOOSE = [sys.executable, "-m", "tests.support.choosing_process"]


class Distorted:
    """An engine that mixes up the numbers of each vector."""

    def __init__(self, inner: Engine) -> None:
        self.inner = inner

    def compute(self, inputs: Sequence[Sequence[int]]) -> list[Vector]:
        return [vector[::-1] for vector in self.inner.compute(inputs)]


@pytest.fixture
def folder(small_folder: Path) -> Path:
    return small_folder


@pytest.fixture
def wish(small_folder: Path, model_cache: Path) -> EngineWish:
    """Anything on one thread, in a cache that holds the model converted."""
    wish = EngineWish(engine="openvino", threads=1, cache_dir=model_cache, has_bf16=False)
    choose_engine(small_folder, wish)
    return replace(wish, engine="auto")


@pytest.fixture
def no_conversion(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Let every conversion fail, as where OpenVINO cannot express a model."""
    asked: list[Any] = []

    def fail(conversion: object) -> None:
        asked.append(conversion)
        raise ModelUnavailable

    monkeypatch.setattr(engine_choice, "convert", fail)
    return asked


@pytest.fixture
def conversions(monkeypatch: pytest.MonkeyPatch) -> list[Conversion]:
    """Every conversion that this process asks for."""
    asked: list[Conversion] = []

    def convert_and_tell(conversion: Conversion) -> None:
        asked.append(conversion)
        convert(conversion)

    monkeypatch.setattr(engine_choice, "convert", convert_and_tell)
    return asked


@pytest.fixture
def distorts(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let OpenVINO compute wrongly in the precisions that are named."""
    compile_lanes = openvino_engine.compile_lanes

    def distort(*precisions: str) -> None:
        def compiled(model: Path, *, precision: str, **rest: Any) -> Any:  # noqa: ANN401  passed on
            usable = "f32"  # every CPU has it
            query, ingest = compile_lanes(model, precision=usable, **rest)
            if precision not in precisions:
                return query, ingest
            return Distorted(query), tuple(map(Distorted, ingest))

        monkeypatch.setattr(openvino_engine, "compile_lanes", compiled)

    return distort


def test_auto_takes_bf16_where_the_cpu_has_it(
    folder: Path, wish: EngineWish, distorts: Callable[..., None]
) -> None:
    distorts()
    found = choose_engine(folder, replace(wish, has_bf16=True)).description
    assert (found.engine, found.precision, found.fell_back) == ("openvino", "bf16", ())


def test_auto_takes_f32_elsewhere(folder: Path, wish: EngineWish) -> None:
    found = choose_engine(folder, wish).description
    assert (found.engine, found.precision, found.fell_back) == ("openvino", "f32", ())
    assert found.self_check_cosine > 0.9999


def test_wrong_bf16_falls_back_to_f32_and_says_so(
    folder: Path,
    wish: EngineWish,
    distorts: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    distorts("bf16")
    with caplog.at_level(logging.WARNING):
        found = choose_engine(folder, replace(wish, has_bf16=True)).description
    assert (found.engine, found.precision) == ("openvino", "f32")
    assert found.fell_back == ("wrong_vectors",)
    assert "openvino in bf16 is not used: its vectors have a cosine of" in caplog.text


def test_wrong_vectors_in_every_precision_fall_back_to_torch(
    folder: Path, wish: EngineWish, distorts: Callable[..., None]
) -> None:
    distorts("bf16", "f32")
    found = choose_engine(folder, replace(wish, has_bf16=True)).description
    assert found == EngineDescription(
        engine="torch",
        precision="f32",
        self_check_cosine=1.0,
        fell_back=("wrong_vectors", "wrong_vectors"),
    )


def test_a_model_that_openvino_cannot_express_runs_on_torch(
    folder: Path, wish: EngineWish, tmp_path: Path, no_conversion: list[Any]
) -> None:
    found = choose_engine(folder, replace(wish, cache_dir=tmp_path, has_bf16=True)).description
    assert (found.engine, found.fell_back) == ("torch", ("unusable",))
    assert len(no_conversion) == 1


def test_an_engine_that_compiles_and_does_not_run_falls_back(
    folder: Path, wish: EngineWish, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def compute(self, inputs: object) -> list[Vector]:
            raise RuntimeError(inputs)

    monkeypatch.setattr(openvino_engine, "compile_lanes", lambda *_, **__: (Broken(), (Broken(),)))
    found = choose_engine(folder, replace(wish, has_bf16=True)).description
    assert (found.engine, found.fell_back) == ("torch", ("unusable", "unusable"))


def test_an_openvino_that_does_not_load_falls_back(
    folder: Path, wish: EngineWish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, openvino_engine.__name__, None)
    found = choose_engine(folder, wish).description
    assert (found.engine, found.fell_back) == ("torch", ("unusable",))


@pytest.mark.parametrize(("engine", "precision"), [("openvino", "auto"), ("auto", "bf16")])
def test_what_is_asked_for_by_name_is_not_replaced(
    folder: Path,
    wish: EngineWish,
    distorts: Callable[..., None],
    engine: EngineName,
    precision: Precision,
) -> None:
    distorts("bf16", "f32")
    with pytest.raises(ModelUnavailable, match=r"cosine of .* with those of torch"):
        choose_engine(folder, replace(wish, engine=engine, precision=precision, has_bf16=True))


def test_a_changed_model_folder_is_converted_anew(
    folder: Path, wish: EngineWish, tmp_path: Path, no_conversion: list[Any]
) -> None:
    changed = shutil.copytree(folder, tmp_path / "changed")
    make_bge_folder(changed, seed=1)
    with pytest.raises(ModelUnavailable):
        choose_engine(changed, replace(wish, engine="openvino"))
    assert len(no_conversion) == 1


def test_a_model_folder_that_changes_during_the_conversion_is_refused(
    folder: Path, wish: EngineWish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changing = shutil.copytree(folder, tmp_path / "changing")

    def convert(_: object) -> None:
        make_bge_folder(changing, seed=2)

    monkeypatch.setattr(engine_choice, "convert", convert)
    with pytest.raises(ModelUnavailable, match="changed while they were read"):
        choose_engine(changing, replace(wish, engine="openvino", cache_dir=tmp_path / "cache"))
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_folder_that_holds_no_model_is_refused_with_the_reason(
    wish: EngineWish, tmp_path: Path
) -> None:
    broken = make_bge_folder(tmp_path / "broken")
    (broken / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelUnavailable, match="do not load as a model"):
        choose_engine(broken, replace(wish, engine="openvino", cache_dir=tmp_path / "cache"))


def test_a_start_with_a_converted_model_imports_no_torch(folder: Path, wish: EngineWish) -> None:
    found = subprocess.check_output([*CHOOSE, str(folder), str(wish.cache_dir)])
    assert json.loads(found) == {"engine": "openvino", "imported": []}


def test_a_converted_model_that_was_cut_off_is_made_again_once(
    folder: Path, wish: EngineWish, tmp_path: Path, conversions: list[Conversion]
) -> None:
    cache = shutil.copytree(wish.cache_dir, tmp_path / "cache")
    for weights in cache.glob("*/model.bin"):
        weights.write_bytes(weights.read_bytes()[: weights.stat().st_size // 2])
    found = [
        choose_engine(folder, replace(wish, engine="openvino", cache_dir=cache)) for _ in range(2)
    ]
    assert [each.description.engine for each in found] == ["openvino"] * 2
    assert len(conversions) == 1


@pytest.mark.process
@pytest.mark.soak
def test_two_processes_that_start_at_once_share_an_empty_cache(
    folder: Path, wish: EngineWish, tmp_path: Path, conversions: list[Conversion]
) -> None:
    line = [*CHOOSE, str(folder), str(tmp_path / "cache")]
    with (
        subprocess.Popen(line, stdout=subprocess.PIPE) as first,
        subprocess.Popen(line, stdout=subprocess.PIPE) as second,
    ):
        said = [json.loads(each.communicate()[0])["engine"] for each in (first, second)]
    (entry,) = (tmp_path / "cache").iterdir()
    choose_engine(folder, replace(wish, cache_dir=tmp_path / "cache"))
    assert said == ["openvino", "openvino"]
    assert not entry.name.startswith(".")
    assert conversions == []
