"""The web side in front of the real pipeline, with doubles of the two models only."""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from euaiqa import index, models, pipeline
from euaiqa.app import reindexing
from euaiqa.app.service import Service
from euaiqa.pipeline import Pipeline
from euaiqa.pipeline import reindexing as renewing
from euaiqa.segment import sentences
from euaiqa.settings import Settings
from fakes import HashEncoder, ScriptedGenerator
from test_app import JSON, PAGE, events, serving, until

QUESTION = "Combien de processeurs chaque centre recevra-t-il ?"
ANSWER = "Chaque centre recevra 50 000 processeurs."


def test_ask_citations_hold_against_the_served_text(pipeline: Callable[..., Pipeline]) -> None:
    built = pipeline(ScriptedGenerator(*[ANSWER] * 9))
    with serving(lambda: built) as client:
        until(lambda: client.get("/health").status_code == 200)
        reply = client.post("/ask", json={"question": QUESTION}).json()
        streamed = client.post("/ask", json={"question": QUESTION, "stream": True}).text
        [citation] = reply["citations"]
        served = client.get(citation["url"], headers=JSON).json()
        page = client.get(citation["url"], headers=PAGE).text
    assert reply["status"] == "answered"
    assert served["document"] == citation["document"]
    assert served["text"][citation["start"] : citation["end"]] == citation["quote"]
    assert re.findall(r'<mark id="quote"[^>]*>([^<]*)</mark>', page) == [citation["quote"]]
    told = events(streamed)
    assert "".join(data["text"] for name, data in told if name == "token") == ANSWER
    assert [data["text"] for name, data in told if name == "sentence"] == [ANSWER]
    assert told[-1][1]["answer"] == reply["answer"]


def test_sources_tell_what_the_index_holds(pipeline: Callable[..., Pipeline]) -> None:
    built = pipeline(ScriptedGenerator())
    with serving(lambda: built) as client:
        until(lambda: client.get("/health").status_code == 200)
        listed = client.get("/sources", headers=JSON).json()["sources"]
        for each in listed:
            served = client.get(f"/sources/{each['document']}", headers=JSON).json()
            told = [served["text"][s["start"] : s["end"]] for s in served["sentences"]]
            assert told == [s.text for s in sentences(built.documents[each["document"]])]
            assert each["sentences"] == len(told)
            assert dt.datetime.fromisoformat(each["indexed"]) == built.built
        page = client.get("/sources", params={"q": "centres Orion"}, headers=PAGE).text
    assert [each["document"] for each in listed] == ["report.md", "plan.txt"]
    assert dt.timedelta() <= dt.datetime.now(dt.UTC) - built.built < dt.timedelta(minutes=5)
    assert page.index("With these words") < page.index("Close in meaning")


# An index that is renewed while it is served


def _add(settings: Settings, number: int) -> None:
    text = f"Le plan {number}\n\nLe plan Orion mobilise {number} milliards d'euros."
    (settings.seeds / f"{number}.txt").write_text(text, encoding="utf-8")


@pytest.fixture
def living(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a folder and its index, with doubles of the two models."""
    encoder = HashEncoder()
    files: Any = SimpleNamespace(fingerprint=encoder.fingerprint, path=tmp_path)

    def opened(settings: Settings, **_: object) -> Pipeline:
        return Pipeline(index.load(settings.index, encoder), encoder, ScriptedGenerator())

    monkeypatch.setattr(models, "locate_encoder", lambda _: files)
    monkeypatch.setattr(renewing, "encoder_of", lambda _: encoder)
    monkeypatch.setattr(renewing, "open_pipeline", opened)
    settings = Settings(seeds=tmp_path / "seeds", index=tmp_path / "index")
    settings.seeds.mkdir()
    for number in (1, 2, 3):
        _add(settings, number)
    pipeline.update(settings, lambda: encoder)
    return settings


@pytest.fixture
def _no_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


async def _renewed(settings: Settings, numbers: range) -> None:
    service = Service(settings, (operations := pipeline.Reindexing(settings)).load)
    service.start()
    await service.loaded.wait()
    jobs = reindexing.Reindexing(service, operations)
    for number in numbers:
        _add(settings, number)
        jobs.request("request")
        while jobs.job.active:
            await asyncio.sleep(0.01)
        assert jobs.job.state == "done", jobs.job
    deadline = time.monotonic() + 5
    while (held := _held(settings)) and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    await service.close()
    assert held == []


def _held(settings: Settings) -> list[str]:
    """The files of deleted versions that are still mapped."""
    maps = Path("/proc/self/maps")
    lines = maps.read_text(encoding="utf-8").splitlines() if maps.exists() else []
    return [line for line in lines if "(deleted)" in line and str(settings.index) in line]


@pytest.mark.usefixtures("_no_collector")
@pytest.mark.skipif(sys.platform != "linux", reason="maps are told on Linux only")
def test_versions_that_were_replaced_hold_no_files(living: Settings) -> None:
    asyncio.run(_renewed(living, range(4, 9)))


def test_readers_who_never_end_hold_up_a_small_change_once(
    living: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reindexing, "GIVE_WAY", 0.5)
    monkeypatch.setattr(reindexing, "WORKED", 5.0)
    monkeypatch.setattr(Service, "busy", property(lambda _: True))
    began = time.monotonic()
    asyncio.run(_renewed(living, range(4, 5)))
    assert 0.5 < time.monotonic() - began < 3
