"""The program against itself: decoding, several readers, building an index.

    python -m benchmarks.own --out docs/performance.md [--questions 8] [--rounds 3]

- Decoding: tokens a second of `LlamaGenerator.stream`, and of llama.cpp's `llama_decode` called
  for one token after the other, over the same passage, in turn.
- Readers: answers a minute where one, two and four ask at the same time, all passages read.
- Building: texts a second of `index.build`, and of the encoder alone given the same passages,
  sentences and generic questions, sorted by length, in batches.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console

from benchmarks import machine, sections
from benchmarks.questions import SEEDS, seeds_questions
from euaiqa import index as indexes
from euaiqa import models, prompts, settings
from euaiqa.datamodels import TokenEvent
from euaiqa.documents import read_corpus
from euaiqa.encoder import E5Encoder
from euaiqa.generator import Limits, LlamaGenerator, never
from euaiqa.generator.context import Context, Run
from euaiqa.index.neutral import Neutral
from euaiqa.language import detect
from euaiqa.pipeline import Pipeline

ROOT = Path(__file__).resolve().parent.parent
TOKENS = 64
READERS = (1, 2, 4)


@dataclass(frozen=True, slots=True)
class Asked:
    """How some readers fared together."""

    minute: float  # answers a minute
    first: float  # seconds to the first word, or to the refusal, median
    whole: float  # seconds, median


def decoding(path: Path, generator: LlamaGenerator, pipeline: Pipeline, rounds: int) -> list[float]:
    """Tokens a second by the generator, over those by llama.cpp alone, for each round."""
    passage = pipeline.search("InvestAI", 1)[0].passage
    prompt = prompts.answer_prompt("Raconte tout ce que dit l'extrait.", "fr", [passage])
    bare = Context(path, cells=2048, sequences=1)
    whole = prompt.prefix + prompt.passages[0] + prompt.question + prompt.suffix
    tokens = bare.vocabulary.tokens(whole, control=True)
    ratios = []
    for _ in range(rounds):
        bare.clear()
        token = int(bare.decode([Run(tokens, 0, 0)])[0].argmax())
        started = time.perf_counter()
        for n in range(TOKENS):
            token = int(bare.decode([Run([token], len(tokens) + n, 0)])[0].argmax())
        alone = TOKENS / (time.perf_counter() - started)
        times = []
        for _ in generator.stream(prompt, Limits(tokens=TOKENS)):
            times.append(time.perf_counter())
        # pieces are tokens here: one that is not a whole character would count for less
        ours = (len(times) - 1) / (times[-1] - times[0])
        ratios.append(ours / alone)
    return ratios


def asked(pipeline: Pipeline, questions: Sequence[str], readers: int) -> Asked:
    """Let some readers ask all questions, each the next one that is left."""
    left, taking = list(questions), threading.Lock()
    firsts: list[float] = []
    wholes: list[float] = []

    def read() -> None:
        while True:
            with taking:
                if not left:
                    return
                question = left.pop(0)
            started = time.perf_counter()
            first = None
            for event in pipeline.ask(question):
                if first is None and isinstance(event, TokenEvent):
                    first = time.perf_counter() - started
            wholes.append(time.perf_counter() - started)
            firsts.append(wholes[-1] if first is None else first)

    started = time.perf_counter()
    threads = [threading.Thread(target=read) for _ in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    minutes = (time.perf_counter() - started) / 60
    return Asked(len(questions) / minutes, statistics.median(firsts), statistics.median(wholes))


def building(encoder: E5Encoder, rounds: int) -> list[float]:
    """Texts a second of `index.build`, over those of the encoder alone, for each round."""
    corpus = read_corpus(ROOT / "tests/data/articles", detect)
    with tempfile.TemporaryDirectory() as folder:
        indexes.build(corpus, encoder, Path(folder))
        loaded = indexes.load(Path(folder), encoder)
        texts = [passage.text for passage in loaded.passages]
        texts += [sentence.text for passage in loaded.passages for sentence in passage.sentences]
        titles = [document.title for document in corpus.documents]
        ratios = []
        for _ in range(rounds):
            started = time.perf_counter()
            encoder.encode_passages(texts)
            Neutral.of_corpus(titles, encoder)
            alone = time.perf_counter() - started
            started = time.perf_counter()
            indexes.build(corpus, encoder, Path(folder))
            ratios.append(alone / (time.perf_counter() - started))
    return ratios


def section(
    decoded: Sequence[float],
    built: Sequence[float],
    read: dict[int, list[Asked]],
    took: float,
) -> str:
    """The section as Markdown."""

    def share(ratios: Sequence[float]) -> str:
        return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"

    def median(some: Sequence[Asked], what: str) -> float:
        return float(np.median([getattr(one, what) for one in some]))

    one = median(read[READERS[0]], "minute")
    rows = [
        f"| {readers} | {median(some, 'minute'):.1f} | {median(some, 'minute') / one:.2f} | "
        f"{median(some, 'first'):.1f} s | {median(some, 'whole'):.1f} s |"
        for readers, some in read.items()
    ]
    lines = [
        "## Against itself",
        "",
        f"{machine.measured(took)} Medians of the rounds, all kinds in turn.",
        "",
        "- Tokens a second of the generator, over those of `llama_decode` alone: "
        f"{share(decoded)}.",
        "- Texts a second while an index is built, over those of the encoder alone: "
        f"{share(built)}.",
        "",
        "| readers at once | answers a minute | of one reader's | first word | whole answer |",
        "|---|---|---|---|---|",
        *rows,
    ]
    return "\n".join(lines)


def main() -> int:
    """Measure and write the section."""
    parser = argparse.ArgumentParser(description="see the module")
    parser.add_argument("--out", type=Path, required=True, help="Markdown file for the section")
    parser.add_argument("--questions", type=int, default=8, help=f"{SEEDS} at most")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    began = time.perf_counter()
    configured = settings.load()
    files = models.locate_encoder(configured)
    encoder = E5Encoder(files.path, name="e5", fingerprint=files.fingerprint)
    path = models.locate_language_model(configured)
    generator = LlamaGenerator(path)
    rows = seeds_questions(ROOT / "tests/data/questions_seeds.jsonl", options.questions)
    questions = [row.text for row in rows]
    read: dict[int, list[Asked]] = {readers: [] for readers in READERS}
    with tempfile.TemporaryDirectory() as folder:
        indexes.build(read_corpus(ROOT / "seeds", detect), encoder, Path(folder))
        loaded = indexes.load(Path(folder), encoder)
        pipeline = Pipeline(loaded, encoder, generator)
        while pipeline.warm(never):
            pass
        decoded = decoding(path, generator, pipeline, options.rounds)
        for _ in range(options.rounds):
            for readers in READERS:
                # translations of quotes are kept by a pipeline: each has its own
                fresh = Pipeline(loaded, encoder, generator)
                read[readers].append(asked(fresh, questions, readers))
                Console().print(readers, read[readers][-1])
    built = building(encoder, options.rounds)
    text = section(decoded, built, read, time.perf_counter() - began)
    sections.put(options.out, "own", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
