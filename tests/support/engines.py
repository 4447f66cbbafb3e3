"""Engines for tests, chosen as the service chooses them."""

from __future__ import annotations

from pathlib import Path

from netgpt_docs_service.embedding.engine import EngineLanes
from netgpt_docs_service.embedding.engine_choice import EngineChooser, EngineWish
from netgpt_docs_service.embedding.fingerprint import fingerprint_model
from netgpt_docs_service.embedding.model_folder import open_model_folder
from netgpt_docs_service.embedding.model_profile import read_profile
from netgpt_docs_service.embedding.quantization import calibration_id


def chooser(path: Path, wish: EngineWish, *, name: str = "bge-small-en") -> EngineChooser:
    folder = open_model_folder(path)
    profile = read_profile(folder, name=name)
    quantization = f"int8-{calibration_id()}" if wish.precision == "int8" else None
    return EngineChooser(
        folder=folder,
        name=name,
        profile=profile,
        fingerprint=fingerprint_model(folder, profile, quantization),
        wish=wish,
    )


def choose_engine(path: Path, wish: EngineWish) -> EngineLanes:
    return chooser(path, wish).choose()
