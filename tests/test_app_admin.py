"""The operator's calls: the key, jobs and what they tell, how all stands, the page."""

from __future__ import annotations

import base64
import datetime as dt
import json
import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from euaiqa.app import Pipeline, create_app, key, reindexing
from euaiqa.datamodels import DocumentProblem
from euaiqa.errors import IndexError_, IndexMissing
from euaiqa.notice import Notice
from euaiqa.operations import Changes
from euaiqa.settings import Settings
from fakes_operations import NOTHING, STATUS, FakeOperations, done, with_problems
from fakes_pipeline import FRENCH, FakePipeline
from test_app import JSON, PAGE, is_problem, until

KEY = "s3cret é :key"


def bearer(secret: str = KEY) -> dict[str, bytes]:
    return {"Authorization": f"Bearer {secret}".encode()}


def basic(secret: str = KEY, user: str = "anyone") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()}


@contextmanager
def operated(
    operations: FakeOperations,
    load: Callable[[], Pipeline] = FakePipeline,
    *,
    ready: bool = True,
    **settings: Any,
) -> Iterator[TestClient]:
    app = create_app(Settings(**{"admin_key": KEY, **settings}), load, operations)
    with TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False) as client:
        if ready:
            until(lambda: client.get("/health").status_code == 200)
        yield client


@pytest.fixture
def operations() -> FakeOperations:
    return FakeOperations()


@pytest.fixture
def client(operations: FakeOperations) -> Iterator[TestClient]:
    with operated(operations) as client:
        yield client


def job(client: TestClient) -> dict[str, Any]:
    reply = client.get("/admin/reindex", headers=bearer())
    assert reply.status_code == 200, reply.text
    told: dict[str, Any] = reply.json()
    return told


def rebuilt(client: TestClient) -> dict[str, Any]:
    assert client.post("/admin/reindex", headers=bearer()).status_code == 202
    until(lambda: job(client)["state"] not in {"waiting", "running"})
    return job(client)


CALLS = [("GET", "/admin"), ("GET", "/admin/reindex"), ("POST", "/admin/reindex"),
         ("GET", "/admin/status")]  # fmt: skip


# The key


@pytest.mark.parametrize(("method", "path"), CALLS)
@pytest.mark.parametrize("unset", [None, ""])
def test_no_key_set_turns_every_call_off(method: str, path: str, unset: str | None) -> None:
    with operated(FakeOperations(), admin_key=unset) as client:
        for headers in ({}, bearer(), bearer(""), basic("")):
            told = is_problem(client.request(method, path, headers=headers), 403, "admin-off")
            assert "EUAIQA_ADMIN_KEY" in told["hint"]
        page = client.request(method, path, headers=PAGE)
        assert page.status_code == 403 and "EUAIQA_ADMIN_KEY" in page.text


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_key_not_given_is_asked_for(
    client: TestClient, operations: FakeOperations, method: str, path: str
) -> None:
    for headers in ({}, {"Authorization": "Digest x"}, {"Authorization": "Bearer"},
                    {"Authorization": "Basic %%%"}, {"Authorization": ""}):  # fmt: skip
        reply = client.request(method, path, headers=headers)
        is_problem(reply, 401, "key-needed")
        # Two headers: a browser that does not know the first scheme of one would ask nothing.
        asked = reply.headers.get_list("www-authenticate")
        assert [each.split()[0] for each in asked] == ["Basic", "Bearer"]
        assert reply.headers["cache-control"] == "no-store"
    assert operations.runs == 0


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_wrong_key_is_refused(
    client: TestClient, operations: FakeOperations, method: str, path: str
) -> None:
    for headers in (bearer("no"), basic("no"), bearer(KEY[:-1]), bearer(KEY + "x")):
        is_problem(client.request(method, path, headers=headers), 403, "wrong-key")
    assert operations.runs == 0


def test_browser_that_gave_a_wrong_key_is_asked_again(client: TestClient) -> None:
    reply = client.get("/admin", headers={**PAGE, **basic("no")})
    assert reply.status_code == 401
    assert reply.headers.get_list("www-authenticate")[0].startswith("Basic ")
    assert client.get("/admin", headers={**PAGE, **basic()}).status_code == 200


@pytest.mark.parametrize("headers", [bearer(), basic(), basic(user=""), basic(user="é")])
def test_right_key_passes_in_either_way(client: TestClient, headers: dict[str, Any]) -> None:
    for path in ("/admin/reindex", "/admin/status", "/admin"):
        assert client.get(path, headers=headers).status_code == 200
    assert client.post("/admin/reindex", headers=headers).status_code == 202


def test_guessing_is_slowed_and_the_operator_elsewhere_is_not(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(key.WRONG):
        is_problem(client.get("/admin/status", headers=bearer("no")), 403, "wrong-key")
    reply = client.get("/admin/status", headers=bearer())  # no key is looked at
    is_problem(reply, 429, "too-many-keys")
    assert 1 <= int(reply.headers["retry-after"]) <= key.WINDOW
    assert client.get("/admin", headers={**PAGE, **basic()}).status_code == 429
    elsewhere = TestClient(client.app, base_url="http://127.0.0.1:8000", client=("10.0.0.9", 1))
    assert elsewhere.get("/admin/status", headers=bearer()).status_code == 200


def test_guessing_is_forgotten_after_a_while() -> None:
    now = 0.0
    settings = Settings(admin_key=KEY)
    door = key.Key(settings.admin_key, lambda: now)

    def tried(secret: str, host: str) -> int:
        from starlette.requests import Request

        sent = f"Bearer {secret}".encode()
        scope = {"type": "http", "client": (host, 1), "headers": [(b"authorization", sent)]}
        try:
            door.check(Request(scope))
        except key.Problem as problem:
            return problem.status
        return 200

    assert {tried("no", "2001:db8::1") for _ in range(key.WRONG)} == {403}
    assert tried(KEY, "2001:db8::2") == 429  # the same network
    assert tried(KEY, "2001:db8:0:1::2") == 200
    now = key.WINDOW + 1
    assert tried(KEY, "2001:db8::2") == 200
    for n in range(3 * key.CALLERS):
        tried("no", f"10.0.{n // 256}.{n % 256}")
    assert len(door._wrong) == key.CALLERS


def test_key_is_in_no_log_and_no_reply(
    client: TestClient, operations: FakeOperations, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    operations.script.append(RuntimeError("boom"))
    told = [client.get(path, headers={**PAGE, **basic()}) for path in ("/admin", "/admin/reindex")]
    told += [client.get("/admin", headers={**PAGE, **basic(KEY + "x")})]
    rebuilt(client)
    told += [client.get("/admin", headers={**PAGE, **basic()})]
    for text in [*(str(each.headers) + each.text for each in told), caplog.text]:
        assert KEY not in text and "s3cret" not in text
    assert KEY not in repr(client.app.state.__dict__)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example"}, {"Origin": "null"}],
)
def test_form_of_another_site_starts_nothing(
    client: TestClient, operations: FakeOperations, headers: dict[str, str]
) -> None:
    reply = client.post("/admin/reindex", headers={**headers, **basic()})
    is_problem(reply, 403, "foreign-origin")
    assert operations.runs == 0


# Jobs


def test_job_before_the_first_one_is_idle(client: TestClient) -> None:
    assert job(client) == {
        "job": None, "state": "idle", "step": None, "done": None, "total": None, "left": None,
        "began": None, "ended": None, "built": None, "error": None, "index_version": "fake-index",
    }  # fmt: skip


def test_reindex_gives_a_job_and_swaps_the_index(
    client: TestClient, operations: FakeOperations
) -> None:
    operations.gate = threading.Event()
    operations.left = 4.5
    reply = client.post("/admin/reindex", headers=bearer())
    assert reply.status_code == 202
    assert (reply.json()["job"], reply.json()["state"]) == (1, "waiting")
    until(lambda: job(client)["step"] is not None)
    told = job(client)
    assert (told["job"], told["state"], told["step"]) == (1, "running", "embedding texts")
    assert (told["done"], told["total"], told["left"]) == (0, 200, 4.5)
    assert dt.datetime.fromisoformat(told["began"]).tzinfo and told["ended"] is None
    health = client.get("/health").json()
    assert (health["status"], health["index_version"]) == ("ready", "fake-index")
    operations.gate.set()
    until(lambda: job(client)["state"] == "done")
    told = job(client)
    assert told["index_version"] == client.get("/health").json()["index_version"] == "index-1"
    assert told["built"]["changes"]["added"] == {"count": 2, "documents": ["2026/élan.txt", "b.md"]}
    assert told["built"]["changes"]["problems"]["files"][0]["remedy"].startswith("make it")
    assert (told["built"]["embedded"], told["built"]["reused"]) == (120, 1300)
    assert told["ended"] >= told["began"] and told["left"] is None and told["error"] is None


def test_reindex_while_one_runs_is_the_same_job_with_one_more_run(
    client: TestClient, operations: FakeOperations
) -> None:
    operations.gate = threading.Event()
    operations.script.extend([done("a"), done("b", Changes(unchanged=15))])
    client.post("/admin/reindex", headers=bearer())
    assert operations.begun.wait(5)
    for _ in range(5):
        reply = client.post("/admin/reindex", headers=bearer())
        assert (reply.status_code, reply.json()["job"]) == (202, 1)
    operations.gate.set()
    until(lambda: job(client)["state"] == "done")
    assert (operations.runs, operations.most_at_work, job(client)["job"]) == (2, 1, 1)
    # What the job did is not hidden by a run that had nothing left to do.
    assert job(client)["built"]["changes"]["added"]["count"] == 2
    assert rebuilt(client)["job"] == 2
    assert operations.runs == 3


def test_reindex_before_the_models_are_loaded_waits_for_them(operations: FakeOperations) -> None:
    gate = threading.Event()

    def load() -> FakePipeline:
        gate.wait(5)
        return FakePipeline()

    with operated(operations, load, ready=False) as client:
        client.post("/admin/reindex", headers=bearer())
        client.post("/admin/reindex", headers=bearer())
        assert job(client)["state"] == "waiting" and job(client)["index_version"] is None
        assert operations.runs == 0
        gate.set()
        until(lambda: job(client)["state"] == "done")
        assert operations.runs == 1  # both were asked for before it began


def test_failed_rebuild_is_told_and_the_old_index_serves_on(
    client: TestClient, operations: FakeOperations, caplog: pytest.LogCaptureFixture
) -> None:
    busy = IndexError_(f"{Path.cwd()}/index is being built", hint="wait for it")
    operations.script.append(busy)
    told = rebuilt(client)
    assert told["state"] == "failed" and told["built"] is None and told["ended"]
    assert told["error"] == {"message": "index is being built", "hint": "wait for it"}
    assert told["index_version"] == "fake-index"
    assert client.post("/ask", json={"question": "x"}).status_code == 200
    assert caplog.text.count("the index is not rebuilt") == 1
    page = client.get("/admin", headers={**PAGE, **basic()}).text
    assert "wait for it" in page and str(Path.cwd()) not in page
    assert rebuilt(client)["state"] == "done"


def test_failed_rebuild_for_an_unforeseen_reason_tells_nothing_of_it(
    client: TestClient, operations: FakeOperations, caplog: pytest.LogCaptureFixture
) -> None:
    operations.script.append(RuntimeError("the inner secret"))
    told = rebuilt(client)
    assert told["state"] == "failed" and "inner secret" not in json.dumps(told)
    assert "inner secret" in caplog.text


def test_change_while_a_run_fails_is_taken_by_one_more_run(
    client: TestClient, operations: FakeOperations
) -> None:
    operations.gate = threading.Event()
    operations.script.append(IndexError_("no"))
    client.post("/admin/reindex", headers=bearer())
    assert operations.begun.wait(5)
    client.post("/admin/reindex", headers=bearer())
    operations.gate.set()
    until(lambda: job(client)["state"] == "done")
    assert operations.runs == 2 and job(client)["error"] is None


def test_nothing_new_keeps_the_pipeline(client: TestClient, operations: FakeOperations) -> None:
    operations.make = lambda version: None
    assert rebuilt(client)["index_version"] == "fake-index"


def test_server_that_could_not_load_is_ready_after_a_rebuild(operations: FakeOperations) -> None:
    def load() -> FakePipeline:
        raise IndexMissing("no readable article", hint="put one into seeds")

    with operated(operations, load, ready=False) as client:
        until(lambda: "no readable article" in client.get("/health").text)
        assert job(client)["index_version"] is None
        assert client.get("/admin", headers=basic()).status_code == 200
        assert rebuilt(client)["index_version"] == "index-1"
        assert client.get("/health").json()["status"] == "ready"


def test_server_that_could_not_load_loads_again_where_the_index_is_good(
    operations: FakeOperations,
) -> None:
    errors = [IndexMissing("the model is missing"), IndexMissing("still missing")]

    def load() -> FakePipeline:
        if errors:
            raise errors.pop(0)
        return FakePipeline()

    operations.make = lambda version: None
    with operated(operations, load, ready=False) as client:
        until(lambda: "model is missing" in client.get("/health").text)
        told = rebuilt(client)
        assert (told["state"], told["error"]["message"]) == ("failed", "still missing")
        assert rebuilt(client)["state"] == "done"
        assert client.get("/health").status_code == 200


def test_stopping_the_server_interrupts_a_run() -> None:
    operations = FakeOperations(gate=threading.Event())
    with operated(operations) as client:
        client.post("/admin/reindex", headers=bearer())
        assert operations.begun.wait(5)
    assert operations.at_work == 0


def test_run_waits_for_readers_and_finishes_while_they_never_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However often a run pauses, it waits no more than so long for each second of work."""
    monkeypatch.setattr(reindexing, "GIVE_WAY", 0.3)
    monkeypatch.setattr(reindexing, "WORKED", 0.2)
    fake = FakePipeline(gate=threading.Event())
    fake.enqueue(FRENCH)
    operations = FakeOperations(batches=300, pace=0.002)
    with operated(operations, lambda: fake) as client:
        asking = threading.Thread(
            target=lambda: client.post("/ask", json={"question": "x"}), daemon=True
        )
        asking.start()
        until(lambda: bool(fake.asked))
        client.post("/admin/reindex", headers=bearer())
        assert operations.begun.wait(5)
        began = dt.datetime.now(dt.UTC)
        assert operations.paused == 0
        until(lambda: job(client)["state"] == "done")
        took = (dt.datetime.now(dt.UTC) - began).total_seconds()
        assert 0.8 < took < 6  # 300 pauses in 0.6 s of work: three or four of them wait
        assert fake.gate
        fake.gate.set()
        asking.join(5)


def test_long_run_begins_anew_where_the_articles_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reindexing, "REPLAN", 0.3)
    operations = FakeOperations(gate=threading.Event())
    with operated(operations) as client:
        client.post("/admin/reindex", headers=bearer())
        assert operations.begun.wait(5)
        threading.Event().wait(0.5)
        assert operations.runs == 1  # nothing changed: it goes on however long it takes
        client.post("/admin/reindex", headers=bearer())
        until(lambda: operations.runs == 2)
        assert operations.gate
        operations.gate.set()
        until(lambda: job(client)["state"] == "done")
        assert operations.runs == 2 and job(client)["error"] is None
        assert client.get("/health").json()["index_version"] == "index-2"


def test_long_run_ends_though_the_articles_never_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reindexing, "REPLAN", 0.1)
    operations = FakeOperations(batches=30, pace=0.02)  # 0.6 s a run
    with operated(operations) as client:

        def built() -> bool:
            client.post("/admin/reindex", headers=bearer())
            return bool(client.get("/health").json()["index_version"] != "fake-index")

        until(built)
        assert operations.runs > 1


def test_nothing_is_read_ahead_while_an_index_is_built(operations: FakeOperations) -> None:
    fake = FakePipeline()
    steps: list[bool] = []
    fake.warm = lambda cancelled: not steps.append(cancelled())  # type: ignore[assignment,func-returns-value]
    operations.gate = threading.Event()
    new = FakePipeline(to_warm=7, index_version="new", suggested={"fr": ("Quoi ?",)})
    operations.make = lambda version: new
    with operated(operations, lambda: fake) as client:
        until(lambda: len(steps) > 3)
        client.post("/admin/reindex", headers=bearer())
        assert operations.begun.wait(5)
        threading.Event().wait(0.05)  # the step that was begun ends
        read = len(steps)
        threading.Event().wait(0.3)
        assert len(steps) == read
        operations.gate.set()
        until(lambda: new.warmed == 7)
        french = {"Accept-Language": "fr"}
        assert client.get("/suggestions", headers=french).json() == {"suggestions": ["Quoi ?"]}


def test_new_passages_are_read_after_the_old_ones_had_ended(
    client: TestClient, operations: FakeOperations
) -> None:
    for _ in range(2):
        new = FakePipeline(to_warm=5)
        operations.make = lambda version, new=new: new  # type: ignore[misc]
        rebuilt(client)
        until(lambda new=new: new.warmed == 5)  # type: ignore[misc]


def test_new_passages_are_read_after_reading_the_old_ones_failed(
    operations: FakeOperations,
) -> None:
    fake = FakePipeline()
    fake.warm = lambda cancelled: 1 // 0  # type: ignore[assignment,return-value]
    new = FakePipeline(to_warm=3)
    operations.make = lambda version: new
    with operated(operations, lambda: fake) as client:
        rebuilt(client)
        until(lambda: new.warmed == 3)


# How all stands


def test_status_tells_all(client: TestClient) -> None:
    told = client.get("/admin/status", headers=bearer()).json()
    assert told["languages"] == {"en": 4, "fr": 9}
    assert list(told["months"]) == ["", "2024-12", "2025-02", "2025-11"]
    assert told["models"][1] == {
        "name": "fake-model", "licence": "Apache-2.0", "bytes": 986_000_000, "there": False,
    }  # fmt: skip
    assert told["changes"]["kept"] == {"count": 1, "documents": ["locked.txt"]}
    assert told["changes"]["problems"]["count"] == 2
    assert (told["built"], told["previous"], told["held"], told["twins"], told["dense"]) == (
        "2026-03-01T09:30:00Z", "older-index", False, 2, "flat",
    )  # fmt: skip


def test_status_names_the_first_hundred_files(
    client: TestClient, operations: FakeOperations
) -> None:
    names = [f"{n:03}.txt" for n in range(250)]
    operations.told = replace(
        with_problems(DocumentProblem(name, Notice("empty")) for name in names),
        changes=replace(
            with_problems(DocumentProblem(name, Notice("empty")) for name in names).changes,
            added=tuple(names),
        ),
    )
    told = client.get("/admin/status", headers=bearer()).json()["changes"]
    assert told["added"]["count"] == told["problems"]["count"] == 250
    assert told["added"]["documents"] == names[:100]
    assert len(told["problems"]["files"]) == 100
    page = client.get("/admin", headers={**basic(), **PAGE}).text
    assert page.count("and 150 more") == 2


def test_status_that_cannot_be_read_is_a_problem_and_the_page_still_rebuilds(
    client: TestClient, operations: FakeOperations, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing() -> None:
        raise IndexError_(f"{Path.cwd()}/seeds cannot be listed", hint="check its permissions")

    monkeypatch.setattr(operations, "status", failing)
    told = is_problem(client.get("/admin/status", headers=bearer()), 500, "internal")
    assert told["detail"] == "seeds cannot be listed"
    page = client.get("/admin", headers={**basic(), **PAGE})
    assert page.status_code == 200
    assert "check its permissions" in page.text and 'action="/admin/reindex"' in page.text


def test_status_is_looked_at_once_for_a_while_and_anew_after_a_rebuild(
    client: TestClient, operations: FakeOperations, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    monkeypatch.setattr(operations, "status", lambda: looks.append(1) or operations.told)
    for _ in range(3):
        assert client.get("/admin", headers={**basic(), **PAGE}).status_code == 200
        assert client.get("/admin/status", headers=bearer()).json()["articles"] == 13
    assert len(looks) == 1
    operations.told = replace(STATUS, articles=14)
    rebuilt(client)
    assert client.get("/admin/status", headers=bearer()).json()["articles"] == 14
    assert len(looks) == 2


def test_application_without_operations_says_so() -> None:
    app = create_app(Settings(admin_key=KEY), FakePipeline)
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        is_problem(client.get("/admin/status", headers=bearer()), 503, "unavailable")
    with pytest.raises(ValueError, match="watched"):
        create_app(Settings(), FakePipeline, None, watch=True)


# The page


def test_page_tells_all_in_both_languages(client: TestClient) -> None:
    english = client.get("/admin", headers={**basic(), **PAGE}).text
    for text in ("Operator’s page", "scan.pdf", "make it searchable", "12.3 MB", "older-index",
                 "February 2025", "2 articles added", "2 articles repeat another", "1 March 2026",
                 "euaiqa models pull",
                 "&lt;b&gt;x&lt;/b&gt;.txt", "2026/élan.txt", "undated"):  # fmt: skip
        assert text in english, text
    french = client.get("/admin?lang=fr", headers={**basic(), **PAGE}).text
    for text in ("Page de l’exploitant", "12,3 Mo", "février 2025", "2 articles ajoutés",
                 "1er mars 2026", "9"):  # fmt: skip
        assert text in french, text


PROBLEMS = (
    DocumentProblem(
        "a.txt",
        Notice(
            "{reason}; {stays}",
            reason=Notice("larger than {megabytes} MB", megabytes=20),
            stays=Notice("the text that was indexed before stays"),
        ),
        Notice('`euaiqa keep "{document}" --all` keeps all of it', document="<i>.txt"),
    ),
    DocumentProblem("old.pdf", Notice("larger than 20 MB"), Notice("empty")),
)


def left_out(client: TestClient, language: str) -> list[str]:
    """What the page tells of files that are left out, tags and all."""
    page = client.get(f"/admin?lang={language}", headers={**basic(), **PAGE}).text
    panel = page.split('id="problems-title"')[1].split("</section>")[0]
    return re.findall(r"<dd.*?</dd>", panel)


def test_page_tells_in_french_why_files_are_left_out(
    client: TestClient, operations: FakeOperations
) -> None:
    operations.told = with_problems(PROBLEMS)
    assert left_out(client, "fr") == [
        "<dd>plus de 20\u00a0Mo\u202f; le texte déjà indexé est conservé</dd>",
        '<dd class="remedy">→ «\u00a0euaiqa keep &#34;&lt;i&gt;.txt&#34; --all\u00a0» '
        "le garde en entier</dd>",
        '<dd lang="en">larger than 20 MB</dd>',  # from an index written before
        '<dd class="remedy">→ vide</dd>',
    ]


def test_page_tells_in_english_why_files_are_left_out(
    client: TestClient, operations: FakeOperations
) -> None:
    operations.told = with_problems(PROBLEMS)
    assert left_out(client, "en") == [
        "<dd>larger than 20 MB; the text that was indexed before stays</dd>",
        '<dd class="remedy">→ `euaiqa keep &#34;&lt;i&gt;.txt&#34; --all` keeps all of it</dd>',
        "<dd>larger than 20 MB</dd>",
        '<dd class="remedy">→ empty</dd>',
    ]


def test_status_tells_in_english_why_files_are_left_out(
    client: TestClient, operations: FakeOperations
) -> None:
    operations.told = with_problems(PROBLEMS)
    reply = client.get("/admin/status", headers={**bearer(), "Accept-Language": "fr"})
    assert reply.json()["changes"]["problems"] == {
        "count": 2,
        "files": [
            {
                "document": "a.txt",
                "reason": "larger than 20 MB; the text that was indexed before stays",
                "remedy": '`euaiqa keep "<i>.txt" --all` keeps all of it',
            },
            {"document": "old.pdf", "reason": "larger than 20 MB", "remedy": "empty"},
        ],
    }


def test_page_of_an_empty_folder(client: TestClient, operations: FakeOperations) -> None:
    operations.told = NOTHING
    page = client.get("/admin", headers={**basic(), **PAGE}).text
    assert "There is none yet." in page and "There are no articles yet." in page


def test_page_tells_a_version_that_was_put_back(
    client: TestClient, operations: FakeOperations
) -> None:
    operations.told = replace(STATUS, held=True)
    assert "put back by hand" in client.get("/admin", headers={**basic(), **PAGE}).text


def test_form_leads_back_to_the_page(client: TestClient, operations: FakeOperations) -> None:
    operations.gate = threading.Event()
    headers = {**basic(), **PAGE, "Sec-Fetch-Site": "same-origin"}
    reply = client.post("/admin/reindex", headers=headers, follow_redirects=False)
    assert (reply.status_code, reply.headers["location"]) == (303, "/admin#job")
    assert operations.begun.wait(5)
    page = client.get("/admin", headers=headers).text
    assert '<noscript><meta http-equiv="refresh"' in page and "Embedding texts" in page
    operations.gate.set()
    until(lambda: job(client)["state"] == "done")
    page = client.get("/admin", headers=headers).text
    assert "refresh" not in page and "120 texts embedded" in page


def test_status_is_json_only_at_its_own_address(client: TestClient) -> None:
    reply = client.get("/admin", headers={**basic(), **JSON})
    assert reply.headers["content-type"].startswith("text/html")
