"""The texts of the workloads: full-length ones, a mix of real lengths, and questions."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from bench.peers.workloads import Workload
from netgpt_docs_service.chunking.token_chunker import TokenChunker
from netgpt_docs_service.embedding.model_tokenizer import ModelTokenizer, load_tokenizer

_SEED = 7
_QUERY_TOKENS = 12
_QUERIES = 64
_OVERLAP_TOKENS = 64
_MEAN_SHARE = 0.45  # of the limit, where there are no real texts


def make_workloads(
    tokenizer_file: Path, *, max_tokens: int, full: int, mixed: int, data: Path | None
) -> dict[str, Workload]:
    """Return `full`, `mixed` and `query`; the mix is of `data` where there is such a folder."""
    tokenizer = load_tokenizer(tokenizer_file, query_prefix="", passage_prefix="")
    words = single_token_words(tokenizer_file)
    chance = random.Random(_SEED)

    def text_of(tokens: int) -> str:
        return " ".join(chance.choices(words, k=tokens - 2))

    lengths = [max_tokens] * full
    texts = _chunks(data, tokenizer, max_tokens=max_tokens) if data else None
    return {
        "full": _workload(map(text_of, lengths), tokenizer),
        "mixed": _workload(_sample(texts, mixed, chance), tokenizer)
        if texts
        else _workload(map(text_of, _lengths(mixed, max_tokens, chance)), tokenizer),
        "query": _workload((text_of(_QUERY_TOKENS) for _ in range(_QUERIES)), tokenizer),
    }


def _workload(texts: Iterable[str], tokenizer: ModelTokenizer) -> Workload:
    kept = list(texts)
    return Workload(kept, [list(tokenizer.tokenize(text).ids) for text in kept])


def single_token_words(tokenizer_file: Path) -> list[str]:
    vocabulary = json.loads(tokenizer_file.read_text(encoding="utf-8"))["model"]["vocab"]
    return sorted(word for word in vocabulary if word.isascii() and word.isalpha())


def _lengths(count: int, max_tokens: int, chance: random.Random) -> Iterator[int]:
    for _ in range(count):
        share = chance.betavariate(1.2, 1.2 * (1 / _MEAN_SHARE - 1))
        yield max(8, round(share * max_tokens))


def _sample(sources: dict[str, list[str]], count: int, chance: random.Random) -> Iterator[str]:
    """Yield about `count` texts, as many of each source, shuffled."""
    share = -(-count // len(sources))
    kept = [
        text for texts in sources.values() for text in chance.sample(texts, min(share, len(texts)))
    ]
    chance.shuffle(kept)
    yield from kept[:count]


def _chunks(data: Path, tokenizer: ModelTokenizer, *, max_tokens: int) -> dict[str, list[str]]:
    chunker = TokenChunker(tokenizer, chunk_tokens=max_tokens, overlap_tokens=_OVERLAP_TOKENS)

    def cut(texts: Iterator[str], media_type: str) -> list[str]:
        passages = (each for text in texts for each in chunker.split(text, media_type=media_type))
        return [passage.text for passage in passages if passage.token_ids]

    sources: dict[str, Callable[[], list[str]]] = {
        "peps": lambda: cut(_documents(data / "peps"), "text/x-rst"),
        "squad-a": lambda: cut(_texts(data / "squad-a" / "corpus.jsonl"), "text/plain"),
        "cranfield-a": lambda: cut(_texts(data / "cranfield-a" / "corpus.jsonl"), "text/plain"),
    }
    found = {name: read() for name, read in sources.items() if (data / name).is_dir()}
    chunker.close()
    return found


def _documents(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*.rst")):
        yield path.read_text(encoding="utf-8")


def _texts(file: Path) -> Iterator[str]:
    for line in file.read_text(encoding="utf-8").splitlines():
        if (text := json.loads(line)["text"]).strip():
            yield text
