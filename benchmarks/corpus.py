"""A large folder: what it takes to build its index, to add an article to it, and to open it.

    python -m benchmarks.corpus --eval EVAL --out docs/performance.md [--articles 1000 100000]

The articles are made of sentences of the AI Act (in EVAL), the words of each shuffled and a number
added, so that no two are alike, as those of a newspaper are not. The encoder is replaced by one
that gives mixtures of vectors of the AI Act, because the real one would need hours: what is
measured is everything but embedding; how many texts a second the real one embeds is measured
beside it. Each thing is done in a process of its own; the memory told is the largest that no file
stands behind (what is mapped from files the system takes back when it needs it).
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from zlib import crc32

import numpy as np
from rich.console import Console

from benchmarks import machine, sections
from euaiqa import index, pipeline, settings
from euaiqa.documents import read_corpus
from euaiqa.encoder import E5Encoder, Vectors
from euaiqa.language import detect
from euaiqa.operations import Progress
from euaiqa.retrieve import Retriever
from euaiqa.settings import Settings

SENTENCES = 10  # of an article, two a paragraph: about 300 words
SAMPLE = 600  # texts that the real encoder embeds
QUESTION = "Which penalties apply to providers of general-purpose AI models?"
STEPS = ("build", "again", "add", "open")


@dataclass(slots=True)
class Took:
    """What one process did: seconds of all and of its steps, megabytes at most, and counts."""

    seconds: float
    megabytes: float
    steps: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


class Drawing:
    """Stands for the encoder: counts tokens as it does, and gives mixtures of real vectors."""

    def __init__(self, real: E5Encoder, pool: Vectors) -> None:
        self._real, self._pool = real, pool
        self.name, self.fingerprint = real.name, real.fingerprint
        self.dimensions = real.dimensions
        self._noise = np.random.default_rng(6).normal(0, 0.02, size=(4096, self.dimensions))

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors that depend on the texts alone, float32 (n, d)."""
        return self.encode_passages(texts)

    def encode_passages(
        self, texts: Sequence[str], *, advance: Callable[[int], None] | None = None
    ) -> Vectors:
        """The same."""
        drawn = np.array([crc32(text.encode()) for text in texts])
        size = len(self._pool)
        mixed = 0.7 * self._pool[drawn % size] + 0.3 * self._pool[drawn // size % size]
        mixed += self._noise[drawn % len(self._noise)]
        if advance:
            advance(len(texts))
        found: Vectors = (mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).astype(np.float32)
        return found

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """As the encoder counts."""
        return self._real.count_tokens(texts)


class Memory:
    """Looks every now and then how much memory is this process's own."""

    def __init__(self) -> None:
        self._largest, self._done = 0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._done.wait(0.05):
            self._largest = max(self._largest, self._now())

    def _now(self) -> int:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))

    def largest(self) -> int:
        """Kilobytes, at most, that no file stands behind."""
        self._done.set()
        self._thread.join()
        return max(self._largest, self._now())


def write(folder: Path, sentences: dict[str, list[str]], count: int) -> None:
    """Write so many articles, a thousand in a folder, in both languages by turns."""
    draw = random.Random(count)  # noqa: S311 - nothing secret
    for number in range(count):
        own = sentences["fr" if number % 2 else "en"]
        (folder / f"{number // 1000:03}").mkdir(parents=True, exist_ok=True)
        path = folder / f"{number // 1000:03}" / f"{number:06}.txt"
        path.write_text(article(draw, own, number), encoding="utf-8")


def article(draw: random.Random, sentences: Sequence[str], number: int) -> str:
    """A title and some paragraphs; each sentence with a number that no other has."""

    def shuffled(size: int | None = None) -> str:
        words = draw.choice(sentences)[:-1].split()
        return " ".join(draw.sample(words, min(len(words), size or len(words)))).capitalize()

    chosen = [f"{shuffled()} {number * SENTENCES + place}." for place in range(SENTENCES)]
    title = shuffled(9).rstrip(",;:")
    paragraphs = [" ".join(chosen[at : at + 2]) for at in range(0, SENTENCES, 2)]
    return "\n\n".join([f"{title} {number}", *paragraphs]) + "\n"


def sentences_of(folder: Path) -> dict[str, list[str]]:
    """Sentences of the AI Act by language: those of a usual length that end with a full stop."""
    found: dict[str, list[str]] = {"fr": [], "en": []}
    for document in read_corpus(folder / "aiact", detect).documents:
        for line in document.text.split("\n"):
            for part in line.split(". "):
                if 60 <= len(part) <= 400 and "\t" not in part:
                    found[document.language].append(part.rstrip(".;,:") + ".")
    return found


def work(step: str, configured: Settings, pool: Path) -> Took:
    """Do one thing in this process."""
    encoder = Drawing(pipeline.encoder_of(configured), np.load(pool))
    took: dict[str, float] = {}
    at = [time.perf_counter(), ""]

    def report(now: Progress) -> None:
        moment = time.perf_counter()
        took[str(at[1])] = took.get(str(at[1]), 0.0) + moment - float(at[0])
        at[:] = [moment, now.step]

    memory = Memory()
    began = time.perf_counter()
    counts: dict[str, int] = {}
    if step == "open":
        loaded = index.load(configured.index, encoder)
        retriever = Retriever(loaded, encoder)
        took["opened"] = time.perf_counter() - began
        found = retriever.retrieve(QUESTION, "en", 16)
        counts = {"found": len(found)}
    else:
        built, _ = pipeline.update(configured, lambda: encoder, steps=index.Steps(report))
        took.pop("", None)
        counts = {name: getattr(built, name) for name in ("passages", "sentences", "embedded")}
        counts |= {"changes": len(built.changes.added) + len(built.changes.changed)}
    seconds = time.perf_counter() - began
    return Took(seconds, memory.largest() / 1000, took, counts)


def measured(count: int, sentences: dict[str, list[str]], pool: Path, work_in: Path) -> list[Took]:
    """Make a folder of so many articles, and do each thing in a process of its own."""
    folder = work_in / str(count)
    shutil.rmtree(folder, ignore_errors=True)
    write(folder / "seeds", sentences, count)
    found = []
    for step in STEPS:
        if step == "add":
            draw = random.Random(count + 1)  # noqa: S311 - nothing secret
            text = article(draw, sentences["fr"], count + 1)
            (folder / "seeds" / "one-more.txt").write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "benchmarks.corpus", "--eval", "-", "--out", "-"]
        command += ["--step", step, "--work", str(folder), "--pool", str(pool)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found.append(Took(**json.loads(done.stdout.splitlines()[-1])))
        Console().print(count, step, found[-1])
    size = sum(path.stat().st_size for path in (folder / "index").rglob("*") if path.is_file())
    found[0].counts["bytes"] = size // 2  # two versions are kept
    shutil.rmtree(folder)
    return found


def section(rows: dict[int, list[Took]], rate: float, took: float) -> str:
    """The section as Markdown."""
    told = (
        f"{machine.measured(took)}\n\n"
        "Articles of about 300 words, made of the AI Act's sentences; everything but embedding, "
        "which is given (`benchmarks/corpus.py` says how). The real encoder embeds "
        f"{rate:.0f} texts a second here. Memory is the largest of each process, the "
        "loaded encoder included, mapped files not.\n"
    )
    names = (
        "articles",
        "passages, sentences",
        "index",
        "built, without embedding",
        "memory",
        "embedding, estimated",
        "nothing changed",
        "one added",
        "memory",
        "opened; first search",
    )
    lines = [f"| {' | '.join(names)} |", "|---" * len(names) + "|"]
    for count, (build, again, add, opened) in rows.items():
        first = opened.steps["opened"]
        cells = (
            f"{count:,}",
            f"{build.counts['passages']:,}, {build.counts['sentences']:,}",
            f"{build.counts['bytes'] / 1e6:,.0f} MB",
            f"{build.seconds:,.0f} s",
            f"{build.megabytes:,.0f} MB",
            f"{build.counts['embedded'] / rate / 3600:,.1f} h",
            f"{again.seconds:.1f} s",
            f"{add.seconds:.1f} s, {add.counts['embedded']} texts embedded",
            f"{add.megabytes:,.0f} MB",
            f"{first:.2f} s; {opened.seconds - first:.2f} s",
        )
        lines.append(f"| {' | '.join(cells)} |")
    largest = max(rows)
    steps = ", ".join(f"{name} {value:,.0f} s" for name, value in rows[largest][0].steps.items())
    end = f"Of building {largest:,} articles: {steps}."
    return "\n".join(["## Many articles", "", told, *lines, "", end])


def main() -> int:
    """Measure and write the section."""
    parser = argparse.ArgumentParser(description="see the module")
    parser.add_argument("--eval", type=Path, required=True, help="folder that holds aiact/")
    parser.add_argument("--out", type=Path, required=True, help="Markdown file for the section")
    parser.add_argument("--articles", type=int, nargs="*", default=(1_000, 10_000, 100_000))
    parser.add_argument("--work", type=Path, help="folder for some gigabytes")
    parser.add_argument("--step", choices=STEPS, help="for itself")
    parser.add_argument("--pool", type=Path, help="for itself")
    options = parser.parse_args()
    if options.step:
        configured = settings.load().model_copy(
            update={"seeds": options.work / "seeds", "index": options.work / "index"}
        )
        print(json.dumps(asdict(work(options.step, configured, options.pool))))  # noqa: T201
        return 0
    began = time.perf_counter()
    work_in = Path(tempfile.mkdtemp(dir=options.work))
    try:
        sentences = sentences_of(options.eval)
        encoder = pipeline.encoder_of(settings.load())
        draw = random.Random(6)  # noqa: S311 - nothing secret
        texts = [draw.choice(sentences[draw.choice(("fr", "en"))]) for _ in range(SAMPLE)]
        moment = time.perf_counter()
        vectors = encoder.encode_passages(texts)
        rate = len(texts) / (time.perf_counter() - moment)
        np.save(work_in / "pool.npy", vectors)
        rows = {
            count: measured(count, sentences, work_in / "pool.npy", work_in)
            for count in options.articles
        }
        text = section(rows, rate, time.perf_counter() - began)
    finally:
        shutil.rmtree(work_in, ignore_errors=True)
    sections.put(options.out, "corpus", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
