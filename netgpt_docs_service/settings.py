"""Settings: every field with its unit; the only reader of the environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from netgpt_docs_service.domain.allowed_hosts import AllowedHosts, parse_allowed_hosts
from netgpt_docs_service.domain.filterable import parse_filterable
from netgpt_docs_service.errors import ConfigurationError

_THREAD_COUNTS = (
    "OMP_NUM_THREADS",  # torch
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",  # numpy and scipy, at import
    "RAYON_NUM_THREADS",  # tokenizers: TOKENIZERS_PARALLELISM is only on or off
)

LogLevel = Literal["debug", "info", "warning", "error"]
_OF_OTHERS = frozenset({"XDG_CACHE_HOME", "ONEDNN_MAX_CPU_ISA"})
"""Settings that are not ours alone: libraries read them, too."""


class Settings(BaseSettings):
    """What the operator decides. Each field is the environment variable of its name in capitals."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    embedding_model: str = "BAAI/bge-small-en-v1.5"
    """A hub id, a folder, or `bundled` (the model of the extra `bundled`)."""
    hf_hub_offline: bool = False
    """Never ask the model hub; the model must already be on this machine."""
    model_timeout_s: Annotated[float, Field(gt=0)] = 1800.0
    """Longest time, in seconds, that fetching the model from the hub may take at start."""
    embedding_threads: Annotated[int, Field(ge=0, le=1024)] = 0
    """Threads of the embedding engine; 0 takes the CPUs this process may use."""
    embedding_engine: Literal["auto", "openvino", "torch"] = "auto"
    """What computes vectors; auto takes OpenVINO, and torch where OpenVINO cannot run the model."""
    embedding_precision: Literal["auto", "bf16", "f32", "int8"] = "auto"
    """Of matrix products; auto takes bf16 where the CPU computes it, and f32 elsewhere."""
    embedding_cache_dir: Path | None = None
    """Folder of converted models; without it, `netgpt-docs` in the user's cache folder."""
    xdg_cache_home: Path | None = None
    """The user's cache folder; without it, `.cache` in the home folder."""
    onednn_max_cpu_isa: str = ""
    """OpenVINO's own limit on what it uses of the CPU, such as AVX512_CORE_VNNI."""
    embedding_queue_tokens: Annotated[int, Field(ge=1024)] = 1_000_000
    """Most tokens that may wait for the embedding engine before requests are refused."""

    chunk_size: Annotated[int, Field(ge=128, le=8192)] = 512
    """Most tokens of one chunk, special tokens included; clamped to the model's limit."""
    chunk_overlap: Annotated[int, Field(ge=0, le=1024)] = 64
    """Most tokens that a chunk repeats from the one before it."""
    max_examples_per_conversation: Annotated[int, Field(ge=0, le=1000)] = 20
    """Most questions with their answers that are kept of one transcript; 0 keeps none."""

    qdrant_url: str | None = None
    """Address of a Qdrant server or cluster, port 6333 if it has none; unset: the embedded one."""
    qdrant_api_key: SecretStr | None = None
    """The server's key, which may write."""
    qdrant_api_key_file: Path | None = None
    """A file that holds QDRANT_API_KEY."""
    qdrant_allow_unauthenticated: bool = False
    """Use a server that asks nobody for a key."""
    qdrant_timeout_s: Annotated[float, Field(ge=2, le=300)] = 20.0
    """Longest time, in seconds, that one request to the server may take, its retries included."""
    qdrant_read_consistency: Annotated[str, Field(pattern=r"^(majority|quorum|all|[1-9]\d?)$")] = (
        "1"
    )
    """Replicas that a read asks: a number, majority, quorum or all."""
    qdrant_shards: Annotated[int, Field(ge=1, le=1024)] | None = None
    """Shards of a new collection; unset: 3, at most one for each peer."""
    qdrant_replication: Annotated[int, Field(ge=1, le=32)] | None = None
    """Copies of each shard of a new collection; unset: 3, at most one for each peer."""
    qdrant_write_consistency: Annotated[int, Field(ge=1, le=32)] | None = None
    """Copies that a write must reach, in a new collection; unset: 2 from three peers on, else 1."""
    collection_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] = "netgpt_documents"
    """Name of the collection that holds all documents."""
    filterable_metadata: str = ""
    """Names of `metadata` with an index of their own, as in `team:keyword,year:integer`."""
    data_dir: Path = Path("data")
    """Folder of the embedded store, owned by one process at a time."""
    min_free_disk_mb: Annotated[int, Field(ge=0)] = 1024
    """Free space, in MiB, below which writes are refused."""
    sweep_interval_s: Annotated[float, Field(gt=0)] = 3600.0
    """Seconds between two sweeps of what expired and of chunks that no reader can see."""

    api_key: SecretStr | None = None
    """One key with every scope for the tenant `default`."""
    api_key_file: Path | None = None
    """A file that holds API_KEY."""
    api_keys_file: Path | None = None
    """A YAML list of keys: id, sha256 of the secret, tenant, scopes, optional expires_at."""

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    """Port to listen on; 0 takes a free one."""
    log_level: LogLevel = "info"
    """Least severe level that is logged."""
    max_body_mb: Annotated[int, Field(ge=1, le=1024)] = 8
    """Largest JSON body, in MiB."""
    max_text_bytes: Annotated[int, Field(ge=1)] = 4_000_000
    """Largest text of one document, in bytes of UTF-8."""
    max_file_size_mb: Annotated[int, Field(ge=1, le=1024)] = 10
    """Largest file of an upload, in MiB; the other files of its request go on."""
    max_upload_mb: Annotated[int, Field(ge=1, le=16384)] = 256
    """Largest upload, in MiB: all files of one request."""
    allowed_url_hosts: str = ""
    """Hosts that files may be fetched from, as in `files.example.org,*.example.net`."""
    url_timeout_s: Annotated[float, Field(gt=0, le=55)] = 30.0
    """Longest time, in seconds, that fetching one file may take."""
    ingest_deadline_s: Annotated[float, Field(gt=0)] = 55.0
    """Longest time, in seconds, that one request may take."""

    extraction_processes: Annotated[int, Field(ge=0, le=64)] = 0
    """Files that are read at once, each in a process of its own; 0: 1 on 1 or 2 CPUs, else 2."""
    extraction_timeout_s: Annotated[float, Field(gt=0, le=3600)] = 30.0
    """Longest time, in seconds, that reading one file may take."""
    extraction_memory_mb: Annotated[int, Field(ge=128, le=65536)] = 512
    """Most memory, in MiB, that one file may take beyond what its process has before."""
    extraction_files_per_process: Annotated[int, Field(ge=1)] = 200
    """Files after which a process that reads them is replaced."""
    max_file_pages: Annotated[int, Field(ge=1)] = 5_000
    """Most pages of one file."""
    ocr_languages: Annotated[str, Field(pattern=r"^[A-Za-z0-9_+]*$")] = ""
    """Languages of pictures that are read, as in `eng+deu`; unset: no picture is read."""
    tessdata_dir: Path | None = None
    """Folder of Tesseract's data for OCR_LANGUAGES."""

    @field_validator("qdrant_url")
    @classmethod
    def _check_url(cls, url: str | None) -> str | None:
        if url is None:
            return None
        try:
            parts = urlsplit(url)
            has_host, _ = bool(parts.hostname), parts.port
        except ValueError:
            has_host = False
        if not has_host or parts.scheme not in ("http", "https") or "@" in parts.netloc:
            message = "must be http(s)://host[:port][/prefix], without credentials"
            raise ValueError(message)
        if "?" in url or "#" in url:
            message = "must end with the host, the port or the prefix: no query and no fragment"
            raise ValueError(message)
        return url

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.embedding_engine == "torch" and self.embedding_precision not in ("auto", "f32"):
            message = (
                f"EMBEDDING_PRECISION {self.embedding_precision} needs EMBEDDING_ENGINE openvino: "
                "torch computes in f32"
            )
            raise ValueError(message)
        if self.chunk_overlap * 2 > self.chunk_size:
            message = (
                f"CHUNK_OVERLAP {self.chunk_overlap} must be at most half of "
                f"CHUNK_SIZE {self.chunk_size}"
            )
            raise ValueError(message)
        if self.ocr_languages and self.tessdata_dir is None:
            message = "OCR_LANGUAGES needs TESSDATA_DIR, the folder of Tesseract's data"
            raise ValueError(message)
        self.filterable_types()
        self.url_hosts()
        return self

    def filterable_types(self) -> dict[str, str]:
        """Return the type of each name that FILTERABLE_METADATA declares."""
        try:
            return parse_filterable(self.filterable_metadata)
        except ConfigurationError as error:
            message = f"FILTERABLE_METADATA: {error.message}"
            raise ConfigurationError(message) from error

    def url_hosts(self) -> AllowedHosts:
        """Return the hosts that ALLOWED_URL_HOSTS names."""
        try:
            return parse_allowed_hosts(self.allowed_url_hosts)
        except ConfigurationError as error:
            message = f"ALLOWED_URL_HOSTS: {error.message}"
            raise ConfigurationError(message) from error

    def engine_threads(self, usable_cpus: int) -> int:
        """Return how many threads the embedding engine computes on, and so every library."""
        return self.embedding_threads or usable_cpus

    def model_cache_dir(self) -> Path:
        """Return where converted models are kept: in DATA_DIR when this user has no home."""
        if self.embedding_cache_dir is not None:
            return self.embedding_cache_dir
        try:
            user_cache = self.xdg_cache_home or Path.home() / ".cache"
        except RuntimeError:
            return self.data_dir / "models"
        return user_cache / "netgpt-docs"

    def single_key(self) -> str | None:
        """Return API_KEY, or what API_KEY_FILE holds; ConfigurationError when it cannot be read."""
        if self.api_key_file is None:
            return self.api_key.get_secret_value() if self.api_key else None
        return _secret_in(self.api_key_file, "API_KEY_FILE")

    def qdrant_key(self) -> SecretStr | None:
        """Return the server's key; ConfigurationError for one that is empty or no header carries.

        Empty in a file is not unset: the Secret behind it may just not have been filled in.
        """
        if self.qdrant_api_key_file is None:
            variable, key = "QDRANT_API_KEY", self.qdrant_api_key
        else:
            variable = "QDRANT_API_KEY_FILE"
            key = SecretStr(_secret_in(self.qdrant_api_key_file, variable))
        if key is None:
            return None
        secret = key.get_secret_value()
        if not (secret and secret.isascii() and secret.isprintable()):
            message = f"{variable} holds no key: one is printable ASCII, and not empty"
            raise ConfigurationError(message)
        return key


def _secret_in(path: Path, variable: str) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{variable} {path} cannot be read: {error}"
        raise ConfigurationError(message) from error


def load_settings(**overrides: object) -> Settings:
    """Read the environment and `.env`; ConfigurationError names each setting that is wrong."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # values are checked by pydantic
    except ValidationError as error:
        problems = "; ".join(_named(dict(each)) for each in error.errors())
        raise ConfigurationError(problems) from error


def _named(problem: dict[str, Any]) -> str:
    name = ".".join(str(part) for part in problem["loc"]).upper() or "settings"
    return f"{name}: {problem['msg'].removeprefix('Value error, ')}"


def limit_library_threads(threads: int) -> None:
    """Bound the threads of BLAS, OpenMP, MKL and the tokenizer; what the operator set stays.

    Each library reads its variable once, when it is imported or first used: call this before.
    """
    for variable in _THREAD_COUNTS:
        os.environ.setdefault(variable, str(threads))
    if threads == 1:
        # With more, it is left unset: then the tokenizer still notices a fork and protects itself.
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def library_folders() -> dict[str, str]:
    """Return where this process was told to find shared libraries: its children need that, too."""
    found = os.environ.get("LD_LIBRARY_PATH")
    return {"LD_LIBRARY_PATH": found} if found else {}


def export_to_libraries(settings: Settings) -> None:
    """Put into the environment what a `.env` may say and OpenVINO reads for itself, at import."""
    if settings.onednn_max_cpu_isa:
        os.environ["ONEDNN_MAX_CPU_ISA"] = settings.onednn_max_cpu_isa


def child_environment(**changes: str) -> dict[str, str]:
    """Return this process's environment with `changes`, for a service started as a child.

    Settings of ours that are not named are left out, so that the child runs on its defaults. It
    finds the modules that this process finds, whatever its working directory is: start it in a
    folder without a `.env`.
    """
    ours = {name.upper() for name in Settings.model_fields} - _OF_OTHERS
    inherited = {name: value for name, value in os.environ.items() if name.upper() not in ours}
    modules = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
    return {**inherited, "PYTHONPATH": modules, **changes}
