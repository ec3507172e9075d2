"""Passages are read ahead while nobody asks, and a question comes first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

import euaiqa.pipeline as pipelines
from euaiqa import settings as settings_module
from euaiqa.errors import SettingsError
from euaiqa.pipeline import Pipeline
from euaiqa.settings import Settings
from fakes import ScriptedGenerator
from fakes_pipeline import GIGAFACTORIES, INVEST, FakePipeline, answering, passage
from test_app import serving, until


def test_warm_reads_each_passage_once(pipeline: Callable[..., Pipeline]) -> None:
    generator = ScriptedGenerator()
    built = pipeline(generator)
    assert [built.warm(lambda: False) for _ in range(3)] == [True, True, False]
    assert len({prompt.passages for prompt in generator.warmed}) == 2


def test_warm_ends_when_memory_is_full(pipeline: Callable[..., Pipeline]) -> None:
    generator = ScriptedGenerator()
    generator.warm = lambda prompt, cancelled: False  # type: ignore[method-assign]
    assert not pipeline(generator).warm(lambda: False)


def test_warm_ends_with_the_last_passage(pipeline: Callable[..., Pipeline]) -> None:
    generator = ScriptedGenerator()
    generator.warm = lambda prompt, cancelled: True  # type: ignore[method-assign]
    built = pipeline(generator)
    steps = 0
    while built.warm(lambda: False):
        steps += 1
        assert steps < 100
    assert steps >= 2


def test_warm_given_up_passage_is_read_next_time(pipeline: Callable[..., Pipeline]) -> None:
    generator = ScriptedGenerator()
    built = pipeline(generator)
    assert built.warm(lambda: True)
    assert built.warm(lambda: False)
    first, second = generator.warmed
    assert first.passages == second.passages


def test_server_reads_ahead_until_nothing_is_left() -> None:
    fake = FakePipeline(to_warm=4)
    with serving(lambda: fake):
        until(lambda: fake.warmed == 4)


def test_server_question_does_not_wait_for_all_of_it() -> None:
    fake = FakePipeline(to_warm=10**9)
    fake.enqueue(answering("?", [], language="fr", passages=[passage(INVEST, GIGAFACTORIES)]))
    with serving(lambda: fake) as client:
        until(lambda: fake.warmed > 3)
        assert client.post("/ask", json={"question": "Combien ?"}).status_code == 200


def test_server_stops_while_it_reads_ahead() -> None:
    fake = FakePipeline()
    stopping, begun = threading.Event(), threading.Event()

    def slow(cancelled: Callable[[], bool]) -> bool:
        begun.set()
        while not cancelled():
            stopping.wait(0.01)
        return True

    fake.warm = slow  # type: ignore[method-assign]
    with serving(lambda: fake):
        assert begun.wait(5)
    assert begun.is_set()


def test_warm_index_without_space_on_disk_says_so() -> None:
    with pytest.raises(SettingsError, match="EUAIQA_CELLS_DISK"):
        pipelines.warm_index(Settings(cells_disk=0), Console(quiet=True))


@pytest.mark.model
def test_warm_index_keeps_every_passage_on_disk(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    for i in range(3):
        (seeds / f"{i}.txt").write_text(f"Le tramway {i} de Varel coûtera {i}10 millions d'euros.")
    settings = settings_module.load().model_copy(
        update={"seeds": seeds, "index": tmp_path / "index", "cells_folder": tmp_path / "cells"}
    )
    pipelines.build_index(settings, Console(quiet=True))
    pipelines.warm_index(settings, Console(quiet=True))
    kept = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "cells").iterdir()}
    assert len(kept) == 3
    (seeds / "3.txt").write_text("Le tramway 3 de Varel ouvrira en mars.")
    pipelines.build_index(settings, Console(quiet=True))
    pipelines.warm_index(settings, Console(quiet=True))
    now = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "cells").iterdir()}
    assert len(now) == 4 and kept.items() <= now.items()  # nothing was read twice
