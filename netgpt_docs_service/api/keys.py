"""Keys: where they are kept, and which one a request carries."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from netgpt_docs_service.domain.access import OPERATOR_TENANT, TENANT_NAME, ApiKey, Scope
from netgpt_docs_service.errors import ConfigurationError, Unauthenticated

DEFAULT_TENANT = "default"
_SHORTEST_KEY = 16
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ENTRY = {"id", "sha256", "tenant", "scopes", "expires_at"}
_OPTIONAL = {"expires_at"}


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys this service knows, by the hash of their secrets."""

    keys: tuple[ApiKey, ...]

    def find(self, secret: bytes, now: datetime) -> ApiKey:
        """Return the key whose secret this is; Unauthenticated when unknown or expired.

        Every key is compared, in constant time, so that the answer takes equally long.
        """
        digest = hashlib.sha256(secret).hexdigest().encode()
        found = [
            key for key in self.keys if hmac.compare_digest(key.secret_sha256.encode(), digest)
        ]
        if not found:
            message = "the key is not known"
            raise Unauthenticated(message)
        expires_at = found[0].expires_at
        if expires_at is not None and expires_at <= now:
            message = f"the key {found[0].key_id!r} has expired"
            raise Unauthenticated(message)
        return found[0]


def single_key(secret: str) -> ApiKey:
    """Return API_KEY as a key with every scope for the tenant `default`."""
    if len(secret) < _SHORTEST_KEY:
        message = (
            f"API_KEY has {len(secret)} characters; at least {_SHORTEST_KEY} are needed: "
            "make one with `openssl rand -base64 32`"
        )
        raise ConfigurationError(message)
    digest = hashlib.sha256(secret.encode()).hexdigest()
    return ApiKey("default", digest, DEFAULT_TENANT, frozenset(Scope))


def load_keys(path: Path) -> list[ApiKey]:
    """Read API_KEYS_FILE; ConfigurationError names the file and the entry that is wrong."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = type(error).__name__ if isinstance(error, yaml.YAMLError) else error
        message = f"API_KEYS_FILE {path} cannot be read: {reason}"
        raise ConfigurationError(message) from error
    entries = content.get("keys") if isinstance(content, Mapping) else content
    if not isinstance(entries, list) or not entries:
        message = f"API_KEYS_FILE {path} must be a list of keys, or a list under `keys:`"
        raise ConfigurationError(message)
    return [_key(entry, f"API_KEYS_FILE {path}, key {at}") for at, entry in enumerate(entries, 1)]


def make_ring(keys: Iterable[ApiKey]) -> KeyRing:
    """Collect keys; ConfigurationError when there is none, or an id or a secret comes twice."""
    ring = KeyRing(tuple(keys))
    if not ring.keys:
        message = (
            "no API key is configured. Make one with `openssl rand -base64 32` and set API_KEY "
            "(or API_KEY_FILE), or list hashed keys in API_KEYS_FILE"
        )
        raise ConfigurationError(message)
    what: dict[str, Callable[[ApiKey], str]] = {
        "id": lambda key: key.key_id,
        "sha256": lambda key: key.secret_sha256,
    }
    for name, of in what.items():
        values = [of(key) for key in ring.keys]
        if twice := sorted({value for value in values if values.count(value) > 1}):
            message = f"two API keys have the same {name} {twice[0]!r}"
            raise ConfigurationError(message)
    return ring


def _key(entry: object, where: str) -> ApiKey:
    if not isinstance(entry, Mapping):
        message = f"{where} must be a mapping of {', '.join(sorted(_ENTRY))}"
        raise ConfigurationError(message)
    names = set(entry)
    if names - _ENTRY or _ENTRY - _OPTIONAL - names:
        wrong = [f"unknown {name}" for name in sorted(map(str, names - _ENTRY))]
        wrong += [f"missing {name}" for name in sorted(_ENTRY - _OPTIONAL - names)]
        message = f"{where}: {', '.join(wrong)}"
        raise ConfigurationError(message)
    return ApiKey(
        _text(entry, "id", where, re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")),
        _text(entry, "sha256", where, _SHA256),
        _text(entry, "tenant", where, re.compile(rf"\*|{TENANT_NAME.pattern}")),
        _scopes(entry["scopes"], where),
        _expiry(entry.get("expires_at"), where),
    )


def _text(entry: Mapping[object, object], name: str, where: str, pattern: re.Pattern[str]) -> str:
    value = entry[name]
    if isinstance(value, str) and pattern.fullmatch(value):
        return value
    message = f"{where}: {name} must be a string (in quotes) that matches {pattern.pattern}"
    raise ConfigurationError(message)


def _scopes(sent: object, where: str) -> frozenset[Scope]:
    known = {scope.value: scope for scope in Scope}
    if isinstance(sent, list) and sent and all(each in known for each in map(str, sent)):
        return frozenset(known[str(each)] for each in sent)
    message = f"{where}: scopes must be a list of {', '.join(known)}"
    raise ConfigurationError(message)


def _expiry(sent: object, where: str) -> datetime | None:
    if sent is None:
        return None
    try:
        moment = sent if isinstance(sent, datetime) else datetime.fromisoformat(str(sent))
    except ValueError:
        moment = datetime.min  # noqa: DTZ901  has no zone, so it is refused below
    if moment.tzinfo is None:
        message = f"{where}: expires_at must be a date and time with a zone, 2027-01-31T12:00:00Z"
        raise ConfigurationError(message)
    return moment.astimezone(UTC)


def is_operator(key: ApiKey) -> bool:
    """Whether the key acts for whichever tenant each request names."""
    return key.tenant == OPERATOR_TENANT
