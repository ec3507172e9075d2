"""A build that is killed at any moment leaves an index that answers, and rightly."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from euaiqa import index
from euaiqa.datamodels import Answer, DoneEvent, Prompt
from euaiqa.pipeline import Pipeline
from fakes import HashEncoder, ScriptedGenerator

KILLS = 200
KILLED_AFTER = 80  # of them after some time, wherever the build is then; else at each event once
QUESTION = "Combien mobilise le plan Orion ?"


class Builder:
    """The program that forks builds."""

    def __init__(self, seeds: Path, folder: Path) -> None:
        command = [sys.executable, str(Path(__file__).with_name("killed_builder.py"))]
        self._process = subprocess.Popen(
            [*command, str(seeds), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def build(self, how: str) -> tuple[int, str]:
        """One build: its exit code (negative: the signal), and what it says of itself."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{how}\n")
        self._process.stdin.flush()
        code, seen = self._process.stdout.readline().split()
        return int(code), seen

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


def write(seeds: Path, version: int) -> None:
    """The articles in one of their states: each says another figure."""
    (seeds / "plan.txt").write_text(
        f"Le plan Orion\n\nLe plan Orion mobilise {version} milliards d'euros pour les centres.\n"
    )
    for number in range(3):
        (seeds / f"other{number}.txt").write_text(
            f"Usine {number}\n\nL'usine {number} emploie {version + number} personnes en France.\n"
        )


def said(prompt: Prompt) -> str:
    """The sentence of the passage that says how much it is."""
    found = re.search(r"Le plan Orion mobilise[^.]*\.", " ".join(prompt.passages))
    return found[0] if found else "Rien."


def ask(folder: Path, encoder: HashEncoder) -> Answer:
    generator = ScriptedGenerator(default=said)
    *_, done = Pipeline(index.load(folder, encoder), encoder, generator).ask(QUESTION)
    assert isinstance(done, DoneEvent)
    return done.answer


@pytest.fixture
def builder(tmp_path: Path) -> Iterator[Builder]:
    (tmp_path / "seeds").mkdir()
    write(tmp_path / "seeds", 0)
    made = Builder(tmp_path / "seeds", tmp_path / "index")
    yield made
    made.close()


def test_killed_builds_leave_an_index_that_answers(tmp_path: Path, builder: Builder) -> None:
    seeds, folder, encoder = tmp_path / "seeds", tmp_path / "index", HashEncoder()
    assert builder.build("never")[0] == 0
    write(seeds, 1)
    code, seen = builder.build("never")  # this one had an older version to take away
    events = int(seen)
    assert code == 0 and events > KILLED_AFTER
    draw = random.Random(6)
    moments = [f"event {number}" for number in range(1, events + 1)]
    moments += [f"after {draw.uniform(0, 0.1)}" for _ in range(KILLED_AFTER)]
    draw.shuffle(moments)
    may_say, killed = {1}, 0
    for version, moment in enumerate(moments, 2):
        write(seeds, version)
        code, _ = builder.build(moment)
        assert code <= 0
        killed += code < 0
        answer = ask(folder, encoder)
        assert answer.status == "answered", f"killed at {moment}"
        (quote,) = {citation.quote for citation in answer.citations}
        found = int(re.search(r"mobilise (\d+)", quote)[1])  # type: ignore[index]
        # What was told once is not taken back, and a build that ends is told.
        assert found in ({version} if code == 0 else {*may_say, version}), f"killed at {moment}"
        may_say = {found, version}
    assert killed >= KILLS
    code, _ = builder.build("never")
    assert code == 0
    assert f"mobilise {version} milliards" in ask(folder, encoder).citations[0].quote
    left = {path.name for path in folder.iterdir()} - {".lock", "CURRENT"}
    assert len(left) == 2 and all(re.fullmatch(r"v-\w{12}-\w{8}", name) for name in left)


def test_build_on_a_full_disk_leaves_the_index_as_it_is(tmp_path: Path, builder: Builder) -> None:
    """A file that may not grow fails as one on a full disk does, whoever writes it."""
    seeds, folder, encoder = tmp_path / "seeds", tmp_path / "index", HashEncoder()
    assert builder.build("never")[0] == 0
    failed = 0
    for number, size in enumerate([0, 10, 300, 1000, 3000, 8000, 16_000, 30_000], 1):
        write(seeds, number)
        code, error = builder.build(f"full {size}")
        if code == 0:
            break
        failed += 1
        assert (code, error) == (1, "SettingsError"), size
        assert "mobilise 0 milliards" in ask(folder, encoder).citations[0].quote
        assert not (folder / ".building" / "version").exists()
    assert failed > 5
    assert builder.build("never")[0] == 0
    assert f"mobilise {number} milliards" in ask(folder, encoder).citations[0].quote
