"""Scripted operations: what the operator's side of the server is tested with.

`FakeOperations.reindex` goes through as many batches as are asked for, waits at `gate`, and swaps
in what `make` gives. Run as a program it serves the operator's page, to look at it:
`EUAIQA_ADMIN_KEY=key python tests/fakes_operations.py`.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from euaiqa.app import Pipeline
from euaiqa.datamodels import DocumentProblem
from euaiqa.notice import Notice
from euaiqa.operations import Built, Changes, ModelFile, Progress, Report, Status
from fakes_pipeline import FakePipeline

CHANGES = Changes(
    added=("2026/élan.txt", "b.md"),
    changed=("c.txt",),
    kept=("locked.txt",),
    unchanged=12,
    problems=(
        DocumentProblem(
            "scan.pdf",
            Notice("it holds no text"),  # as an old index tells it: no page translates it
            Notice("make it searchable, then copy it again"),
        ),
        DocumentProblem("<b>x</b>.txt", Notice("empty")),
    ),
)
STATUS = Status(
    index_version="fake-index",
    built=dt.datetime(2026, 3, 1, 9, 30, tzinfo=dt.UTC),
    previous="older-index",
    held=False,
    articles=13,
    passages=240,
    sentences=1312,
    twins=2,
    languages={"en": 4, "fr": 9},
    months={"2025-02": 3, "2024-12": 5, "2025-11": 4, "": 1},
    bytes=12_345_678,
    dense="flat",
    encoder="fake-encoder",
    models=(
        ModelFile("fake-encoder", "MIT", 120_000_000, True),
        ModelFile("fake-model", "Apache-2.0", 986_000_000, False),
    ),
    changes=CHANGES,
)
NOTHING = Status(
    index_version="", built=None, previous="", held=False, articles=0, passages=0, sentences=0,
    twins=0, languages={}, months={}, bytes=0, dense="", encoder="fake-encoder", models=(),
    changes=Changes(),
)  # fmt: skip


def done(version: str = "new-index", changes: Changes = CHANGES) -> Built:
    return Built(changes, version, 15, 260, 1400, embedded=120, reused=1300, seconds=2.34)


@dataclass
class FakeOperations:
    """`make` gives the pipeline of a version; `script` errors for the next runs."""

    make: Callable[[str], Pipeline | None] = field(
        default_factory=lambda: lambda version: FakePipeline(index_version=version)
    )
    batches: int = 1
    gate: threading.Event | None = None
    pace: float = 0.0
    total: int = 200
    left: float | None = None
    runs: int = 0
    at_work: int = 0
    most_at_work: int = 0
    paused: int = 0
    taken: int = 0
    told: Status = STATUS
    to_take: deque[Pipeline | Exception | None] = field(default_factory=deque)
    script: deque[Exception | Built] = field(default_factory=deque)
    begun: threading.Event = field(default_factory=threading.Event)

    def reindex(self, report: Report, pause: Callable[[], None]) -> tuple[Built, Pipeline | None]:
        self.runs += 1
        self.at_work += 1
        self.most_at_work = max(self.most_at_work, self.at_work)
        version = f"index-{self.runs}"
        try:
            self.begun.set()
            for batch in range(self.batches):
                at = self.total * batch // self.batches
                report(Progress("embedding texts", at, self.total, self.left))
                pause()
                self.paused += 1
                time.sleep(self.pace)
                while self.gate and not self.gate.wait(0.005):
                    pause()
        finally:
            self.at_work -= 1
        scripted = self.script.popleft() if self.script else done(version)
        if isinstance(scripted, Exception):
            raise scripted
        return scripted, self.make(version)

    def held(self) -> bool:
        return self.told.held

    def take(self) -> Pipeline | None:
        self.taken += 1
        found = self.to_take.popleft() if self.to_take else None
        if isinstance(found, Exception):
            raise found
        return found

    def status(self) -> Status:
        return self.told


def with_problems(problems: Iterable[DocumentProblem]) -> Status:
    return replace(STATUS, changes=replace(CHANGES, problems=tuple(problems)))


if __name__ == "__main__":
    from euaiqa.app import serve
    from euaiqa.settings import Settings

    serve(Settings(), FakePipeline, FakeOperations(batches=40, pace=0.2, left=72.0))
