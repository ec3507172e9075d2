"""The real models: an article is added, and it answers; it changes, it goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from euaiqa import index, pipeline
from euaiqa import settings as settings_module
from euaiqa.datamodels import Answer, DoneEvent, PassagesEvent
from euaiqa.operations import Progress

pytestmark = pytest.mark.model

ROOT = Path(__file__).resolve().parent.parent
ARTICLE = """# La régie des eaux de Vannes adopte Aquila

Le 4 mai 2026, la régie des eaux de Vannes a mis en service Aquila, un logiciel qui repère les \
fuites.

Aquila a coûté {cost} millions d'euros à la régie.
"""
QUESTION = "Combien a coûté Aquila à la régie des eaux de Vannes ?"


def answer(answering: pipeline.Pipeline) -> Answer:
    *_, done = answering.ask(QUESTION)
    assert isinstance(done, DoneEvent)
    return done.answer


def never() -> None:
    """Pause for nobody."""


def test_article_that_is_added_changed_and_removed(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    for path in (ROOT / "seeds").iterdir():
        (seeds / path.name).write_bytes(path.read_bytes())
    given = {"seeds": seeds, "index": tmp_path / "index", "cells_disk": 0}
    settings = settings_module.load().model_copy(update=given)
    first, _ = pipeline.update(settings, lambda: pipeline.encoder_of(settings))
    running = pipeline.Reindexing(settings)
    before = running.load()
    assert answer(before).status == "refused"

    (seeds / "aquila.md").write_text(ARTICLE.format(cost="2,4"), encoding="utf-8")
    in_flight = before.ask(QUESTION)
    assert isinstance(next(in_flight), PassagesEvent)
    told: list[Progress] = []
    built, added = running.reindex(told.append, never)
    # Its sentences, its passage, and where another title is asked about those questions.
    assert built.changes.added == ("aquila.md",) and built.embedded <= 4 + 14 + 1
    assert built.reused == first.embedded and told
    *_, old = in_flight
    assert isinstance(old, DoneEvent) and old.answer.index_version == first.index_version
    assert added is not None
    reply = answer(added)
    assert reply.index_version == built.index_version and reply.status == "answered"
    assert "2,4 millions" in reply.answer
    (citation,) = reply.citations
    assert citation.document == "aquila.md"
    assert ARTICLE.format(cost="2,4")[citation.start : citation.end] == citation.quote

    (seeds / "aquila.md").write_text(ARTICLE.format(cost="3,7"), encoding="utf-8")
    built, changed = running.reindex(told.append, never)
    assert built.changes.changed == ("aquila.md",) and 0 < built.embedded <= 2
    assert changed is not None and "3,7 millions" in answer(changed).answer

    pipeline.roll_back(settings)
    taken = running.take()
    assert taken is not None and "2,4 millions" in answer(taken).answer

    (seeds / "aquila.md").unlink()
    built, removed = running.reindex(told.append, never)
    assert built.changes.removed == ("aquila.md",) and built.embedded == 0
    assert removed is not None and answer(removed).status == "refused"
    assert built.index_version == first.index_version
    assert not index.pointer(settings.index).held
