"""The web side in front of the real pipeline, with doubles of the two models only."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from euaiqa.pipeline import Pipeline
from euaiqa.segment import sentences
from fakes import ScriptedGenerator
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
