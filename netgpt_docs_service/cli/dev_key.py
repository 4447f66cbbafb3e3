"""The random key of `serve --dev`, kept in the data directory for the next command."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from netgpt_docs_service.errors import ConfigurationError

_NAME = "dev-key"


def read_dev_key(data_dir: Path) -> str | None:
    """Return the key that `serve --dev` made here; None when it never ran.

    Raises ConfigurationError when it cannot be read.
    """
    try:
        return (data_dir / _NAME).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(data_dir, error) from error


def ensure_dev_key(data_dir: Path) -> str:
    """Return this data directory's development key, made at first, readable by its owner only."""
    if key := read_dev_key(data_dir):
        return key
    key = f"ngpt_dev_{secrets.token_urlsafe(32)}"
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(data_dir / _NAME, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(key + "\n")
    except OSError as error:
        raise _unusable(data_dir, error) from error
    return key


def _unusable(data_dir: Path, error: OSError | UnicodeDecodeError) -> ConfigurationError:
    reason = getattr(error, "strerror", None) or str(error)
    return ConfigurationError(f"the development key {data_dir / _NAME} cannot be used: {reason}")
