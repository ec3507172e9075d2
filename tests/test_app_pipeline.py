"""The web side in front of the real pipeline, with doubles of the two models only."""

from __future__ import annotations

import re
from collections.abc import Callable

from euaiqa.pipeline import Pipeline
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
