"""Measure retrieval: on our questions over a folder of both languages, and on public sets.

    .venv/bin/python scripts/measure_retrieval.py
    .venv/bin/python scripts/measure_retrieval.py EVAL_DIR [--every 3] [--grid]

Without EVAL_DIR: the questions of `tests/data/questions_new_tune.jsonl` that need no history, over
`seeds/` and `tests/data/articles/`, with each part of the ranking taken away in turn; R@1, R@3 and
R@6 of the first passage that holds a gold sentence, by the languages of question and gold. The
table of docs/adr/0008-language-neutral-vectors.md.

EVAL_DIR holds `NAME.passages.jsonl` and `NAME.questions.jsonl` (id, lang, title, text;
question, passage_id, passage_id_same_lang). Each passage is an article of its own here, in
an index of one language, cut and embedded as any article; R@1, R@5 and MRR of the article that
answers. Titles are left out: they are the queries of one of the sets. `--every 3` keeps one
article in three and its questions; `--grid` tries weights of BM25. The indexes are kept in
`--indexes`, for a second run. The table of docs/adr/0004-retrieval.md.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from euaiqa import index, models, settings
from euaiqa.datamodels import Corpus, Document, Language
from euaiqa.documents import read_corpus
from euaiqa.encoder import E5Encoder, Vectors
from euaiqa.index.dense import DenseVectors, Entries
from euaiqa.index.neutral import Neutral
from euaiqa.language import detect
from euaiqa.retrieve import LEXICAL, RRF_K, Retriever

ROOT = Path(__file__).resolve().parent.parent
OURS = ROOT / "tests/data/questions_new_tune.jsonl"
FOLDERS = (ROOT / "seeds", ROOT / "tests/data/articles")
DIRECTIONS = ("fr>fr", "fr>en", "en>fr", "en>en")
DEPTH = 100

Case = tuple[str, str, Language, str, str]  # set, question, its language, index, right article


class Remembering(E5Encoder):
    """Embeds each question once, however many ways of ranking are tried."""

    def __init__(self, folder: Path, *, name: str, fingerprint: str) -> None:
        super().__init__(folder, name=name, fingerprint=fingerprint)
        self._seen: dict[str, Vectors] = {}

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        new = [text for text in dict.fromkeys(texts) if text not in self._seen]
        if new:
            self._seen |= dict(zip(new, super().encode_queries(new), strict=True))
        return np.stack([self._seen[text] for text in texts])


@dataclass(frozen=True)
class Question:
    """One of our questions, and the numbers of the passages that hold a gold sentence."""

    text: str
    language: Language
    gold: frozenset[int]
    direction: str  # `fr>en`; `` when gold stands in both languages


def main() -> None:
    """Print a row for each way of ranking, or for each public set and direction."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--grid", action="store_true")
    parser.add_argument("--every", type=int, default=1, help="keep one article in so many")
    parser.add_argument("--indexes", type=Path, default=Path(tempfile.gettempdir()) / "euaiqa-eval")
    options = parser.parse_args()
    files = models.locate_encoder(settings.load())
    encoder = Remembering(files.path, name="e5", fingerprint=files.fingerprint)
    if options.folder is None:
        measure_ours(encoder, options.indexes)
    else:
        measure_public(encoder, options)


def measure_ours(encoder: E5Encoder, indexes: Path) -> None:
    """Print R@1, R@3 and R@6 by direction, of what is in use and with parts of it taken away."""
    documents = [d for folder in FOLDERS for d in read_corpus(folder, detect).documents]
    loaded = indexed(Corpus(tuple(documents)), encoder, indexes / "ours")
    asked = list(our_questions(loaded))
    groups = {d: [q.direction == d for q in asked] for d in DIRECTIONS} | {
        "all": [True] * len(asked)
    }
    print(f"\n{len(documents)} articles, {len(loaded.passages)} passages; R@1 / R@3 / R@6\n")
    print("| what |", " | ".join(f"{name} ({sum(group)})" for name, group in groups.items()), "|")
    print("|---|" + "---|" * len(groups))
    for name, orders in ways(loaded, encoder, asked):
        ranks = [
            next((rank for rank, n in enumerate(order, 1) if n in question.gold), 0)
            for order, question in zip(orders, asked, strict=True)
        ]
        cells = []
        for group in groups.values():
            some = [rank for rank, inside in zip(ranks, group, strict=True) if inside]
            shares = [sum(1 <= rank <= k for rank in some) / len(some) for k in (1, 3, 6)]
            cells.append(" / ".join(f"{share:.2f}" for share in shares))
        print(f"| {name} |", " | ".join(cells), "|", flush=True)


def our_questions(loaded: index.Index) -> Iterator[Question]:
    """The questions that can be asked alone and have a gold sentence in a passage."""
    flat = [" ".join(p.text.split()) for p in loaded.passages]
    for row in rows_of(OURS):
        if row.get("history") or not row.get("gold"):
            continue
        gold = [" ".join(sentence.split()) for sentence in row["gold"]]
        found = [
            n
            for n, passage in enumerate(loaded.passages)
            if Path(passage.document).name in row["documents"]
            and any(sentence in flat[n] for sentence in gold)
        ]
        if not found:
            print(f"{row['id']}: its gold is in no passage")
        languages = {loaded.passages[n].language for n in found}
        direction = f"{row['language']}>{languages.pop()}" if len(languages) == 1 else ""
        yield Question(row["question"], row["language"], frozenset(found), direction)


def ways(
    loaded: index.Index, encoder: E5Encoder, asked: Sequence[Question]
) -> Iterator[tuple[str, list[list[int]]]]:
    """Each way of ranking, and the order of the passages that it gives for each question."""
    vectors, passages = loaded.vectors, loaded.passages
    languages = [p.language for p in passages]
    number = {(p.document, p.start): n for n, p in enumerate(passages)}
    neutral = vectors.neutral
    zero: dict[Language, Vectors] = dict.fromkeys(
        neutral.offset, np.zeros(encoder.dimensions, dtype=np.float32)
    )
    means = {a: vectors.passages[[b == a for b in languages]].mean(axis=0) for a in neutral.offset}
    middle = np.mean(list(means.values()), axis=0)
    plain = Neutral(zero, zero)

    def orders(
        subtracted: Neutral, whole: Vectors, single: Vectors, words: float = LEXICAL
    ) -> list[list[int]]:
        dense = faiss.IndexFlatIP(encoder.dimensions)
        dense.add(Entries(loaded.table, whole, single, subtracted)[:])
        searched = loaded.but(
            vectors=DenseVectors(dense, vectors.passages, vectors.sentences, subtracted)
        )
        retriever = Retriever(searched, encoder, lexical=words)
        return [
            [
                number[found.passage.document, found.passage.start]
                for found in retriever.retrieve(question.text, question.language, len(passages))
            ]
            for question in asked
        ]

    def fused_over_all(cosine: list[list[int]]) -> Iterator[list[int]]:
        for order, question in zip(cosine, asked, strict=True):
            lexical = loaded.search_lexical(question.text, question.language, len(passages))
            fused = {n: 1 / (RRF_K + rank) for rank, n in enumerate(order, 1)}
            for rank, n in enumerate(lexical, 1):
                fused[int(n)] += LEXICAL / (RRF_K + rank)
            yield sorted(order, key=lambda n: -fused[n])

    sizes = [len(p.sentences) for p in passages]
    whole, single = vectors.passages, vectors.sentences
    repeated = np.repeat(whole, sizes, axis=0)  # in place of its sentences: the passage alone
    titled = encoder.encode_passages([f"{p.title}\n{p.text}" for p in passages])
    cosine = orders(plain, whole, repeated, 0)
    yield "cosine, BM25 fused over all", list(fused_over_all(cosine))
    yield "cosine alone", cosine
    yield "cosine, offset", orders(replace(plain, offset=neutral.offset), whole, repeated, 0)
    yield "**in use**", orders(neutral, whole, single)
    yield "without the offset", orders(replace(neutral, offset=zero), whole, single)
    yield "without the mean question", orders(replace(neutral, asking=zero), whole, single)
    yield "without the best sentence", orders(neutral, whole, repeated)
    yield "without BM25", orders(neutral, whole, single, 0)
    yield "the passage's title before it", orders(neutral, titled, single)
    of_means = replace(neutral, offset={a: mean - middle for a, mean in means.items()})
    yield "offset: means of the corpus", orders(of_means, whole, single)


def measure_public(encoder: E5Encoder, options: argparse.Namespace) -> None:
    """Print R@1, R@5 and MRR for each public set, direction and weight of BM25."""
    weights = {"without BM25": 0.0, "in use": LEXICAL, "by words": 1e6}
    if options.grid:
        weights |= {f"{w:g}": w for w in (0.02, 0.05, 0.2, 0.3, 0.5, 1.0)}
    kept = f"-{options.every}" if options.every > 1 else ""
    built = {
        key: indexed(corpus, encoder, options.indexes / (key + kept))
        for key, corpus in corpora(options.folder, options.every).items()
    }
    cases = [c for c in questions(options.folder) if c[4] in built[c[3]].documents]
    print(f"\n{'set':34} {'n':>5}  " + "  ".join(f"{name:^17}" for name in weights))
    for name in dict.fromkeys(case[0] for case in cases):
        rows = [case for case in cases if case[0] == name]
        cells = []
        for weight in weights.values():
            ranks = [rank(Retriever(built[c[3]], encoder, lexical=weight), c) for c in rows]
            cells.append(" ".join(f"{value:.3f}" for value in scores(ranks)))
        print(f"{name:34} {len(rows):5}  " + "  ".join(cells), flush=True)


def indexed(corpus: Corpus, encoder: E5Encoder, folder: Path) -> index.Index:
    """The index of some articles; what an earlier run embedded is not embedded again."""
    started = time.monotonic()
    index.build(corpus, encoder, folder, reuse=True)
    took = time.monotonic() - started
    print(f"indexed {folder.name}: {len(corpus.documents)} articles, {took:.0f} s", flush=True)
    return index.load(folder, encoder)


def corpora(folder: Path, every: int = 1) -> dict[str, Corpus]:
    """An index for each file and language; of about one article in `every`, the same in both."""
    found: dict[str, list[Document]] = {}
    for path in sorted(folder.glob("*.passages.jsonl")):
        for row in rows_of(path):
            if zlib.crc32(row["id"].removesuffix(f"-{row['lang']}").encode()) % every:
                continue
            key = f"{path.name.split('.')[0]}-{row['lang']}"
            document = Document(row["id"], "", None, row["lang"], row["text"], row["id"])
            found.setdefault(key, []).append(document)
    return {key: Corpus(tuple(documents)) for key, documents in found.items()}


def questions(folder: Path) -> Iterator[Case]:
    """Each question with each right article: in its own language, and in the other."""
    for path in sorted(folder.glob("*.questions.jsonl")):
        name = path.name.split(".")[0]
        for row in rows_of(path):
            here: Language = row["lang"]
            there: Language = "en" if here == "fr" else "fr"
            kind = row.get("kind", "question")
            if "passage_id_same_lang" in row:
                across, same = row["passage_id"], row["passage_id_same_lang"]
                label = f"{name} {kind} {here}>{there}"
                yield label, row["question"], here, f"{name}-{there}", across
            else:
                same = row["passage_id"]
            yield f"{name} {kind} {here}>{here}", row["question"], here, f"{name}-{here}", same


def rank(retriever: Retriever, case: Case) -> int:
    """The rank of the right article among the articles found, or 0."""
    _, question, language, _, right = case
    found = retriever.retrieve(question, language, DEPTH)
    order = list(dict.fromkeys(p.passage.document for p in found))
    return order.index(right) + 1 if right in order else 0


def scores(ranks: list[int]) -> tuple[float, float, float]:
    """R@1, R@5 and MRR."""
    n = len(ranks)
    return (
        sum(r == 1 for r in ranks) / n,
        sum(1 <= r <= 5 for r in ranks) / n,
        sum(1 / r for r in ranks if r) / n,
    )


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSONL file."""
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


if __name__ == "__main__":
    main()
