"""Collect what the refusal gate sees on questions with and without an answer, and fit it.

    .venv/bin/python scripts/fit_gate.py collect FEATURES.jsonl --heads DIR [--every 1]
    .venv/bin/python scripts/fit_gate.py fit FEATURES.jsonl

`collect` needs the real models and takes two to ten seconds a question on two cores. It asks the
questions that `fit_reading.py` asks, over the same articles, never those of the test half; with
`--elsewhere EVAL_DIR` also questions of offtopic_dev.jsonl, of the tune half's articles (no
answer). DIR holds a head for each set (`tune.npz`, `wider-a.npz`, …) that was fitted without its
articles (`fit_reading.py fit --without`): a head is surer of what it was fitted on. `fit` prints
the weights for gate.py and how they do on each kind left out in turn; a test holds gate.py to
what it gives on tests/data/gate_features.jsonl.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from fit_reading import corpora
from measure_retrieval import is_current, rows_of
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from euaiqa import gate, index, models, settings
from euaiqa.datamodels import Language
from euaiqa.encoder import E5Encoder
from euaiqa.generator import LlamaGenerator, never
from euaiqa.ground import Ledger
from euaiqa.pipeline import Pipeline, answerability, reading
from euaiqa.pipeline.asking import SHOWN
from euaiqa.pipeline.writing import Writing


class Case(NamedTuple):
    """A question of a set."""

    kind: str
    question: str
    language: Language
    answerable: bool


def cases(name: str, rows: list[dict[str, Any]], elsewhere: Path | None) -> Iterator[Case]:
    """The questions that are asked over a set's articles; the tune half's are asked more."""
    for row in rows:
        if not row.get("history") and row.get("kind") != "partial":
            yield Case(name, row["question"], row["language"], not row.get("unanswerable"))
    if name == "tune" and elsewhere:
        for row in rows_of(elsewhere / "offtopic_dev.jsonl"):
            yield Case("elsewhere", row["question"], row["lang"], False)


def collect(
    out: Path, heads: Path, every: int, indexes: Path, elsewhere: Path | None = None
) -> None:
    """Write a row of features for every so many questions."""
    configured = settings.load()
    files = models.locate_encoder(configured)
    encoder = E5Encoder(files.path, name="e5", fingerprint=files.fingerprint)
    generator = LlamaGenerator(models.locate_language_model(configured))
    counts = {True: 0, False: 0}
    with out.open("w", encoding="utf-8") as file:
        for name, corpus, rows in corpora():
            head = answerability.loaded(heads / f"{name}.npz")
            answerability.head_of = lambda _model, head=head: head
            if not is_current(indexes / name, corpus, files.fingerprint):
                index.build(corpus, encoder, indexes / name)
            pipeline = Pipeline(index.load(indexes / name, encoder), encoder, generator)
            for case in list(cases(name, rows, elsewhere))[::every]:
                found = pipeline.candidates(case.question, SHOWN)
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
                print(f"{case.kind} {case.answerable} {evidence}", flush=True)
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
    parser.add_argument("features", type=Path)
    parser.add_argument("--heads", type=Path, default=Path("heads"))
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--elsewhere", type=Path, metavar="EVAL_DIR")
    parser.add_argument("--indexes", type=Path, default=Path(tempfile.gettempdir()) / "euaiqa-eval")
    options = parser.parse_args()
    if options.step == "fit":
        fit(options.features)
    else:
        collect(options.features, options.heads, options.every, options.indexes, options.elsewhere)


if __name__ == "__main__":
    main()
