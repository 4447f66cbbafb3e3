"""What an application needs before it serves, and how it says what is missing."""

from __future__ import annotations

import hashlib
import json
import logging
import logging.config
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from fastapi import FastAPI
from pydantic import SecretStr

from netgpt_docs_service.api.keys import load_keys
from netgpt_docs_service.api.state import State
from netgpt_docs_service.app import create_app
from netgpt_docs_service.errors import ConfigurationError
from netgpt_docs_service.observability.logs import configure_logging
from netgpt_docs_service.observability.metrics import Metrics
from netgpt_docs_service.settings import Settings
from tests.api.conftest import OpenServices
from tests.support.edge import Edge, make_settings, started, write_keys

KEY: dict[str, Any] = {
    "id": "ann",
    "sha256": hashlib.sha256(b"secret").hexdigest(),
    "tenant": "acme",
    "scopes": ["query"],
}


@pytest.fixture
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


async def test_one_key_is_enough_to_start(make_app: Callable[[Settings], FastAPI]) -> None:
    settings = Settings(_env_file=None, api_key=SecretStr("a-key-of-enough-length"))

    async with started(make_app(settings)) as edge:
        headers = {"Authorization": "Bearer a-key-of-enough-length"}
        async with edge.client(None, **headers) as client:
            me = (await client.get("/me")).json()

    assert (me["tenant"], len(me["scopes"])) == ("default", 4)


def test_without_a_key_it_refuses_and_says_how_to_make_one(
    make_app: Callable[[Settings], FastAPI],
) -> None:
    with pytest.raises(ConfigurationError, match="openssl rand -base64 32"):
        make_app(Settings(_env_file=None))


def test_a_short_key_is_refused(make_app: Callable[[Settings], FastAPI]) -> None:
    with pytest.raises(ConfigurationError, match="5 characters; at least 16"):
        make_app(Settings(_env_file=None, api_key=SecretStr("short")))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "cannot be read"),
        ("", "must be a list of keys"),
        ("keys: []", "must be a list of keys"),
        ("- just text", "key 1 must be a mapping"),
        (yaml.safe_dump([KEY, {"id": "bob"}]), "key 2: missing scopes, missing sha256"),
        (yaml.safe_dump([{**KEY, "secret": "x"}]), "key 1: unknown secret"),
        (yaml.safe_dump([{**KEY, "sha256": "ABC"}]), "key 1: sha256 must be a string"),
        (yaml.safe_dump([{**KEY, "sha256": 12}]), "key 1: sha256 must be a string"),
        (yaml.safe_dump([{**KEY, "tenant": "Acme"}]), "key 1: tenant must be"),
        (yaml.safe_dump([{**KEY, "tenant": "-a"}]), "key 1: tenant must be"),
        (yaml.safe_dump([{**KEY, "scopes": ["write"]}]), "key 1: scopes must be a list of"),
        (yaml.safe_dump([{**KEY, "scopes": []}]), "key 1: scopes must be a list of"),
        (yaml.safe_dump([{**KEY, "expires_at": "soon"}]), "key 1: expires_at must be"),
        (yaml.safe_dump([{**KEY, "expires_at": "2027-01-01"}]), "key 1: expires_at must be"),
    ],
)
def test_a_bad_file_of_keys_is_named_with_the_entry(
    tmp_path: Path, content: str, said: str
) -> None:
    path = tmp_path / "keys.yaml"
    path.write_text(content)

    with pytest.raises(ConfigurationError) as refusal:
        load_keys(path)

    assert str(path) in refusal.value.message
    assert said in refusal.value.message


def test_a_missing_file_of_keys_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_keys(tmp_path / "none.yaml")


def test_a_file_of_keys_is_a_list_or_has_one(tmp_path: Path) -> None:
    path = tmp_path / "keys.yaml"
    keys = []
    for content in ([KEY], {"keys": [KEY]}):
        path.write_text(yaml.safe_dump(content))
        keys.append(load_keys(path))

    assert keys[0] == keys[1]


def test_two_keys_with_one_id_are_refused(
    tmp_path: Path, make_app: Callable[[Settings], FastAPI]
) -> None:
    path = tmp_path / "keys.yaml"
    path.write_text(yaml.safe_dump([KEY, {**KEY, "sha256": "0" * 64}]))

    with pytest.raises(ConfigurationError, match="the same id 'ann'"):
        make_app(make_settings(path))


async def test_it_is_ready_only_while_its_services_are_open(
    tmp_path: Path, make_app: Callable[[Settings], FastAPI]
) -> None:
    app = make_app(make_settings(write_keys(tmp_path / "keys.yaml")))

    async with started(app) as edge:
        async with edge.client(None) as client:
            open_status = (await client.get("/readyz")).status_code
            cast("State", edge.state)["readiness"].is_ready = False
            draining = await client.get("/readyz")
        app.state.readiness.is_ready = True

    assert (open_status, draining.status_code) == (200, 503)
    assert draining.json() == {"status": "not ready"}
    assert app.state.readiness.is_ready is False


async def test_it_is_not_ready_before_the_store_was_reached(edge: Edge) -> None:
    state = cast("State", edge.state)
    health = replace(state["services"].health, is_store_open=lambda: False)
    state["services"] = replace(state["services"], health=health)

    async with edge.client(None) as client:
        statuses = [(await client.get(path)).status_code for path in ("/readyz", "/livez")]

    assert statuses == [503, 200]


async def test_what_services_count_is_exposed_with_the_rest(
    tmp_path: Path, open_services: OpenServices
) -> None:
    metrics = Metrics()
    settings = make_settings(write_keys(tmp_path / "keys.yaml"))
    app = create_app(settings, open_services=open_services, metrics=metrics)

    metrics.queued("ingest", texts=3, tokens=90)
    metrics.watch_queue("ingest", lambda: 90.0)
    async with started(app) as edge, edge.client(None) as client:
        exposed = (await client.get("/metrics")).text.splitlines()

    assert 'netgpt_embedding_tokens_total{lane="ingest",outcome="queued"} 90.0' in exposed
    assert 'netgpt_embedding_queue_tokens{lane="ingest"} 90.0' in exposed


def test_a_log_line_is_one_json_object(
    capsys: pytest.CaptureFixture[str], restored_logging: None
) -> None:
    configure_logging("info")
    logging.getLogger("uvicorn.error").info("started\nhere", extra={"color_message": "x"})
    logging.getLogger("uvicorn.access").info("GET /documents/secret")
    logging.getLogger("any").debug("not at this level")

    (line,) = capsys.readouterr().out.splitlines()

    told = json.loads(line)
    assert restored_logging is None
    assert told.pop("timestamp").endswith("+00:00")
    assert told == {
        "level": "info",
        "logger": "uvicorn.error",
        "message": "started\nhere",
        "request_id": None,
    }
