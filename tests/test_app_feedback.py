"""Readers' verdicts: the call, and the file that they are appended to."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from euaiqa.app import create_app
from euaiqa.app.feedback import Verdicts
from euaiqa.errors import SettingsError
from euaiqa.settings import Settings
from fakes_pipeline import FRENCH, FakePipeline
from test_app import is_problem, serving, until

VERDICT: dict[str, Any] = {
    "verdict": "down",
    "note": "Où est l’année ?\nGrüße, “ß” 🇪🇺",
    "question": FRENCH.question,
    "standalone_question": FRENCH.standalone_question,
    "language": FRENCH.language,
    "status": FRENCH.status,
    "answer": FRENCH.answer,
    "citations": [
        {"document": each.document, "start": each.start, "end": each.end, "quote": each.quote}
        for each in FRENCH.citations
    ],
    "model": FRENCH.model,
    "encoder": FRENCH.encoder,
    "index_version": FRENCH.index_version,
}


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "verdicts.jsonl"


@pytest.fixture
def client(kept: Path) -> Iterator[TestClient]:
    with serving(FakePipeline, feedback=kept) as client:
        yield client


def lines(path: Path) -> list[dict[str, Any]]:
    text = path.read_text(encoding="utf-8")
    assert not text or text.endswith("\n")
    # `splitlines` splits at more than "\n": no line may hold any of it.
    return [json.loads(line) for line in text.splitlines()]


def failing(call: str, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number), "/srv/secret/verdicts.jsonl")

    monkeypatch.setattr(os, call, fail)


# POST /feedback


def test_feedback_off_is_not_found_and_names_the_setting(tmp_path: Path) -> None:
    with serving(FakePipeline) as client:
        told = is_problem(client.post("/feedback", json=VERDICT), 404, "not-found")
        assert told["detail"] == "this server keeps no verdicts"
        assert "EUAIQA_FEEDBACK" in told["hint"]
        # A client need not send a whole verdict to find out.
        is_problem(client.post("/feedback", json={}), 404, "not-found")


def test_feedback_on_appends_what_was_sent_and_the_time(client: TestClient, kept: Path) -> None:
    before = dt.datetime.now(dt.UTC).replace(microsecond=0)
    headers = {"User-Agent": "Told/1.0", "Cookie": "told=1", "X-Forwarded-For": "203.0.113.9"}
    response = client.post("/feedback", json=VERDICT, headers=headers)
    assert (response.status_code, response.content) == (204, b"")
    assert "content-type" not in response.headers
    [line] = lines(kept)
    at = dt.datetime.fromisoformat(line.pop("at"))
    assert before <= at <= dt.datetime.now(dt.UTC)
    assert at.utcoffset() == dt.timedelta(0)
    # Every field and no other: nothing of the headers.
    assert line == VERDICT
    assert list(line) == list(VERDICT)


def test_feedback_without_note_and_citations_is_kept(client: TestClient, kept: Path) -> None:
    sent = VERDICT | {"verdict": "up", "status": "refused", "citations": []}
    del sent["note"]
    assert client.post("/feedback", json=sent).status_code == 204
    [line] = lines(kept)
    assert (line["verdict"], line["note"], line["citations"]) == ("up", "", [])


def test_feedback_on_what_ask_replied_is_kept(kept: Path) -> None:
    fake = FakePipeline()
    fake.enqueue(FRENCH)
    with serving(lambda: fake, feedback=kept) as client:
        until(lambda: client.get("/health").status_code == 200)
        reply = client.post("/ask", json={"question": FRENCH.question}).json()
        sent = {field: reply[field] for field in VERDICT if field not in {"verdict", "note"}}
        sent["citations"] = [
            {field: each[field] for field in ("document", "start", "end", "quote")}
            for each in reply["citations"]
        ]
        assert client.post("/feedback", json=sent | {"verdict": "up"}).status_code == 204
    [line] = lines(kept)
    assert line["citations"] == VERDICT["citations"]


def test_feedback_note_is_trimmed_before_it_is_measured(client: TestClient, kept: Path) -> None:
    note = "ä" * 1_000
    assert client.post("/feedback", json=VERDICT | {"note": f" \n{note}\t "}).status_code == 204
    assert lines(kept)[0]["note"] == note


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"note": "x" * 1_001}, "note"),
        ({"verdict": "sideways"}, "verdict"),
        ({"verdict": None}, "verdict"),
        ({"question": " "}, "question"),
        ({"answer": "x" * 32_001}, "answer"),
        ({"standalone_question": "x" * 4_001}, "standalone_question"),
        ({"ip": "203.0.113.9"}, "ip"),
        ({"citations": [VERDICT["citations"][0] | {"title": "x"}]}, "citations.0.title"),
        ({"citations": [VERDICT["citations"][0] | {"start": -1}]}, "citations.0.start"),
        ({"citations": [VERDICT["citations"][0] | {"start": "1"}]}, "citations.0.start"),
        ({"citations": [VERDICT["citations"][0] | {"end": 10**9 + 1}]}, "citations.0.end"),
        ({"citations": [VERDICT["citations"][0] | {"quote": "x" * 8_001}]}, "citations.0.quote"),
        ({"citations": VERDICT["citations"] * 51}, "citations"),
        ({"model": "x" * 1_001}, "model"),
    ],
)
def test_feedback_wrong_field_is_named_and_nothing_kept(
    client: TestClient, kept: Path, change: dict[str, Any], named: str
) -> None:
    told = is_problem(client.post("/feedback", json=VERDICT | change), 422, "invalid")
    assert told["detail"].startswith(f"{named}: ")
    assert lines(kept) == []


@pytest.mark.parametrize("field", ["note", "answer", "model"])
def test_feedback_half_a_character_is_refused(client: TestClient, kept: Path, field: str) -> None:
    # Valid JSON, but no text: it has no UTF-8.
    body = json.dumps(VERDICT | {field: "\ud83c"})
    headers = {"Content-Type": "application/json"}
    is_problem(client.post("/feedback", content=body, headers=headers), 422, "invalid")
    assert lines(kept) == []


def test_feedback_over_64_kib_is_refused(client: TestClient, kept: Path) -> None:
    sent = VERDICT | {"answer": "x" * 65_000}
    is_problem(client.post("/feedback", json=sent), 413, "too-large")
    assert lines(kept) == []


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_feedback_from_another_site_is_refused(
    client: TestClient, kept: Path, headers: dict[str, str]
) -> None:
    refused = client.post("/feedback", json=VERDICT, headers=headers)
    is_problem(refused, 403, "foreign-origin")
    assert lines(kept) == []


@pytest.mark.parametrize(
    ("call", "number"), [("write", errno.ENOSPC), ("fsync", errno.EIO), ("open", errno.ENOENT)]
)
def test_feedback_that_cannot_be_written_is_told_without_paths_and_logged(
    client: TestClient,
    kept: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    call: str,
    number: int,
) -> None:
    assert client.post("/feedback", json=VERDICT).status_code == 204
    before = kept.read_bytes()
    with monkeypatch.context() as patched:
        failing(call, number, patched)
        response = client.post("/feedback", json=VERDICT)
    told = is_problem(response, 500, "internal")
    assert told["detail"] == "the verdict could not be kept"
    assert "/" not in told["detail"] + told["hint"]
    assert os.strerror(number) in caplog.text
    assert kept.read_bytes() == before
    assert client.post("/feedback", json=VERDICT).status_code == 204
    assert len(lines(kept)) == 2


def test_feedback_slow_disk_keeps_nobody_else_waiting(
    client: TestClient, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def slow(_: int) -> None:
        reached.set()
        # An end, so that a server that does wait fails the test and does not hang it.
        assert go_on.wait(2)

    until(lambda: client.get("/health").status_code == 200)
    monkeypatch.setattr(os, "fsync", slow)
    sender = threading.Thread(target=client.post, args=["/feedback"], kwargs={"json": VERDICT})
    sender.start()
    try:
        assert reached.wait(2)
        assert client.get("/health").status_code == 200
        assert sender.is_alive()
    finally:
        go_on.set()
        sender.join()
    assert len(lines(kept)) == 1


# The file


def test_append_from_many_threads_gives_whole_lines(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdicts = Verdicts(kept)
    at_work = most_at_work = 0
    write = os.write
    start = threading.Barrier(4)

    def counting(file: int, data: bytes) -> int:
        nonlocal at_work, most_at_work
        at_work += 1
        most_at_work = max(most_at_work, at_work)
        time.sleep(0.002)
        at_work -= 1
        return write(file, data)

    def send(name: str) -> None:
        start.wait()
        for number in range(5):
            verdicts.append({"note": f"{name}{number}" * 2_000})

    monkeypatch.setattr(os, "write", counting)
    threads = [threading.Thread(target=send, args=[name]) for name in "abcd"]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert most_at_work == 1
    sent = sorted(f"{name}{number}" * 2_000 for name in "abcd" for number in range(5))
    assert sorted(line["note"] for line in lines(kept)) == sent


def test_append_is_one_write_that_reaches_the_disk(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdicts = Verdicts(kept)
    done: list[str] = []
    write, fsync = os.write, os.fsync
    monkeypatch.setattr(os, "write", lambda *given: (done.append("write"), write(*given))[1])
    monkeypatch.setattr(os, "fsync", lambda *given: (done.append("fsync"), fsync(*given))[1])
    verdicts.append(VERDICT)
    assert done == ["write", "fsync"]


def test_append_after_a_torn_line_begins_a_new_one(kept: Path) -> None:
    kept.write_bytes(b'{"whole": 1}\n{"torn": "\xc3')
    Verdicts(kept).append({"note": "ü"})
    first, torn, last = kept.read_bytes().splitlines()
    assert (first, torn) == (b'{"whole": 1}', b'{"torn": "\xc3')
    assert json.loads(last)["note"] == "ü"


def test_append_short_write_is_an_error_and_taken_back(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdicts = Verdicts(kept)
    verdicts.append({"note": "whole"})
    before = kept.read_bytes()
    write = os.write
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", lambda file, data: write(file, data[:10]))
        with pytest.raises(OSError, match="space"):
            verdicts.append({"note": "cut"})
    assert kept.read_bytes() == before


def test_append_short_write_that_cannot_be_taken_back_is_told_from_the_next_line(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdicts = Verdicts(kept)
    write = os.write
    with monkeypatch.context() as patched:
        failing("ftruncate", errno.EIO, patched)
        patched.setattr(os, "write", lambda file, data: write(file, data[:10]))
        with pytest.raises(OSError, match="space"):
            verdicts.append({"note": "cut"})
    verdicts.append({"note": "next"})
    torn, last = kept.read_bytes().splitlines()
    assert len(torn) == 10
    assert json.loads(last)["note"] == "next"


def test_append_at_the_systems_own_limit_leaves_the_file_as_it_was(kept: Path) -> None:
    verdicts = Verdicts(kept)
    verdicts.append({"note": "whole"})
    before = kept.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # The system writes what fits, as it does on a disk that fills up.
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 10, hard))
    try:
        with pytest.raises(OSError):
            verdicts.append({"note": "does not fit"})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert kept.read_bytes() == before


@given(st.lists(st.text(), max_size=4))
def test_append_any_text_round_trips_as_one_line(notes: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "verdicts.jsonl")
        verdicts = Verdicts(path)
        for note in notes:
            verdicts.append({"note": note})
        assert [line["note"] for line in lines(path)] == notes


def test_append_line_ends_of_other_kinds_stay_inside_a_line(kept: Path) -> None:
    note = "a\nb\r\nc\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\\u2028ä"
    Verdicts(kept).append({"note": note})
    assert lines(kept)[0]["note"] == note
    assert "ä" in kept.read_text(encoding="utf-8")


def test_append_makes_a_file_again_that_was_moved_away(kept: Path) -> None:
    verdicts = Verdicts(kept)
    verdicts.append({"note": "old"})
    kept.rename(kept.with_suffix(".old"))
    verdicts.append({"note": "new"})
    assert [line["note"] for line in lines(kept)] == ["new"]


# At the start


def test_file_is_for_its_owner_alone(kept: Path) -> None:
    with umask(0):
        Verdicts(kept)
    assert kept.stat().st_mode & 0o777 == 0o600


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    yield
    os.umask(before)


@pytest.mark.parametrize("name", ["missing/verdicts.jsonl", ".", "file/verdicts.jsonl"])
def test_start_with_a_file_that_cannot_be_is_a_settings_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"^EUAIQA_FEEDBACK: ") as caught:
        create_app(Settings(feedback=tmp_path / name), FakePipeline)
    assert caught.value.hint
    assert not (tmp_path / "missing").exists()


def test_start_with_a_device_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match="not a regular file"):
        create_app(Settings(feedback=Path(os.devnull)), FakePipeline)


def test_start_with_a_folder_that_may_not_be_written_is_a_settings_error(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Told by the system, not by the folder's mode: whoever runs the tests may be root.
    failing("open", errno.EACCES, monkeypatch)
    with pytest.raises(SettingsError, match="Permission denied"):
        create_app(Settings(feedback=kept), FakePipeline)


def test_start_keeps_what_the_file_holds(kept: Path) -> None:
    kept.write_text('{"note": "old"}\n', encoding="utf-8")
    with serving(FakePipeline, feedback=kept) as client:
        assert client.post("/feedback", json=VERDICT).status_code == 204
    assert [line["note"] for line in lines(kept)] == ["old", VERDICT["note"]]


def test_serve_tells_a_file_that_cannot_be_before_it_loads_anything(tmp_path: Path) -> None:
    env = os.environ | {
        "EUAIQA_FEEDBACK": str(tmp_path / "missing" / "verdicts.jsonl"),
        "EUAIQA_MODELS": str(tmp_path),
        "EUAIQA_PORT": "0",
    }
    done = subprocess.run(
        [sys.executable, "-m", "euaiqa", "serve"],
        env=env, cwd=tmp_path, capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith("error: EUAIQA_FEEDBACK: cannot write to ")
    assert "hint: name a file" in line
