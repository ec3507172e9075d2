"""The HTTP contract, call by call, over a scripted pipeline."""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from euaiqa.app import Pipeline, create_app
from euaiqa.datamodels import Disagreement, DisagreementValue, DroppedEvent, Span, Turn
from euaiqa.errors import GenerationError, IndexMissing
from euaiqa.segment import sentences
from euaiqa.settings import Settings
from fakes_pipeline import (
    ACT,
    ENGLISH,
    FORCE,
    FRENCH,
    GIGAFACTORIES,
    HOSTILE,
    INVEST,
    PARTIAL,
    FakePipeline,
    answering,
    article,
    cite,
    events_of,
    passage,
)

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
JSON = {"Accept": "application/json"}


@contextmanager
def serving(load: Callable[[], Pipeline], **settings: Any) -> Iterator[TestClient]:
    app = create_app(Settings(**settings), load)
    with TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False) as client:
        yield client


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.005)


@pytest.fixture
def fake() -> FakePipeline:
    return FakePipeline()


@pytest.fixture
def client(fake: FakePipeline) -> Iterator[TestClient]:
    with serving(lambda: fake) as client:
        until(lambda: client.get("/health").status_code == 200)
        yield client


def events(text: str) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if line[:1] != ":")
        if lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def is_problem(response: Any, status: int, kind: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert set(document) - {"hint"} == {"type", "title", "status", "detail"}
    assert document["status"] == status
    assert document["type"] == f"urn:euaiqa:problem:{kind}"
    assert document["detail"]
    return document


# POST /ask, JSON


def test_ask_answered_gives_every_field_of_the_contract(
    client: TestClient, fake: FakePipeline
) -> None:
    told = answering(
        "Combien ?",
        [("Vingt milliards.", [cite(1, INVEST, GIGAFACTORIES, "Twenty."), cite(2, ACT, FORCE)])],
        passages=[passage(INVEST, GIGAFACTORIES)],
        disagreements=[Disagreement("la somme", (DisagreementValue("20", 1),))],
        standalone="Combien pour les gigafactories ?",
    )
    fake.enqueue(told)
    reply = client.post("/ask", json={"question": "  Combien ? ", "language": "fr"}).json()
    assert list(reply) == [
        "question", "standalone_question", "language", "status", "answer", "sentences",
        "citations", "disagreements", "passages", "timings_ms", "model", "encoder",
        "index_version",
    ]  # fmt: skip
    assert reply["standalone_question"] == "Combien pour les gigafactories ?"
    assert reply["sentences"] == [
        {"text": "Vingt milliards.", "citations": [1, 2], "support": "supported"}
    ]
    first, second = reply["citations"]
    assert INVEST.text[first["start"] : first["end"]] == first["quote"] == GIGAFACTORIES
    assert first["published"] == "2025-02-11"
    assert second["published"] is None
    assert (first["gloss"], second["gloss"]) == ("Twenty.", None)
    assert list(first) == [
        "marker", "document", "title", "published", "language", "quote", "start", "end", "url",
        "gloss",
    ]  # fmt: skip
    assert reply["disagreements"] == [
        {"subject": "la somme", "values": [{"value": "20", "citation": 1}]}
    ]
    assert list(reply["passages"][0]) == [
            "document", "title", "published", "language", "start", "end", "text", "score", "match",
        ]  # fmt: skip
    assert reply["timings_ms"]["total"] == 3100.0
    assert fake.asked[0].question == "Combien ?"
    assert fake.asked[0].language == "fr"


def test_ask_unscripted_gives_refusal_with_nearest_passages(client: TestClient) -> None:
    reply = client.post("/ask", json={"question": "Qui ?"}).json()
    assert reply["status"] == "refused"
    assert reply["citations"] == reply["sentences"] == []
    assert len(reply["passages"]) == 2


def test_ask_history_reaches_the_pipeline_in_order(client: TestClient, fake: FakePipeline) -> None:
    history = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    assert client.post("/ask", json={"question": "c", "history": history}).status_code == 200
    assert fake.asked[0].history == (Turn("user", "a"), Turn("assistant", "b"))


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "question"),
        ({"question": ""}, "question"),
        ({"question": " \n\u00a0\t"}, "question"),
        ({"question": "x" * 1001}, "question"),
        ({"question": 7}, "question"),
        ({"question": None}, "question"),
        ({"question": "\ud800"}, "question"),
        ({"question": "x", "language": "de"}, "language"),
        ({"question": "x", "stream": "yes"}, "stream"),
        ({"question": "x", "temperature": 1}, "temperature"),
        ({"question": "x", "history": "no"}, "history"),
        ({"question": "x", "history": [{"role": "system", "content": "x"}]}, "history.0.role"),
        ({"question": "x", "history": [{"role": "user"}]}, "history.0.content"),
        ({"question": "x", "history": [{"role": "user", "content": "x", "n": 1}]}, "history.0.n"),
        ({"question": "x", "history": [{"role": "user", "content": "x"}] * 21}, "history"),
        ([], "body"),
        ("x", "body"),
    ],
)
def test_ask_wrong_field_is_named(client: TestClient, body: object, named: str) -> None:
    content = json.dumps(body)
    response = client.post("/ask", content=content, headers={"Content-Type": "application/json"})
    assert is_problem(response, 422, "invalid")["detail"].startswith(f"{named}: ")


def test_ask_longest_question_after_trimming_is_taken(client: TestClient) -> None:
    assert client.post("/ask", json={"question": " " + "é" * 1000 + "\n"}).status_code == 200


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[" * 20_000, b'{"question": ' + b"9" * 10_000 + b"}", b"null"],
)
def test_ask_unreadable_body_is_a_problem(client: TestClient, content: bytes) -> None:
    response = client.post("/ask", content=content, headers={"Content-Type": "application/json"})
    is_problem(response, 422, "invalid")


def test_ask_form_or_text_body_is_refused(client: TestClient, fake: FakePipeline) -> None:
    # What a foreign page could send without asking first.
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        response = client.post("/ask", content=b'{"question": "x"}', headers={"Content-Type": kind})
        is_problem(response, 422, "invalid")
    assert fake.asked == []


def test_ask_long_unknown_name_is_not_sent_back_whole(client: TestClient) -> None:
    response = client.post("/ask", json={"question": "x", "n" * 30_000: 1})
    assert len(is_problem(response, 422, "invalid")["detail"]) < 1_000


# POST /ask, event stream


@pytest.mark.parametrize(
    ("extra", "headers"), [({"stream": True}, {}), ({}, {"Accept": "text/event-stream"})]
)
def test_ask_stream_tells_each_event(
    client: TestClient, fake: FakePipeline, extra: dict[str, Any], headers: dict[str, str]
) -> None:
    fake.enqueue(FRENCH, FRENCH)
    whole = client.post("/ask", json={"question": "Combien ?"}).json()
    response = client.post("/ask", json={"question": "Combien ?", **extra}, headers=headers)
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.text.startswith(": waiting\n\n")
    told = events(response.text)
    names = [name for name, _ in told]
    assert names[0] == "passages"
    assert names[-1] == "done"
    assert set(names) == {"passages", "token", "sentence", "done"}
    assert told[0][1] == {"passages": whole["passages"]}
    assert told[1][1] == {"text": "Les "}
    sentence = next(data for name, data in told if name == "sentence")
    assert sentence == {**whole["sentences"][0], "quotes": [whole["citations"][0]]}
    assert told[-1][1] == whole


def test_ask_stream_tells_what_is_dropped_in_a_comment(
    client: TestClient, fake: FakePipeline
) -> None:
    text = "Deux\nlignes, «\u00a0été\u00a0» et \u2028 fin."
    fake.enqueue((DroppedEvent(text), *events_of(FRENCH)))
    response = client.post("/ask", json={"question": "x", "stream": True})
    [comment] = re.findall(r"^: dropped (.*)$", response.text, re.MULTILINE)
    assert json.loads(comment) == text
    assert events(response.text)[-1][0] == "done"


def test_ask_stream_tells_glosses_with_done_only(client: TestClient, fake: FakePipeline) -> None:
    fake.enqueue(PARTIAL)
    told = events(client.post("/ask", json={"question": "x", "stream": True}).text)
    early = [quote for name, data in told if name == "sentence" for quote in data["quotes"]]
    assert [quote["gloss"] for quote in early] == [None] * 3
    assert [bool(quote["gloss"]) for quote in told[-1][1]["citations"]] == [True, False, True]


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("boom in /home/someone/models/secret.gguf"),
        GenerationError("decoding failed in /home/someone/models/secret.gguf", hint="try again"),
    ],
)
def test_ask_failure_is_told_and_frees_the_place(
    client: TestClient, fake: FakePipeline, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    fake.enqueue(error, error, ENGLISH)
    caplog.set_level(logging.CRITICAL)
    problem = is_problem(client.post("/ask", json={"question": "x"}), 500, "internal")
    told = events(client.post("/ask", json={"question": "x", "stream": True}).text)
    assert told[-1] == ("error", problem)
    assert "/home" not in str(told)
    assert "Traceback" not in str(told)
    assert client.post("/ask", json={"question": "x"}).json()["status"] == "answered"


def test_ask_without_done_event_is_an_error(client: TestClient, fake: FakePipeline) -> None:
    fake.enqueue((), ())
    is_problem(client.post("/ask", json={"question": "x"}), 500, "internal")
    stream = client.post("/ask", json={"question": "x", "stream": True})
    assert events(stream.text)[-1][0] == "error"


# Sources


def test_sources_lists_articles_as_json_or_page(client: TestClient) -> None:
    listed = client.get("/sources", headers=JSON).json()["sources"]
    assert {each["document"] for each in listed} == {INVEST.id, ACT.id, HOSTILE.id}
    assert set(listed[0]) == {
        "document", "title", "published", "language", "sha256", "sentences", "indexed"
    }  # fmt: skip
    page = client.get("/sources", headers=PAGE)
    assert page.headers["content-type"].startswith("text/html")
    assert client.get("/sources").headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("document", [INVEST, ACT, HOSTILE], ids=lambda each: each.id)
def test_source_json_serves_the_text_that_offsets_count_in(
    client: TestClient, document: Any
) -> None:
    url = cite(1, document, document.text[3:9]).url
    served = client.get(url, headers=JSON).json()
    assert list(served) == [
        "document", "title", "published", "language", "text", "sha256", "boilerplate", "sentences"
    ]  # fmt: skip
    assert served["document"] == document.id
    assert served["text"] == document.text
    assert [Span(**each) for each in served["boilerplate"]] == list(document.boilerplate)
    spans = [Span(**each) for each in served["sentences"]]
    assert spans == [Span(each.start, each.end) for each in sentences(document)]


@pytest.mark.parametrize(
    "id_", ["a?b.txt", "a b/c d.txt", "..txt", "a&b=c;d.txt", "é/日本 #1.md", "'\"<>"]
)
def test_source_odd_names_are_found_by_their_url(id_: str) -> None:
    document = article(id_, "Un texte.")
    with serving(lambda: FakePipeline(articles=[document])) as client:
        until(lambda: client.get("/health").status_code == 200)
        url = cite(1, document, "Un texte").url
        assert client.get(url, headers=JSON).json()["document"] == id_
        assert client.get(urlsplit(url).path, headers=PAGE).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/sources/..%2F..%2Fetc%2Fpasswd",
        "/sources/%2E%2E/%2E%2E/pyproject.toml",
        "/sources//etc/passwd",
        "/sources/",
        "/sources/nope.txt",
        "/sources/2025/invest%20ai.txt%00",
        "/sources/2025%5Cinvest%20ai.txt",
        "/static/..%2F..%2Fpyproject.toml",
        "/static/%2E%2E/templates/base.html",
        "/nowhere",
    ],
)
def test_paths_outside_the_articles_are_not_found(client: TestClient, path: str) -> None:
    is_problem(client.get(path), 404, "not-found")


@pytest.mark.parametrize(
    "query",
    ["start=0", "end=3", "start=3&end=3", "start=5&end=2", "start=-1&end=2", "start=0&end=999999",
     "start=a&end=2", "start=0&end=", "start=" + "9" * 6_000 + "&end=2"],
)  # fmt: skip
def test_source_wrong_range_is_refused(client: TestClient, query: str) -> None:
    is_problem(client.get(f"/sources/AI%20Act%20%231%20100%25.txt?{query}"), 422, "invalid")


def test_other_method_is_a_problem_and_names_the_right_ones(client: TestClient) -> None:
    response = client.get("/ask")
    is_problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "POST"


# Search, health


def test_search_gives_passages(client: TestClient, fake: FakePipeline) -> None:
    reply = client.get("/search", params={"q": " gigafactories "}).json()
    assert list(reply) == ["passages"]
    assert reply["passages"][0]["text"] == GIGAFACTORIES
    assert len(client.get("/search?q=x&k=1").json()["passages"]) == 1
    assert fake.searched == [("gigafactories", 5), ("x", 1)]


@pytest.mark.parametrize(
    ("query", "named"),
    [("", "q"), ("q=", "q"), ("q=" + "x" * 1001, "q"), ("q=x&k=0", "k"), ("q=x&k=51", "k"),
     ("q=x&k=a", "k"), ("q=x&n=1", "n")],
)  # fmt: skip
def test_search_wrong_parameter_is_named(client: TestClient, query: str, named: str) -> None:
    detail = is_problem(client.get(f"/search?{query}"), 422, "invalid")["detail"]
    assert detail.startswith(f"{named}: ")


def test_health_ready_tells_what_answers(client: TestClient) -> None:
    assert client.get("/health").json() == {
        "status": "ready",
        "model": "fake-model",
        "encoder": "fake-encoder",
        "index_version": "fake-index",
        "documents": 3,
    }


def test_everything_waits_for_loading_and_says_so(fake: FakePipeline) -> None:
    loaded = threading.Event()

    def load() -> Pipeline:
        loaded.wait(5)
        return fake

    with serving(load) as client:
        for response in (
            client.get("/health"),
            client.get("/search?q=x"),
            client.get("/sources", headers=JSON),
            client.get("/sources/x"),
            client.post("/ask", json={"question": "x"}),
            client.post("/ask", json={"question": "x", "stream": True}),
        ):
            is_problem(response, 503, "not-ready")
            assert response.headers["retry-after"] == "5"
        assert client.get("/").status_code == 200
        loaded.set()
        until(lambda: client.get("/health").status_code == 200)


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (
            IndexMissing("no index in /srv/data/index", hint="run: euaiqa index"),
            "run: euaiqa index",
        ),
        (
            OSError("/srv/data/index: permission denied"),
            "read the server's log, then start it again",
        ),
    ],
)
def test_health_failed_loading_tells_the_hint_and_no_path(error: Exception, hint: str) -> None:
    def load() -> Pipeline:
        raise error

    with serving(load) as client:
        until(lambda: client.get("/health").json()["type"].endswith("unavailable"))
        problem = is_problem(client.get("/health"), 503, "unavailable")
        assert problem["hint"].startswith(hint)
        assert "/srv" not in problem["detail"]
        page = client.get("/", headers=PAGE)
        assert page.status_code == 200
        assert "Questions cannot be answered" in page.text


def test_unforeseen_error_is_a_problem_with_the_safe_headers(
    fake: FakePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(query: str, k: int) -> Any:
        raise ValueError("/home/someone/secret")

    monkeypatch.setattr(fake, "search", broken)
    with serving(lambda: fake) as client:
        until(lambda: client.get("/health").status_code == 200)
        response = client.get("/search?q=x")
        is_problem(response, 500, "internal")
        assert "secret" not in response.text
        assert "default-src 'none'" in response.headers["content-security-policy"]
