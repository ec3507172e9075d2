"""Collect what the refusal gate sees on questions with and without an answer, and fit it.

    .venv/bin/python scripts/fit_gate.py collect FEATURES.jsonl --heads DIR [--every 1]
    .venv/bin/python scripts/fit_gate.py fit FEATURES.jsonl

`collect` needs the real models and takes two to four seconds a question on two cores. It asks the
questions that `fit_reading.py` asks, over the same articles, never those of the test half. DIR
holds two heads for each set (`tune.passages.npz`, `tune.sentences.npz`, …) that were fitted
without its articles (`--without` of `fit_reading.py fit` and `fit_sentences.py fit`): a head is
surer of what it was fitted on. `fit` prints the weights for gate.py and how they do on each set
left out in turn; a test holds gate.py to what it gives on tests/data/gate_features.jsonl.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from fit_reading import pipelines
from measure_retrieval import rows_of
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from euaiqa import gate
from euaiqa.generator import never
from euaiqa.pipeline import answerability, reading
from euaiqa.pipeline.asking import SHOWN


def collect(out: Path, heads: Path, every: int, indexes: Path) -> None:
    """Write a row of features for every so many questions."""
    counts = {True: 0, False: 0}
    with out.open("w", encoding="utf-8") as file:
        for name, pipeline, questions in pipelines(indexes):
            answerability.head_of = lambda _model, of="passages", name=name: answerability.loaded(
                heads / f"{name}.{of}.npz"
            )
            for asked, row in questions[::every]:
                found = pipeline.candidates(asked, SHOWN)
                known = pipeline.stages.tools.answerability(asked, never)
                readings = reading.read(found, known.passages, never)
                likely = known.sentences
                best = reading.chosen(readings, likely, never)
                answerable = not row.get("unanswerable")
                if best is None:
                    counts[answerable] += 1
                    continue  # refused before the gate is asked
                features = {
                    "set": name,
                    "kind": row.get("kind"),
                    "language": row["language"],
                    "answerable": answerable,
                    "yes": round(best.yes, 4),
                    "sentence": round(best.sentence, 4),
                }
                file.write(json.dumps(features) + "\n")
                file.flush()
                print(features, flush=True)
    print(f"refused before: {counts[True]} with an answer, {counts[False]} without")


def features(row: dict[str, Any]) -> list[float]:
    """What gate.py computes from."""
    return [gate.log_odds(row["yes"]), gate.log_odds(row["sentence"])]


def fitted(rows: list[dict[str, Any]]) -> LogisticRegression:
    """The model over some rows."""
    x = np.array([features(row) for row in rows])
    y = np.array([row["answerable"] for row in rows])
    return LogisticRegression(C=1.0).fit(x, y)


def fit(path: Path) -> None:
    """Print weights and how they do on each set left out."""
    rows = rows_of(path)
    x = np.array([features(row) for row in rows])
    y = np.array([row["answerable"] for row in rows])
    sets = np.array([row["set"] for row in rows])
    print(f"{'left out':12} {'n':>4} {'false refusals':>15} {'missed refusals':>16}")
    held_out = np.zeros(len(rows))
    for name in dict.fromkeys(sets):
        held = sets == name
        model = fitted([row for row, out in zip(rows, held, strict=True) if not out])
        held_out[held] = model.predict_proba(x[held])[:, 1]
        false, missed = errors(held_out[held], y[held])
        print(f"{name:12} {held.sum():4} {false:>15} {missed:>16}")
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
    print()
    for name, weight in zip(["passage", "sentence"], model.coef_[0], strict=True):
        print(f"log odds of the {name:10} {weight:+.2f}")
    print(f"{'intercept':26} {model.intercept_[0]:+.2f}")


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
    parser.add_argument("--indexes", type=Path, default=Path(tempfile.gettempdir()) / "euaiqa-eval")
    options = parser.parse_args()
    if options.step == "fit":
        fit(options.features)
    else:
        collect(options.features, options.heads, options.every, options.indexes)


if __name__ == "__main__":
    main()
