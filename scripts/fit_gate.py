"""Collect what the refusal gate sees on questions with and without an answer, and fit it.

    .venv/bin/python scripts/fit_gate.py collect EVAL_DIR FEATURES.jsonl --heads DIR [--sample 40]
    .venv/bin/python scripts/fit_gate.py fit FEATURES.jsonl

`collect` needs the real models and takes two to ten seconds a question on two cores. Questions
come from the public sets in EVAL_DIR and from tests/data, never from the test half: our own
questions over `seeds/`, those of the tune half over `seeds/` with tests/data/articles, and
those of tests/data/wider over `seeds/` with its articles; questions from elsewhere asked of the
tune half's articles (no answer); PIAF questions asked of PIAF's passages, every other one with
the right passage taken away. DIR holds, by corpus (`articles.npz`, `wider.npz`), heads that
were fitted without it (`fit_reading.py fit --without`): a head is surer of what it was fitted on.
`fit` prints the
weights for gate.py and how they do on each kind left out in turn; a test holds gate.py to
what it gives on tests/data/gate_features.jsonl.
"""

from __future__ import annotations

import argparse
import json
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

from euaiqa import gate, index, models, settings
from euaiqa.datamodels import Corpus, Language
from euaiqa.documents import read_corpus
from euaiqa.encoder import E5Encoder
from euaiqa.generator import Generator, LlamaGenerator, never
from euaiqa.ground import Ledger
from euaiqa.language import detect
from euaiqa.pipeline import Pipeline, answerability, reading
from euaiqa.pipeline.asking import SHOWN
from euaiqa.pipeline.writing import Writing

ROOT = Path(__file__).resolve().parent.parent


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
    for kind, corpus, name in (
        ("seeds", "seeds", "questions_seeds.jsonl"),
        ("tune", "articles", "questions_tune.jsonl"),
        ("wider-a", "wider", "wider/a_questions.jsonl"),
        ("wider-b", "wider", "wider/b_questions.jsonl"),
    ):
        for row in rows_of(data / name):
            if not row.get("history") and row.get("kind") != "partial":
                answerable = not row.get("unanswerable")
                yield Case(kind, corpus, row["question"], row["language"], answerable)
    elsewhere = rows_of(folder / "offtopic_dev.jsonl")
    for row in rng.sample(elsewhere, sample):
        yield Case("elsewhere", "articles", row["question"], row["lang"], False)
    piaf = rng.sample(rows_of(folder / "piaf_dev.questions.jsonl"), sample)
    for i, row in enumerate(piaf):
        removed = row["passage_id"] if i % 2 else ""
        yield Case("piaf", "piaf_dev-fr", row["question"], "fr", not removed, removed)


def collect(
    folder: Path,
    out: Path,
    sample: int,
    indexes: Path,
    heads: Path,
    generator: Generator | None = None,
) -> None:
    """Write a row of features for each question."""
    configured = settings.load()
    files = models.locate_encoder(configured)
    encoder = E5Encoder(files.path, name="e5", fingerprint=files.fingerprint)
    generator = generator or LlamaGenerator(models.locate_language_model(configured))
    seeds = read_corpus(ROOT / "seeds", detect)
    articles = read_corpus(ROOT / "tests/data/articles", detect)
    wider = read_corpus(ROOT / "tests/data/wider/articles", detect)
    every = {
        "articles": Corpus((*seeds.documents, *articles.documents)),
        "wider": Corpus((*seeds.documents, *wider.documents)),
        "seeds": seeds,
        **{name: one for name, one in corpora(folder).items() if name == "piaf_dev-fr"},
    }
    pipelines = {}
    for name, corpus in every.items():
        if not is_current(indexes / name, corpus, files.fingerprint):
            index.build(corpus, encoder, indexes / name)
        loaded = index.load(indexes / name, encoder)
        pipelines[name] = Pipeline(loaded, encoder, generator)
    todo = sorted(cases(folder, sample), key=lambda case: list(every).index(case.corpus))
    counts = {True: 0, False: 0}
    with out.open("w", encoding="utf-8") as file:
        for number, case in enumerate(todo, 1):
            pipeline = pipelines[case.corpus]
            if (heads / f"{case.corpus}.npz").is_file():
                unseen = answerability.loaded(heads / f"{case.corpus}.npz")
                answerability.head_of = lambda _model, head=unseen: head
            found = pipeline.candidates(case.question, 40)
            found = [c for c in found if c.found.passage.document != case.removed][:SHOWN]
            readings = reading.read(case.question, found, generator, never)
            if not readings or readings[0].yes < gate.HOPELESS:
                counts[case.answerable] += 1
                continue  # refused before anything is written
            evidence = reading.evidence(readings[0], begun(pipeline, case, readings[0]))
            row = {
                "kind": case.kind,
                "language": case.language,
                "answerable": case.answerable,
                "yes": round(evidence.yes, 4),
                "faith": round(evidence.faith, 4),
                "unnamed": evidence.unnamed,
            }
            file.write(json.dumps(row) + "\n")
            file.flush()
            print(f"{number}/{len(todo)} {case.kind} {case.answerable} {evidence}", flush=True)
    print(f"refused before: {counts[True]} with an answer, {counts[False]} without")


def begun(pipeline: Pipeline, case: Case, one: reading.Reading) -> float:
    """The model's yes to the first sentence that it writes from a passage."""
    writing = Writing(
        pipeline.stages.tools,
        case.question,
        case.language,
        one.passage,
        Ledger(),
        accept=lambda faith: False,
    )
    list(writing.events())
    return max(writing.faith, 0.0)


def features(row: dict[str, Any]) -> list[float]:
    """What gate.py computes from."""
    return [
        gate.log_odds(row["yes"]),
        gate.log_odds(row["faith"]),
        min(row["unnamed"], 2),
    ]


def fitted(rows: list[dict[str, Any]]) -> LogisticRegression:
    """The model over some rows.

    Questions from elsewhere are measured, not fitted: many lean on a text of their own
    (`Qui s'est exprimé à cet événement ?`), so that an article may well answer them.
    """
    rows = [row for row in rows if row["kind"] != "elsewhere"]
    x = np.array([features(row) for row in rows])
    y = np.array([row["answerable"] for row in rows])
    return LogisticRegression(C=1.0).fit(x, y)


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
    names = ["log odds of answering", "of faith", "names not held"]
    print()
    for name, weight in zip(names, model.coef_[0], strict=True):
        print(f"{name:22} {weight:+.2f}")
    print(f"{'intercept':22} {model.intercept_[0]:+.2f}")


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
    parser.add_argument("--heads", type=Path, default=Path("heads"))
    parser.add_argument("--indexes", type=Path, default=Path(tempfile.gettempdir()) / "euaiqa-eval")
    options = parser.parse_args()
    if options.step == "fit":
        fit(options.paths[0])
    elif len(options.paths) == 2:
        collect(*options.paths, options.sample, options.indexes, options.heads)
    else:
        sys.exit("collect needs EVAL_DIR and FEATURES.jsonl")


if __name__ == "__main__":
    main()
