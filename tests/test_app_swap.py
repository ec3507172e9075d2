"""Another index is served while questions are answered: no request fails, none mixes two."""

from __future__ import annotations

import datetime as dt
import gc
import json
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import quote

import httpx
import pytest
from starlette.testclient import TestClient

from euaiqa.app import background
from euaiqa.app.service import Pipeline, Service
from euaiqa.datamodels import Event, RetrievedPassage, Turn
from fakes_pipeline import FakePipeline, answering, article, cite, passage
from live_server import live
from test_app import JSON, PAGE, events, serving, until

SWAPS = 50
EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class Version(FakePipeline):
    """A pipeline all of whose replies tell its number; `slow` blocks its searches."""

    def __init__(self, number: int) -> None:
        texts = [f"Titre {number} {n}\n\nLa version {number} dit {n}." for n in range(3)]
        super().__init__(
            articles=[article(f"{n}.txt", text) for n, text in enumerate(texts)],
            index_version=f"v{number}",
            built=EPOCH + dt.timedelta(days=number),
        )
        self.number = number
        self.said = f"La version {number} dit 1."
        self.slow = threading.Event()
        self.slow.set()
        self.searching = threading.Event()

    def search(self, query: str, k: int) -> tuple[RetrievedPassage, ...]:
        self.searching.set()
        self.slow.wait(5)
        return (passage(self.articles[1], self.said),)

    def ask(
        self,
        question: str,
        *,
        language: Literal["auto", "fr", "en"] = "auto",
        history: Sequence[Turn] = (),
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Event]:
        told = answering(question, [(self.said, [cite(1, self.articles[1], self.said)])])
        told = replace(told, index_version=self.index_version, passages=self.search(question, 1))
        self.enqueue(told)
        yield from super().ask(question, language=language, history=history, cancelled=cancelled)


@dataclass
class Swapping:
    """A running application and what its next index is; `to` swaps."""

    client: TestClient

    def to(self, version: Pipeline) -> None:
        service: Service = self.client.app.state.service  # type: ignore[attr-defined]
        assert self.client.portal
        self.client.portal.call(service.replace, version)


@pytest.fixture
def first() -> Version:
    return Version(1)


@pytest.fixture
def swapping(first: Version) -> Iterator[Swapping]:
    with serving(lambda: first, readers=4) as client:
        until(lambda: client.get("/health").status_code == 200)
        yield Swapping(client)


def in_thread(work: Callable[[], Any]) -> Callable[[], Any]:
    """Begin something; what is returned waits for its result."""
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(work()), daemon=True)
    thread.start()

    def result() -> Any:
        thread.join(10)
        return results[0]

    return result


def test_answer_on_its_way_ends_on_the_version_it_began_with(
    swapping: Swapping, first: Version
) -> None:
    client = swapping.client
    first.gate = threading.Event()
    streamed = in_thread(lambda: client.post("/ask", json={"question": "a", "stream": True}).text)
    until(lambda: len(first.asked) == 1)
    whole = in_thread(lambda: client.post("/ask", json={"question": "b"}).json())
    until(lambda: len(first.asked) == 2)
    swapping.to(Version(2))
    assert client.get("/health").json()["index_version"] == "v2"
    assert client.post("/ask", json={"question": "c"}).json()["index_version"] == "v2"
    first.gate.set()
    done = dict(events(streamed()))["done"]
    for reply in (done, whole()):
        assert (reply["index_version"], reply["sentences"][0]["text"]) == ("v1", first.said)


def test_list_that_is_searched_meanwhile_is_of_one_version(
    swapping: Swapping, first: Version
) -> None:
    client = swapping.client
    first.slow.clear()
    as_json = in_thread(lambda: client.get("/sources?q=autres", headers=JSON).json()["sources"])
    assert first.searching.wait(5)
    as_page = in_thread(lambda: client.get("/sources?q=autres", headers=PAGE).text)
    second = Version(2)
    second.articles = [article("other.txt", "Titre 2\n\nTout autre.")]
    swapping.to(second)
    first.slow.set()
    [found] = as_json()
    assert (found["title"], found["indexed"]) == ("Titre 1 1", "2026-01-02T00:00:00Z")
    page = as_page()
    assert ("Titre 1 1" in page) == ("2 January 2026" in page)


def test_list_and_article_are_of_the_version_that_is_served(swapping: Swapping) -> None:
    client = swapping.client
    for number in (1, 2, 3):
        swapping.to(Version(number))
        titles = {each["title"] for each in client.get("/sources", headers=JSON).json()["sources"]}
        assert titles == {f"Titre {number} {n}" for n in range(3)}
        assert f"Titre {number} 0" in client.get("/").text
        assert f"version {number}" in client.get("/sources/1.txt", headers=JSON).json()["text"]


def test_marker_of_an_old_answer_still_opens_its_quote(swapping: Swapping, first: Version) -> None:
    client = swapping.client
    [citation] = client.post("/ask", json={"question": "x"}).json()["citations"]
    url = citation["url"].replace("#", f"&words={quote(citation['quote'])}#")
    moved = Version(2)
    moved.articles = [article("1.txt", f"Un ajout.\n\n{first.articles[1].text}")]
    swapping.to(moved)
    assert f'<mark id="quote" tabindex="-1">{first.said}</mark>' in client.get(url).text
    swapping.to(Version(3))  # whose article no longer says it
    assert client.get(url).status_code == 200
    assert "<mark" not in client.get(url).text


def test_no_request_fails_while_the_index_is_swapped_fifty_times() -> None:
    from fakes_operations import FakeOperations

    numbers = iter(range(2, 1000))
    operations = FakeOperations(make=lambda _: Version(next(numbers)))
    over = threading.Event()
    failures: list[object] = []
    seen: set[str] = set()
    counts = dict.fromkeys(["ask", "stream", "list", "article", "search"], 0)

    def agree(version: str, *told: str) -> None:
        seen.add(version)
        if any(f"ersion {version[1:]} " not in each for each in told):
            failures.append((version, told))

    def fire(kind: str, url: str) -> None:
        with httpx.Client(trust_env=False, timeout=20) as client:
            while not over.is_set():
                try:
                    shoot(kind, url, client)
                    counts[kind] += 1
                except Exception as error:  # noqa: BLE001 - told by the test
                    failures.append((kind, repr(error)))
                    return

    def shoot(kind: str, url: str, client: httpx.Client) -> None:
        match kind:
            case "ask":
                reply = client.post(f"{url}/ask", json={"question": "x"}).raise_for_status().json()
                quotes = [each["quote"] for each in reply["citations"]]
                texts = [each["text"] for each in reply["passages"]]
                agree(reply["index_version"], reply["answer"], *quotes, *texts)
            case "stream":
                body = {"question": "x", "stream": True}
                told = events(client.post(f"{url}/ask", json=body).raise_for_status().text)
                assert told[-1][0] == "done"
                found = [json.dumps(each) for name, each in told if name != "token"]
                agree(told[-1][1]["index_version"], *found)
            case "list":
                listed = client.get(f"{url}/sources?q=version", headers=JSON).raise_for_status()
                for each in listed.json()["sources"]:
                    days = (dt.datetime.fromisoformat(each["indexed"]) - EPOCH).days
                    assert each["title"].startswith(f"Titre {days} "), each
            case "article":
                served = client.get(f"{url}/sources/1.txt", headers=JSON).raise_for_status().json()
                number = served["title"].split()[1]
                assert f"version {number} " in served["text"]
                assert served["sentences"][-1]["end"] <= len(served["text"])
            case "search":
                client.get(f"{url}/search?q=x").raise_for_status()
                assert client.get(f"{url}/health").json()["status"] == "ready"

    with live(lambda: Version(1), operations, admin_key="k", readers=4, queue=1000) as url:
        kinds = ["ask", "ask", "ask", "stream", "stream", "list", "list", "article", "search"]
        threads = [threading.Thread(target=fire, args=(kind, url)) for kind in kinds]
        for thread in threads:
            thread.start()
        with httpx.Client(trust_env=False, headers={"Authorization": "Bearer k"}) as admin:
            for number in range(1, SWAPS + 1):
                assert admin.post(f"{url}/admin/reindex").json()["job"] == number
                until(lambda: admin.get(f"{url}/admin/reindex").json()["state"] == "done")
        over.set()
        for thread in threads:
            thread.join(20)
        assert httpx.get(f"{url}/health", trust_env=False).json()["index_version"] == "v51"
    assert failures == []
    assert min(counts.values()) > 20, counts
    assert len(seen) > 10, seen


@pytest.fixture
def _no_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


class Circular(Version):
    """As a real one, it is made of what refers to it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.itself = self


@pytest.mark.usefixtures("_no_collector")
def test_swapped_out_pipeline_is_let_go(swapping: Swapping) -> None:
    old = Circular(2)
    gone = weakref.ref(old)
    swapping.to(old)
    swapping.client.get("/sources", headers=JSON)
    swapping.to(Version(3))
    del old
    until(lambda: gone() is None)


@pytest.mark.usefixtures("_no_collector")
def test_swapped_out_pipeline_is_let_go_once_its_last_answer_has_ended(
    swapping: Swapping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "LOOKS", [0.02] * 200)
    old = Circular(2)
    gone = weakref.ref(old)
    gate = old.gate = threading.Event()
    asked = old.asked
    swapping.to(old)
    answer = in_thread(lambda: swapping.client.post("/ask", json={"question": "x"}).json())
    until(lambda: len(asked) == 1)
    del old
    swapping.to(Version(3))
    threading.Event().wait(0.2)
    assert gone() is not None
    gate.set()
    assert answer()["index_version"] == "v2"
    until(lambda: gone() is None)


def test_list_of_a_swapped_out_pipeline_is_not_kept(swapping: Swapping) -> None:
    """Two versions may hold the same articles, and so have one name."""
    service: Service = swapping.client.app.state.service  # type: ignore[attr-defined]
    old, new = Version(2), Version(2)
    swapping.to(old)
    assert service.listing(old) is service.listing(old)
    swapping.to(new)
    prepared = service.listing(new)
    assert service.listing(old) is not prepared
    assert service.listing(new) is prepared
