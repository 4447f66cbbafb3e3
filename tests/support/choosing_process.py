"""Run in a process of its own: choose an engine, and say which, and what it took."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from netgpt_docs_service.embedding.engine_choice import EngineWish
from tests.support.engines import choose_engine


def main(folder: str, cache_dir: str) -> None:
    wish = EngineWish(threads=1, cache_dir=Path(cache_dir), has_bf16=False)
    found = choose_engine(Path(folder), wish).description
    heavy = sorted({"torch", "sentence_transformers", "transformers"} & {*sys.modules})
    print(json.dumps({"engine": found.engine, "imported": heavy}))


if __name__ == "__main__":
    main(*sys.argv[1:])
