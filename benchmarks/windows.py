"""What each way of giving the model its passages costs in right answers, and in time.

    .venv/bin/python -m benchmarks.windows --out docs/performance.md [--questions 40]

Bare drafts, unproven, of the answerable questions of `questions_seeds.jsonl` and
`questions_tune.jsonl` over the seeds and the ten articles of `tests/data/articles`, judged by the
questions' patterns. All ways get the same retrieval:

- in a row: the first three passages in one text, decoded for each question, as is usual;
- side by side: the same three, each computed alone and blind to the others (parallel windows);
- the chosen one: of those that `pipeline.reading` reads, the one that answers likeliest, alone.

The first token is measured with the passages of the second and third way read ahead; those of
the first cannot be, for each question puts others in a row.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from benchmarks import machine, sections
from euaiqa import index, models, prompts, settings
from euaiqa.datamodels import Corpus, Language, Prompt
from euaiqa.documents import read_corpus
from euaiqa.encoder import E5Encoder
from euaiqa.evaluate import Question, read_all
from euaiqa.evaluate.intervals import interval
from euaiqa.evaluate.questions import found
from euaiqa.generator import Limits, LlamaGenerator, never
from euaiqa.language import detect
from euaiqa.pipeline import Pipeline, reading

ROOT = Path(__file__).resolve().parent.parent
FILES = [ROOT / f"tests/data/questions_{name}.jsonl" for name in ("seeds", "tune")]
PASSAGES = 3
SHOWN = 8  # as many as the program reads at most
TOKENS = 96
LANGUAGES: tuple[Language, ...] = ("fr", "en")
Way = Callable[[Question], Prompt]


@dataclass(frozen=True, slots=True)
class Draft:
    """What one way made of one question."""

    question: Question
    right: bool
    first: float  # seconds


def ways(pipeline: Pipeline) -> dict[str, Way]:
    """How each way prompts; what it does to find its passages counts for the first token."""

    def beside(question: Question) -> Prompt:
        shown = [one.found.passage for one in pipeline.candidates(question.question, SHOWN)]
        return prompts.answer_prompt(question.question, question.language, shown[:PASSAGES])

    def in_a_row(question: Question) -> Prompt:
        prompt = beside(question)
        return replace(prompt, passages=("".join(prompt.passages),))

    def chosen(question: Question) -> Prompt:
        candidates = pipeline.candidates(question.question, SHOWN)
        known = pipeline.stages.tools.answerability(question.question, never)
        read = reading.read(candidates, known.passages, never)
        # where all are about something else the program refuses; here it drafts, as the others do
        best = read[0].passage if read else candidates[0].found.passage
        return prompts.answer_prompt(question.question, question.language, [best])

    return {"in a row": in_a_row, "side by side": beside, "the chosen one": chosen}


def drafted(generator: LlamaGenerator, way: Way, question: Question) -> Draft:
    """Let the model draft an answer."""
    started = time.perf_counter()
    first = 0.0
    text = ""
    for piece in generator.stream(way(question), Limits(tokens=TOKENS)):
        first = first or time.perf_counter() - started
        text += piece
    return Draft(question, found(question.accepted, text), first)


def section(drafts: dict[str, list[Draft]], took: float) -> str:
    """The section as Markdown."""
    usual = next(iter(drafts))
    lines = [
        "## Ways to give the model its passages",
        "",
        f"{machine.measured(took)} "
        "Bare drafts over twelve articles; 95 % intervals over questions "
        "(`evaluate/intervals.py`), those of the differences over pairs. What chooses was fitted "
        "on the tune questions, among others (ADR 15).",
        "",
        f"| passages | French | English | both | less {usual}, points | first token, median |",
        "|---|---|---|---|---|---|",
    ]
    for name, of_way in drafts.items():
        cells = [_told([d for d in of_way if d.question.language == one]) for one in LANGUAGES]
        first = statistics.median(draft.first for draft in of_way)
        lines.append(
            f"| {name} | {cells[0]} | {cells[1]} | {_told(of_way)} | "
            f"{_less(of_way, drafts[usual]) if name != usual else '–'} | {first:.1f} s |"
        )
    return "\n".join(lines)


def _told(drafts: Sequence[Draft]) -> str:
    between = interval([(draft.right, 1) for draft in drafts]) or (0.0, 0.0)
    right = sum(draft.right for draft in drafts)
    share = f"{right / len(drafts):.0%}".replace("%", " %")
    low, high = (round(100 * bound) for bound in between)
    return f"{right} of {len(drafts)}, {share} ({low} to {high})"


def _less(drafts: Sequence[Draft], usual: Sequence[Draft]) -> str:
    pairs = list(zip(drafts, usual, strict=True))
    differences = [int(one.right) - int(other.right) for one, other in pairs]
    low, high = interval([(difference, 1) for difference in differences]) or (0.0, 0.0)
    mean = statistics.mean(differences)
    return f"{100 * mean:+.0f} ({100 * low:+.0f} to {100 * high:+.0f})"


def _questions(count: int | None) -> Iterator[Question]:
    """Those that stand alone and have an answer, French and English in turn."""
    rows = [q for q in read_all(FILES) if q.answerable and not q.history]
    sorted_out = [[q for q in rows if q.language == one] for one in LANGUAGES]
    for number in range(max(map(len, sorted_out))):
        if count and number >= count // len(LANGUAGES):
            return
        yield from (rows[number] for rows in sorted_out if number < len(rows))


def main() -> int:
    """Measure and write the section."""
    parser = argparse.ArgumentParser(description="see the module")
    parser.add_argument("--out", type=Path, required=True, help="Markdown file for the section")
    parser.add_argument("--questions", type=int, help="ask so many")
    options = parser.parse_args()
    began = time.perf_counter()
    configured = settings.load()
    files = models.locate_encoder(configured)
    encoder = E5Encoder(files.path, name="e5", fingerprint=files.fingerprint)
    generator = LlamaGenerator(models.locate_language_model(configured))
    folders = (ROOT / "seeds", ROOT / "tests/data/articles")
    corpus = Corpus(tuple(d for f in folders for d in read_corpus(f, detect).documents))
    drafts: dict[str, list[Draft]] = {}
    with tempfile.TemporaryDirectory() as folder:
        index.build(corpus, encoder, Path(folder))
        pipeline = Pipeline(index.load(Path(folder), encoder), encoder, generator)
        while pipeline.warm(never):
            pass
        questions = list(_questions(options.questions))
        for name, way in ways(pipeline).items():
            drafts[name] = []
            for number, question in enumerate(questions, 1):
                drafts[name].append(drafted(generator, way, question))
                right = sum(draft.right for draft in drafts[name])
                Console(stderr=True).print(f"{name}: {number} of {len(questions)}, {right} right")
    sections.put(options.out, "windows", section(drafts, time.perf_counter() - began))
    return 0


if __name__ == "__main__":
    sys.exit(main())
