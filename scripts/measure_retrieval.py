"""Measure retrieval on public question sets: R@1, R@5 and MRR of the article that answers.

    .venv/bin/python scripts/measure_retrieval.py EVAL_DIR [--grid]

EVAL_DIR holds `NAME.passages.jsonl` and `NAME.questions.jsonl` (id, lang, title, text;
question, passage_id, passage_id_same_lang). Each passage is an article of its own here, in
an index of one language, cut and embedded as any article. Titles are left out: they are
the queries of one of the sets. `--grid` tries weights; without it, those in use. The
indexes are kept in `--indexes`, for a second run. `--titles` compares vectors of the bare
passage with vectors of title and passage, on our own questions over `seeds/`: a passage is
right when it holds all of a question's accepted patterns.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from euaiqa import index, models, settings
from euaiqa.datamodels import Corpus, Document, Language
from euaiqa.documents import read_corpus
from euaiqa.encoder import E5Encoder, Vectors
from euaiqa.errors import EuaiqaError
from euaiqa.language import detect
from euaiqa.retrieve import Retriever, Weights
from euaiqa.segment import passages

ROOT = Path(__file__).resolve().parent.parent

BM25 = Weights(0.0, 1.0)
DENSE = Weights(1.0, 0.0)
DEPTH = 100

Case = tuple[str, str, Language, str, str]  # set, question, its language, index, right article


class Remembering(E5Encoder):
    """Embeds each question once, however many weights are tried."""

    def __init__(self, folder: Path, *, name: str, fingerprint: str) -> None:
        super().__init__(folder, name=name, fingerprint=fingerprint)
        self._seen: dict[str, Vectors] = {}

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        (text,) = texts
        if text not in self._seen:
            self._seen[text] = super().encode_queries(texts)
        return self._seen[text]


def main() -> None:
    """Print a row for each set and direction."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--titles", action="store_true")
    parser.add_argument("--grid", action="store_true")
    parser.add_argument("--indexes", type=Path, default=Path(tempfile.gettempdir()) / "euaiqa-eval")
    options = parser.parse_args()
    files = models.locate_encoder(settings.load())
    encoder = Remembering(files.path, name="e5", fingerprint=files.fingerprint)
    if options.titles or options.folder is None:
        compare_titles(encoder)
        return
    weights = {"BM25": BM25, "dense": DENSE, "fused": Weights()}
    if options.grid:
        weights |= {f"{w:g}": Weights(1.0, w) for w in (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)}
    built = {}
    for key, corpus in corpora(options.folder).items():
        folder = options.indexes / key
        if not is_current(folder, corpus, files.fingerprint):
            print(f"indexing {key}: {len(corpus.documents)} articles", flush=True)
            index.build(corpus, encoder, folder)
        built[key] = index.load(folder, encoder)
    cases = list(questions(options.folder))
    print(f"\n{'set':34} {'n':>5}  " + "  ".join(f"{name:^17}" for name in weights))
    for name in dict.fromkeys(case[0] for case in cases):
        rows = [case for case in cases if case[0] == name]
        cells = []
        for weight in weights.values():
            ranks = [rank(Retriever(built[c[3]], encoder, weight), c) for c in rows]
            cells.append(" ".join(f"{value:.3f}" for value in scores(ranks)))
        print(f"{name:34} {len(rows):5}  " + "  ".join(cells), flush=True)


def compare_titles(encoder: E5Encoder) -> None:
    """Print R@1 and R@3 by language, without and with the title before each passage."""
    cut = [
        passage
        for document in read_corpus(ROOT / "seeds", detect).documents
        for passage in passages(document, encoder.count_tokens)
    ]
    asked = [
        row
        for name in ("tune", "test")
        for row in rows_of(ROOT / f"tests/data/questions_{name}.jsonl")
        if "accept" in row
    ]
    for label, texts in (
        ("passage", [p.text for p in cut]),
        ("title + passage", [f"{p.title}\n{p.text}" for p in cut]),
    ):
        vectors = encoder.encode_passages(texts)  # (passages, d)
        for language in ("fr", "en"):
            ranks = []
            for row in (r for r in asked if r["language"] == language):
                order = np.argsort(-(vectors @ encoder.encode_queries([row["question"]])[0]))
                hits = (rank for rank, n in enumerate(order, 1) if holds(cut[n].text, row))
                ranks.append(next(hits, 0))
            first, third = (sum(1 <= r <= k for r in ranks) / len(ranks) for k in (1, 3))
            print(f"{label:16} {language} n={len(ranks)} R@1 {first:.3f} R@3 {third:.3f}")


def holds(text: str, row: dict[str, Any]) -> bool:
    """Whether a passage holds all accepted patterns of a question."""
    flat = re.sub(r"\s", " ", text.lower())
    return all(re.search(pattern, flat) for pattern in row["accept"])


def is_current(folder: Path, corpus: Corpus, fingerprint: str) -> bool:
    """Whether an earlier run left the index that these articles give."""
    try:
        return index.read_manifest(folder).index_version == index.version_of(corpus, fingerprint)
    except EuaiqaError:
        return False


def corpora(folder: Path) -> dict[str, Corpus]:
    """An index for each file and language."""
    found: dict[str, list[Document]] = {}
    for path in sorted(folder.glob("*.passages.jsonl")):
        for row in rows_of(path):
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
