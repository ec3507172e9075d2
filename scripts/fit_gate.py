"""Collect what the refusal gate sees on questions with and without an answer, and fit it.

    .venv/bin/python scripts/fit_gate.py collect EVAL_DIR FEATURES.jsonl [--sample 40]
    .venv/bin/python scripts/fit_gate.py fit FEATURES.jsonl

`collect` needs the real models and takes two to ten seconds a question on two cores. Questions
come from the public sets in EVAL_DIR and from tests/data, never from the test half. Four
kinds: our own questions over `seeds/`, and those of the tune half over `seeds/` with
tests/data/articles; questions from elsewhere asked of the latter (no answer); PIAF questions
asked of PIAF's passages, every other one with the right passage taken away. `fit` prints the
weights for gate.py and how they do on each kind left out in turn; a test holds gate.py to
what it gives on tests/data/gate_features.jsonl.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from measure_retrieval import corpora, is_current, rows_of
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from euaiqa import index, models, settings
from euaiqa.datamodels import Corpus, Language
from euaiqa.documents import read_corpus
from euaiqa.encoder import E5Encoder
from euaiqa.generator import LlamaGenerator
from euaiqa.language import detect
from euaiqa.pipeline import Pipeline, reading
from euaiqa.pipeline.answer import SHOWN

ROOT = Path(__file__).resolve().parent.parent
SCALE = np.array([1.0, 5.0, 1.0, 1.0])


class Case(NamedTuple):
    """A question, the corpus it is asked of, and the article to take away before."""

    kind: str
    corpus: str
    question: str
    language: Language
    answerable: bool
    removed: str = ""


def cases(folder: Path, sample: int) -> Iterator[Case]:
    """All questions, at most `sample` of each public kind."""
    rng = random.Random(0)
    data = ROOT / "tests/data"
    for kind, corpus in (("seeds", "seeds"), ("tune", "articles")):
        for row in rows_of(data / f"questions_{kind}.jsonl"):
            if not row.get("history"):
                answerable = not row.get("unanswerable")
                yield Case(kind, corpus, row["question"], row["language"], answerable)
    elsewhere = rows_of(folder / "offtopic_dev.jsonl")
    for row in rng.sample(elsewhere, sample):
        yield Case("elsewhere", "articles", row["question"], row["lang"], False)
    piaf = rng.sample(rows_of(folder / "piaf_dev.questions.jsonl"), sample)
    for i, row in enumerate(piaf):
        removed = row["passage_id"] if i % 2 else ""
        yield Case("piaf", "piaf_dev-fr", row["question"], "fr", not removed, removed)


def collect(folder: Path, out: Path, sample: int, indexes: Path) -> None:
    """Write a row of features for each question."""
    configured = settings.load()
    files = models.locate_encoder(configured)
    encoder = E5Encoder(files.path, name="e5", fingerprint=files.fingerprint)
    generator = LlamaGenerator(models.locate_language_model(configured))
    seeds = read_corpus(ROOT / "seeds", detect)
    articles = read_corpus(ROOT / "tests/data/articles", detect)
    every = {
        "seeds": seeds,
        "articles": Corpus((*seeds.documents, *articles.documents)),
        **{name: one for name, one in corpora(folder).items() if name == "piaf_dev-fr"},
    }
    pipelines = {}
    for name, corpus in every.items():
        if not is_current(indexes / name, corpus, files.fingerprint):
            index.build(corpus, encoder, indexes / name)
        loaded = index.load(indexes / name, encoder)
        pipelines[name] = Pipeline(loaded, encoder, generator)
    todo = sorted(cases(folder, sample), key=lambda case: list(every).index(case.corpus))
    with out.open("w", encoding="utf-8") as file:
        for number, case in enumerate(todo, 1):
            pipeline = pipelines[case.corpus]
            found = [p for p in pipeline.search(case.question, 40)]
            found = [p for p in found if p.passage.document != case.removed][:SHOWN]
            readings = pipeline.read(case.question, case.language, found)
            if not readings:
                continue  # refused before the model is asked
            evidence = reading.evidence(readings, case.language)
            row = {
                "kind": case.kind,
                "language": case.language,
                "answerable": case.answerable,
                "yes": round(evidence.yes, 4),
                "score": round(evidence.score, 4),
                "unnamed": evidence.unnamed,
            }
            file.write(json.dumps(row) + "\n")
            file.flush()
            print(f"{number}/{len(todo)} {case.kind} {case.answerable} {evidence}", flush=True)


def features(row: dict[str, Any]) -> list[float]:
    """What gate.py computes from."""
    yes = min(max(row["yes"], 1e-6), 1 - 1e-6)
    odds = math.log(yes / (1 - yes))
    return [odds, row["score"], min(row["unnamed"], 2), float(row["language"] == "en")]


def fitted(rows: list[dict[str, Any]]) -> LogisticRegression:
    """The model over some rows; a score is scaled so that all weights are of one size."""
    x = np.array([features(row) for row in rows])
    y = np.array([row["answerable"] for row in rows])
    scaled = x * SCALE
    model = LogisticRegression(C=1.0, class_weight="balanced").fit(scaled, y)
    model.coef_ *= SCALE
    return model


def fit(path: Path) -> None:
    """Print weights and how they do on each kind left out."""
    rows = rows_of(path)
    x = np.array([features(row) for row in rows])
    y = np.array([row["answerable"] for row in rows])
    kinds = np.array([row["kind"].split()[0] for row in rows])
    print(f"{'left out':12} {'n':>4} {'false refusals':>15} {'missed refusals':>16}")
    held_out = np.zeros(len(rows))
    for kind in dict.fromkeys(kinds):
        held = kinds == kind
        model = fitted([row for row, out in zip(rows, held, strict=True) if not out])
        held_out[held] = model.predict_proba(x[held])[:, 1]
        false, missed = errors(held_out[held], y[held])
        print(f"{kind:12} {held.sum():4} {false:>15} {missed:>16}")
    for label, said in (
        ("left out", held_out),
        ("all", fitted(rows).predict_proba(x)[:, 1]),
    ):
        false, missed = errors(said, y)
        print(f"\n{label}: AUC {roc_auc_score(y, said):.3f}, {false} false and {missed} missed")
        print("  said       n  answerable")
        for low in np.arange(0, 1, 0.2):
            inside = (said >= low) & (said < low + 0.2)
            if inside.any():
                print(f"  {low:.1f}-{low + 0.2:.1f}  {inside.sum():4}  {y[inside].mean():.2f}")
    model = fitted(rows)
    names = ["log odds of yes", "score", "names not held", "English question"]
    print()
    for name, weight in zip(names, model.coef_[0], strict=True):
        print(f"{name:16} {weight:+.2f}")
    print(f"{'intercept':16} {model.intercept_[0]:+.2f}")


def errors(said: Any, answerable: Any) -> tuple[str, str]:
    """False refusals of the answerable, missed refusals of the others."""
    return ratio(said < 0.5, answerable), ratio(said >= 0.5, ~answerable)


def ratio(hit: Any, of: Any) -> str:
    """`hits/all` within `of`."""
    return f"{int((hit & of).sum())}/{int(of.sum())}"


def main() -> None:
    """Collect or fit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("step", choices=["collect", "fit"])
    parser.add_argument("paths", type=Path, nargs="+")
    parser.add_argument("--sample", type=int, default=40)
    parser.add_argument("--indexes", type=Path, default=Path(tempfile.gettempdir()) / "euaiqa-eval")
    options = parser.parse_args()
    if options.step == "fit":
        fit(options.paths[0])
    elif len(options.paths) == 2:
        collect(*options.paths, options.sample, options.indexes)
    else:
        sys.exit("collect needs EVAL_DIR and FEATURES.jsonl")


if __name__ == "__main__":
    main()
