"""How search grows with the number of passages.

    python -m benchmarks.scale --eval EVAL --out docs/performance.md [--sizes 1000 1000000]

EVAL holds the AI Act: its passages, embedded once, and questions made from its titles and
terms, which are searched for by a graph and exactly. Beyond its size vectors are synthetic, each a
mixture of two of its entries with some noise, three sentences a passage, and words are drawn from
its passages. What is timed is the program's own retrieval; the questions were embedded before.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from benchmarks import machine, sections
from benchmarks.questions import ACT, Question, act_questions
from euaiqa import index as indexes
from euaiqa import models, settings
from euaiqa.datamodels import Document, Head, Language, Passage
from euaiqa.documents import read_corpus
from euaiqa.encoder import E5Encoder, Vectors
from euaiqa.index import Index, LexicalIndex, dense
from euaiqa.index.dense import DenseVectors, Entries, kind_of, searchable
from euaiqa.index.passages import Table
from euaiqa.language import detect
from euaiqa.retrieve import Retriever

SIZES = (1_000, 10_000, 100_000, 1_000_000)
SENTENCES = 3  # of a synthetic passage; the AI Act has as many
WORDS = 60  # of a synthetic passage
NOISE = 0.02  # a dimension; vectors are 1 long, in 384 dimensions
NEAREST = 10
ROUNDS = 3  # questions are asked so often
CHUNK = 100_000
LANGUAGES: tuple[Language, ...] = ("fr", "en")


@dataclass(frozen=True, slots=True)
class Line:
    """How one size was built and searched."""

    passages: int
    entries: int
    kind: str
    vectors: float  # seconds to make them searchable
    words: float  # seconds for BM25 of both languages
    megabytes: float  # of the FAISS index, in memory
    p50: float  # milliseconds of the whole retrieval
    p95: float
    recall: float  # of the nearest ten entries


class Given:
    """Stands for the encoder: knows the vectors of the questions alone."""

    name = fingerprint = "given"
    dimensions = 384

    def __init__(self, vectors: dict[str, Vectors]) -> None:
        self._vectors = vectors

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Their vectors, float32 (n, d)."""
        return np.stack([self._vectors[text] for text in texts])

    def encode_passages(
        self, texts: Sequence[str], *, advance: Callable[[int], None] | None = None
    ) -> Vectors:
        """Never asked for here."""
        raise NotImplementedError

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Never asked for here."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Real:
    """The AI Act: its index, what is searched there, and questions."""

    index: Index
    entries: Vectors
    questions: Sequence[Question]
    encoder: Given


def real(folder: Path, work: Path) -> Real:
    """Index the AI Act, unless it is there, and embed the questions."""
    configured = settings.load()
    files = models.locate_encoder(configured)
    encoder = E5Encoder(files.path, name="e5", fingerprint=files.fingerprint)
    corpus = read_corpus(folder / "aiact", detect)
    indexes.build(corpus, encoder, work, reuse=True)
    loaded = indexes.load(work, encoder)
    asked = act_questions(folder / "aiact_crosslingual.questions.jsonl", ACT)
    vectors = encoder.encode_queries([question.text for question in asked])
    of = loaded.vectors
    return Real(
        loaded,
        Entries(loaded.table, of.passages, of.sentences, of.neutral)[:],
        asked,
        Given({question.text: vector for question, vector in zip(asked, vectors, strict=True)}),
    )


def measured(act: Real, passages: int) -> Line:
    """Make so many passages, and search them."""
    random = np.random.default_rng(passages)
    made = _passages(act, passages)
    of_entry = mixed(act.entries, passages * SENTENCES, random)
    started = time.perf_counter()
    found = searchable(of_entry)
    vectors = time.perf_counter() - started
    started = time.perf_counter()
    lexical = {language: _words(act, made, language, random) for language in LANGUAGES}
    words = time.perf_counter() - started
    whole = np.zeros((1, act.entries.shape[1]), dtype=np.float32)
    held = DenseVectors(
        found,
        np.broadcast_to(whole, (passages, whole.shape[1])),
        np.broadcast_to(whole, (len(of_entry), whole.shape[1])),
        act.index.vectors.neutral,
    )
    heads = [Head(one.document, one.title, None, one.language) for one in made]
    table = Table.of(enumerate(made))
    documents = [_alone(passage) for passage in made]
    index = Index(act.index.manifest, heads, documents, table, held, lexical)
    retriever = Retriever(index, act.encoder)
    took = []
    for _ in range(ROUNDS):
        for question in act.questions:
            started = time.perf_counter()
            retriever.retrieve(question.text, question.language, 16)
            took.append((time.perf_counter() - started) * 1000)
    p50, p95 = np.percentile(took, [50, 95])
    recall = recall_of(found, of_entry, _asked(act))
    exact = kind_of(found) == "exact"
    # a byte a number, and the links: twice as many in the lowest layer, which holds nearly all
    of_each = of_entry.shape[1] * 4 if exact else of_entry.shape[1] + 2 * dense.LINKS * 4
    size = len(of_entry) * of_each
    return Line(
        passages,
        len(of_entry),
        kind_of(found),
        vectors,
        words,
        size / 1e6,
        float(p50),
        float(p95),
        recall,
    )


def mixed(vectors: Vectors, size: int, random: np.random.Generator) -> Vectors:
    """So many mixtures of two vectors each with some noise, float32 (size, d)."""
    made = np.empty((size, vectors.shape[1]), dtype=np.float32)
    for start in range(0, size, CHUNK):
        n = min(CHUNK, size - start)
        one, other = vectors[random.integers(len(vectors), size=(2, n))]
        share = random.uniform(0.5, 1, size=(n, 1))
        noise = random.normal(0, NOISE, size=(n, vectors.shape[1]))
        made[start : start + n] = share * one + (1 - share) * other + noise
    return made


def recall_of(found: Any, vectors: Vectors, asked: Vectors) -> float:
    """The share of the exactly nearest ten that a FAISS index finds."""
    near = found.search(asked, NEAREST)[1]
    best = np.full((len(asked), NEAREST), -np.inf, dtype=np.float32)
    exact = np.zeros((len(asked), NEAREST), dtype=np.int64)
    for start in range(0, len(vectors), CHUNK):
        scores = asked @ vectors[start : start + CHUNK].T
        numbers = np.broadcast_to(np.arange(start, start + scores.shape[1]), scores.shape)
        both = np.concatenate([best, scores], axis=1)
        order = np.argpartition(-both, NEAREST - 1, axis=1)[:, :NEAREST]
        best = np.take_along_axis(both, order, axis=1)
        exact = np.take_along_axis(np.concatenate([exact, numbers], axis=1), order, axis=1)
    hits = [len(set(a) & set(b)) for a, b in zip(near.tolist(), exact.tolist(), strict=True)]
    return sum(hits) / (NEAREST * len(asked))


def _asked(act: Real) -> Vectors:
    """The questions as they are searched with."""
    return np.stack(
        [
            act.index.question_vector(act.encoder.encode_queries([q.text])[0], q.language)
            for q in act.questions
        ]
    )


def _passages(act: Real, size: int) -> list[Passage]:
    """The AI Act's passages over and over, each cut or filled up to as many sentences."""
    full = [
        replace(passage, sentences=(passage.sentences * SENTENCES)[:SENTENCES], before=())
        for passage in act.index.passages
    ]
    return [_moved(full[i % len(full)], f"{i}") for i in range(size)]


def _moved(passage: Passage, document: str) -> Passage:
    """A passage as the only one of an article."""
    sentences = tuple(
        replace(s, document=document, start=s.start - passage.start, end=s.end - passage.start)
        for s in passage.sentences
    )
    end = passage.end - passage.start
    return replace(passage, document=document, start=0, end=end, sentences=sentences)


def _alone(passage: Passage) -> Document:
    """The article of which a passage is all."""
    return Document(passage.document, passage.title, None, passage.language, passage.text, "")


def _words(
    act: Real, made: Sequence[Passage], language: Language, random: np.random.Generator
) -> LexicalIndex:
    """BM25 over passages of words that were drawn from the AI Act's, as often as they come."""
    text = " ".join(p.text for p in act.index.passages if p.language == language)
    words = np.array(text.split(), dtype=object)
    count = sum(passage.language == language for passage in made)
    drawn: NDArray[Any] = words[random.integers(len(words), size=(count, WORDS))]
    return LexicalIndex.build(language, [" ".join(row) for row in drawn])


def section(act: Real, by_graph: float, lines: Sequence[Line], took: float) -> str:
    """The section as Markdown."""
    told = (
        f"{machine.measured(took)}\n\n"
        f"On the AI Act itself ({len(act.index.passages):,} passages, {len(act.entries):,} "
        f"entries, {len(act.questions)} questions), which is searched exactly, a graph would find "
        f"{by_graph:.3f} of the nearest ten entries. Below, vectors and words "
        f"are synthetic (`benchmarks/scale.py` says how), {SENTENCES} entries a passage. "
        "Retrieval is all of it but the encoding of the question: vectors, words, fusion, sixteen "
        "passages.\n"
    )
    head = (
        "| passages | vector search | made searchable | BM25 built | vectors in memory "
        "| retrieval, median and 95th percentile | recall@10 of exact |\n"
        "|---|---|---|---|---|---|---|"
    )
    rows = [
        f"| {line.passages:,} | {line.kind} | {line.vectors:,.1f} s | {line.words:,.0f} s | "
        f"{line.megabytes:,.0f} MB | {line.p50:.1f} and {line.p95:.1f} ms | {line.recall:.3f} |"
        for line in lines
    ]
    return "\n".join(["## Many passages", "", told, head, *rows])


def main() -> int:
    """Measure and write the section."""
    parser = argparse.ArgumentParser(description="see the module")
    parser.add_argument("--eval", type=Path, required=True, help="folder that holds aiact/")
    parser.add_argument("--out", type=Path, required=True, help="Markdown file for the section")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--work", type=Path, help="keeps the AI Act's index")
    options = parser.parse_args()
    work = options.work or Path(tempfile.mkdtemp())
    try:
        act = real(options.eval, work)
        began = time.perf_counter()
        with patch.object(dense, "EXACT", 0):
            graph = searchable(act.entries)
        by_graph = recall_of(graph, act.entries, _asked(act))
        lines = []
        for size in options.sizes:
            lines.append(measured(act, size))
            Console().print(lines[-1])
        text = section(act, by_graph, lines, time.perf_counter() - began)
    finally:
        if not options.work:
            shutil.rmtree(work, ignore_errors=True)
    sections.put(options.out, "scale", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
