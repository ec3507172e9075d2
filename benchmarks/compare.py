"""Measure ours, LlamaIndex and llama-cpp-python alone over the same models and questions.

    .venv/bin/python -m benchmarks.compare --out docs/performance.md
    .venv/bin/python -m benchmarks.compare --eval EVAL --out docs/performance.md --questions 20

From the project's folder, on a machine that does nothing else. Without `--eval` the seeds alone
(20 questions); with it also the seeds with the AI Act of that folder (`aiact/`,
`aiact_crosslingual.questions.jsonl`; 60 questions, 614 articles). `systems` says what is measured,
`report` what is told. The questions are asked in two passes, so that the second one meets a server
that has answered them all:

    1. for each question, system by system: cold, and for the peers then their best case
    2. for each question, system by system: warm

The models are the program's own, fetched where they are missing. LlamaIndex is installed into
`build/bench-venv`. Every sample is kept in `--work`/samples.jsonl as it comes, and the section so
far in `--work`/section.md; `--out` is written at the end. The exit code is 1 when ours could not be
measured or no peer could.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from benchmarks import machine, peer_venv, report, sections
from benchmarks.questions import ACT, SEEDS, Question, act_questions, seeds_questions
from benchmarks.systems import Sample, State, System
from benchmarks.systems.ours import LoadedModels, Ours
from benchmarks.systems.peer import Peer
from benchmarks.workers.lines import Config
from euaiqa import pipeline
from euaiqa import settings as settings_module
from euaiqa.errors import EuaiqaError
from euaiqa.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / "build/bench-venv"
CONTEXT = 4096  # tokens, of the peers
PASSES: tuple[tuple[State, ...], ...] = (("cold", "best"), ("warm",))
# Asked first of every system, in no table and not among the others (a test question of the seeds,
# in the language of their articles, so that no quote is translated): what is loaded at the first
# question is loaded by it.
FIRST = Question("first", "fr", "Qui a annoncé InvestAI\u00a0?")
BUSY = 0.5  # load from which the machine is called busy

_console = Console(stderr=True, soft_wrap=True, highlight=False)


@dataclass(frozen=True, slots=True)
class Corpus:
    """A folder of articles and what is asked over it."""

    name: str
    title: str
    folder: Path
    questions: list[Question]


class Run:
    """One run: what was measured so far, and where it is kept."""

    def __init__(self, work: Path, settings: Settings) -> None:
        self.samples: list[Sample] = []
        self._file = work / "samples.jsonl"
        self._section = work / "section.md"
        self._settings = settings
        self._started = time.monotonic()
        self._date = dt.datetime.now(dt.UTC).date().isoformat()
        self._load = machine.load()
        self._idle_cpu: dict[str, float] = {}
        self.versions = machine.versions()
        self.corpora: dict[str, str] = {}
        self.model = ""
        self._file.write_text("", encoding="utf-8")
        if self._load is not None and self._load > BUSY:
            _console.print(f"[yellow]The machine is busy (load {self._load:.1f}).[/yellow]")

    def keep(self, sample: Sample) -> None:
        """Add a sample, tell it, and bring the files up to date."""
        self.samples.append(sample)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(sample), ensure_ascii=False) + "\n")
        self._section.write_text(self.section(), encoding="utf-8")
        seconds = " ".join("–" if s is None else f"{s:.1f}" for s in (sample.first, sample.whole))
        told = sample.error or f"{seconds} s  {sample.text[:60]!r}"
        _console.print(escape(f"  {sample.state} {sample.system}: {told}"))

    def spent_idle(self, system: System) -> None:
        """Add what a system spent while it was not asked."""
        self._idle_cpu[system.name] = self._idle_cpu.get(system.name, 0.0) + system.idle_cpu

    def section(self) -> str:
        """The section so far."""
        threads, longest = self._settings.threads, self._settings.max_tokens
        return report.section(
            self.samples,
            report.Ran(
                date=self._date,
                machine=f"{machine.cores()} cores of {machine.processor()}",
                load=self._load,
                versions=self.versions,
                setup=(
                    f"{self.model}, greedy; {threads} threads for llama.cpp and for the encoder in "
                    f"every system, {longest} tokens at most."
                ),
                corpora=self.corpora,
                idle_cpu=self._idle_cpu,
                seconds=time.monotonic() - self._started,
            ),
        )


def main() -> int:
    """Measure and write; the exit code."""
    options = _options()
    options.work.mkdir(parents=True, exist_ok=True)
    settings = settings_module.load()
    settings = settings.model_copy(update={"threads": settings.threads or machine.cores()})
    run = Run(options.work, settings)
    try:
        _measure(run, options, settings)
    except EuaiqaError as error:
        _console.print(escape(f"error: {error.message}; hint: {error.hint}"))
        return 1
    except KeyboardInterrupt:
        _console.print(f"Interrupted; what there is so far is in {options.work}.")
        return 130
    text = run.section()
    sections.put(options.out, "benchmarks", text)
    sys.stdout.write(text)
    measured = any(s.system != Ours.name and not s.error for s in run.samples)
    return 0 if measured else 1


def _measure(run: Run, options: argparse.Namespace, settings: Settings) -> None:
    """Ask everything of everyone.

    Raises:
        EuaiqaError: ours cannot be set up.
    """
    python, trouble = _llamaindex(VENV)
    corpora = list(_corpora(options))
    prepared = {}
    for corpus in corpora:
        update = {"seeds": corpus.folder, "index": options.work / f"{corpus.name}-index"}
        prepared[corpus.name] = settings.model_copy(update=update)
        pipeline.prepare(prepared[corpus.name], _console)
    loaded = LoadedModels(settings)
    run.model = loaded.model_path.stem
    for corpus in corpora:
        _console.print(f"{corpus.title}: {len(corpus.questions)} questions")
        with ExitStack() as stack:
            ours = Ours(corpus.name, prepared[corpus.name], loaded)
            stack.callback(ours.close)
            run.corpora[corpus.name] = _described(corpus, ours)
            passages = {q.id: ours.retrieved(q.text) for q in (FIRST, *corpus.questions)}
            peers = []
            for name, command in _commands(python).items():
                config = _config(corpus, settings, loaded)
                _console.print(f"Loading {name} …")
                peer = Peer(
                    name, corpus.name, command, config, passages, root=ROOT,
                    log=options.work / f"{corpus.name}-{name.split()[0]}.log",
                    environment=_environment(options.work),
                )  # fmt: skip
                if name == "LlamaIndex" and trouble:
                    peer.error = trouble
                stack.callback(peer.close)
                run.versions.update(peer.versions)
                peers.append(peer)
            _ask(run, corpus, [ours, *peers])


def _ask(run: Run, corpus: Corpus, systems: Sequence[System]) -> None:
    """All questions, in all states, of all systems; the one that begins changes each time."""
    for system in systems:
        system.ask(FIRST, "cold")
    for states in PASSES:
        for n, question in enumerate(corpus.questions):
            _console.print(escape(f"{n + 1}/{len(corpus.questions)} {question.text}"))
            turn = n % len(systems)
            for state in states:
                for system in (*systems[turn:], *systems[:turn]):
                    if state in system.states:
                        run.keep(system.ask(question, state))
    for system in systems:
        run.spent_idle(system)


def _llamaindex(folder: Path) -> tuple[Path, str]:
    """The Python that has LlamaIndex, or what is wrong."""
    try:
        return peer_venv.prepare(folder), ""
    except peer_venv.PeerSetupFailed as error:
        _console.print(escape(f"LlamaIndex cannot be measured: {error}"))
        return Path(sys.executable), f"not installed: {error}"


def _commands(llamaindex: Path) -> dict[str, list[str]]:
    """How the workers are started, by the name of the peer."""
    return {
        "LlamaIndex": [str(llamaindex), "-m", "benchmarks.workers.llamaindex_worker"],
        "llama.cpp alone": [sys.executable, "-m", "benchmarks.workers.plain_worker"],
    }


def _config(corpus: Corpus, settings: Settings, loaded: LoadedModels) -> Config:
    return {
        "model": str(loaded.model_path),
        "encoder": str(loaded.encoder_path),
        "articles": str(corpus.folder),
        "threads": settings.threads,
        "max_tokens": settings.max_tokens,
        "context": CONTEXT,
    }


def _environment(work: Path) -> dict[str, str]:
    """Ours, without any way to a network."""
    offline = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    return {**os.environ, **offline, "LLAMA_INDEX_CACHE_DIR": str((work / "cache").resolve())}


def _corpora(options: argparse.Namespace) -> Iterator[Corpus]:
    seeds = ROOT / "seeds"
    asked = seeds_questions(ROOT / "tests/data/questions_seeds.jsonl", options.questions or SEEDS)
    yield Corpus("seeds", "The seeds alone", seeds, asked)
    if options.eval:
        both = options.work / "aiact"
        shutil.rmtree(both, ignore_errors=True)
        shutil.copytree(options.eval / "aiact", both)
        shutil.copytree(seeds, both, dirs_exist_ok=True)
        rows = options.eval / "aiact_crosslingual.questions.jsonl"
        asked = act_questions(rows, options.questions or ACT)
        yield Corpus("aiact", "The seeds with the AI Act", both, asked)


def _described(corpus: Corpus, ours: Ours) -> str:
    french = sum(question.language == "fr" for question in corpus.questions)
    return (
        f"{corpus.title}: {ours.articles} articles, {ours.passages} passages of ours; "
        f"{len(corpus.questions)} questions, {french} of them French"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.compare", description="see the module")
    parser.add_argument("--eval", type=Path, help="folder that holds aiact/ and its questions")
    parser.add_argument("--out", type=Path, required=True, help="Markdown file for the section")
    parser.add_argument("--questions", type=int, help="ask so many of each folder, 2 at least")
    parser.add_argument("--work", type=Path, default=ROOT / "build/bench", help="for what is kept")
    options = parser.parse_args()
    if options.questions is not None and options.questions < 2:  # else warm follows itself
        parser.error("--questions must be 2 or more")
    if options.eval and not (options.eval / "aiact").is_dir():
        parser.error(f"there is no folder aiact in {options.eval}")
    return options


if __name__ == "__main__":
    sys.exit(main())
