from __future__ import annotations

from pathlib import Path

import pytest

from netgpt_docs_service.cli.client import RequestFailed
from netgpt_docs_service.cli.sources import FileSource, UrlSource
from netgpt_docs_service.errors import ConfigurationError
from tests.support.changing_files import sized
from tests.support.scripted_api import (
    Answer,
    ScriptedApi,
    SentForm,
    SleepClock,
    all_stored,
    answered,
    away,
    hanging_up,
    reasons,
    refused,
    stored,
)


@pytest.fixture
def a(tmp_path: Path) -> FileSource:
    (tmp_path / "a").write_bytes(b"content of a")
    return FileSource(tmp_path / "a", "a")


@pytest.fixture
def b(tmp_path: Path) -> FileSource:
    (tmp_path / "b").write_bytes(b"content of b")
    return FileSource(tmp_path / "b", "b")


async def test_files_go_as_they_are_with_the_fields_of_all(a: FileSource, b: FileSource) -> None:
    api = ScriptedApi(all_stored)

    await reasons(SleepClock().sender(api, {"doc_type": "note"}), a, b)

    assert [file.content for file in api.forms[0].files] == [b"content of a", b"content of b"]
    assert api.forms[0].fields == {"doc_type": "note", "replace": "true"}


async def test_a_file_without_a_receipt_is_a_reason(a: FileSource, b: FileSource) -> None:
    api = ScriptedApi(lambda _: answered(refused("a", 422, "a password"), stored("b")))

    assert await reasons(SleepClock().sender(api), a, b) == {"a": "a password", "b": ""}


async def test_a_file_that_the_service_is_silent_about_is_a_failure(
    a: FileSource, b: FileSource
) -> None:
    api = ScriptedApi(lambda _: answered(stored("b")))

    assert "did not say" in (await reasons(SleepClock().sender(api), a, b))["a"]


async def test_put_off_files_wait_for_the_longest_time_asked_for(
    a: FileSource, b: FileSource
) -> None:
    rounds = iter(
        [
            [refused("a", 503, "busy", retry_after_s=3), refused("b", 429, "no", retry_after_s=7)],
            [stored("a"), refused("b", 503, "busy")],
            [stored("b")],
        ]
    )
    api, clock = ScriptedApi(lambda _: answered(*next(rounds))), SleepClock()

    assert await reasons(clock.sender(api), a, b) == {"a": "", "b": ""}
    assert clock.pauses_s == [7, 1]
    assert api.batches == [["a", "b"], ["a", "b"], ["b"]]
    assert api.forms[2].files[0].content == b"content of b"


async def test_patience_ends_with_the_reason_given_last(a: FileSource) -> None:
    full = refused("a", 503, "the disk is nearly full", retry_after_s=60)
    clock = SleepClock()

    outcome = await reasons(clock.sender(ScriptedApi(lambda _: answered(full))), a)

    assert (outcome, clock.now_s) == ({"a": "the disk is nearly full"}, 600)


async def test_a_file_that_gets_through_renews_the_patience(a: FileSource, b: FileSource) -> None:
    def late(form: SentForm) -> Answer:
        needed_s = {"a": 500, "b": 1000}
        return answered(
            *(
                stored(name)
                if clock.now_s >= needed_s[name]
                else refused(name, 503, "busy", retry_after_s=100)
                for name in form.names
            )
        )

    clock = SleepClock()

    assert await reasons(clock.sender(ScriptedApi(late)), a, b) == {"a": "", "b": ""}


async def test_a_request_that_is_refused_is_sent_file_by_file(a: FileSource, b: FileSource) -> None:
    def small_ones_only(form: SentForm) -> Answer:
        if "a" in form.names:
            return 413, {"status": 413, "detail": "the body is larger than 256 MiB"}
        return all_stored(form)

    api = ScriptedApi(small_ones_only)

    outcome = await reasons(SleepClock().sender(api), a, b)

    assert outcome == {"a": "the body is larger than 256 MiB", "b": ""}
    assert api.batches == [["a", "b"], ["a"], ["b"]]


@pytest.mark.parametrize("status", [401, 403, 501])
async def test_what_would_refuse_every_file_is_said_once(
    status: int, a: FileSource, b: FileSource
) -> None:
    api = ScriptedApi(lambda _: (status, {"status": status, "detail": "the extra `files`"}))

    with pytest.raises(RequestFailed, match="the extra `files`"):
        await reasons(SleepClock().sender(api), a, b)

    assert api.batches == [["a", "b"]]


async def test_a_file_that_shrinks_while_it_is_sent_fails_alone(
    a: FileSource, b: FileSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.fstat", sized(a.path, 1000))
    api = ScriptedApi(all_stored)

    outcome = await reasons(SleepClock().sender(api), a, b)

    assert outcome == {"a": "the file became shorter while it was sent", "b": ""}
    assert api.batches == [["b"]]


async def test_a_file_that_grows_is_sent_as_it_was(
    a: FileSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.fstat", sized(a.path, 7))
    api = ScriptedApi(all_stored)

    await reasons(SleepClock().sender(api), a)

    assert api.forms[0].files[0].content == b"content"


async def test_an_id_that_no_form_carries_as_a_name_is_said_apart(tmp_path: Path) -> None:
    (tmp_path / 'the "best" one.txt').write_text("content")
    source = FileSource(tmp_path / 'the "best" one.txt', 'the "best" one.txt')
    api = ScriptedApi(lambda _: answered(stored("whatever")))

    assert source.goes_alone
    assert await reasons(SleepClock().sender(api), source) == {source.doc_id: ""}
    assert api.forms[0].fields["doc_id"] == 'the "best" one.txt'


async def test_a_url_is_a_form_without_files_whose_id_it_is() -> None:
    api = ScriptedApi(lambda _: answered(stored("report.pdf")))
    url = "https://files.example.org/report.pdf"

    assert await reasons(SleepClock().sender(api), UrlSource(url)) == {url: ""}
    assert api.forms[0].fields == {"replace": "true", "doc_id": url, "source_url": url}
    assert api.batches == [[]]


async def test_a_connection_that_ends_over_one_file_is_that_files_failure(
    a: FileSource, tmp_path: Path
) -> None:
    (tmp_path / "large").write_bytes(b"large")
    api = ScriptedApi(hanging_up)

    outcome = await reasons(SleepClock().sender(api), FileSource(tmp_path / "large", "large"), a)

    assert outcome["a"] == ""
    assert "WriteError; the file may be too large" in outcome["large"]
    assert api.batches == [["large", "a"], ["large"], ["large"], ["a"]]


async def test_a_connection_that_breaks_once_is_no_files_fault(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"content")
    api = ScriptedApi(all_stored, script=[hanging_up])
    clock = SleepClock()

    outcome = await reasons(clock.sender(api), FileSource(tmp_path / "large", "large"))

    assert outcome == {"large": ""}
    assert [each.content for form in api.forms for each in form.files] == [b"content"] * 2
    assert clock.pauses_s == [1]


async def test_a_service_that_never_answered_is_an_error(a: FileSource) -> None:
    with pytest.raises(ConfigurationError, match="does not answer"):
        await reasons(SleepClock().sender(ScriptedApi(away)), a)


async def test_a_service_that_is_restarted_is_waited_for(a: FileSource, b: FileSource) -> None:
    api, clock = ScriptedApi(all_stored), SleepClock()
    sender = clock.sender(api)

    assert await reasons(sender, a) == {"a": ""}
    api.script = [away, away]
    assert await reasons(sender, b) == {"b": ""}
    assert clock.pauses_s == [1, 1]
