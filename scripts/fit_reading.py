"""Collect what the model makes of passages that do and do not answer, and fit a head on it.

    .venv/bin/python scripts/fit_reading.py collect STATES.npz [--layer 18] [--said]
    .venv/bin/python scripts/fit_reading.py fit STATES.npz HEAD.npz [--without tune]

`collect` needs the real models and takes one to four seconds a question on two cores. Each
question of the tune half, of tests/data/wider and of tests/data/reading (never of the test
half) is asked of the eight passages that are retrieved for it; the output of a layer at the
end of the probe is kept, with whether the passage holds a gold sentence of the question's and,
with `--said`, the model's own yes.
`fit` writes the head, fitted on all sets but those left out, and prints how heads do on
questions and on articles that they did not see: whether the right passage comes first, and how
well answerable questions are told from others.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from measure_retrieval import rows_of
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import StandardScaler

from euaiqa import index, models, prompts, settings
from euaiqa.datamodels import Corpus, Turn
from euaiqa.documents import read_corpus
from euaiqa.encoder import E5Encoder
from euaiqa.generator import LlamaGenerator
from euaiqa.language import detect
from euaiqa.pipeline import Pipeline
from euaiqa.pipeline.asking import SHOWN
from euaiqa.pipeline.question import standalone

DATA = Path(__file__).resolve().parent.parent / "tests/data"
STRENGTH = 1e-2  # inverse of the ridge penalty, over standardised states
# A passage read for a question without an answer counts as this many: near misses are few, and
# what they look like is what refusing needs.
UNANSWERABLE = 4.0
FOLDS = 6


def corpora() -> Iterator[tuple[str, Corpus, list[dict[str, Any]]]]:
    """Each set with its articles and the rows of its questions."""
    seeds = read_corpus(DATA.parent.parent / "seeds", detect).documents
    tune = read_corpus(DATA / "articles", detect).documents
    yield "tune", Corpus((*seeds, *tune)), rows_of(DATA / "questions_tune.jsonl")
    wider = Corpus((*seeds, *read_corpus(DATA / "wider/articles", detect).documents))
    for part in "ab":
        yield f"wider-{part}", wider, rows_of(DATA / f"wider/{part}_questions.jsonl")
    every = read_corpus(DATA / "reading/articles", detect).documents
    asked = rows_of(DATA / "reading/questions.jsonl")
    for part in "cde":
        articles = [one for one in every if one.id.startswith(f"{part}_")]
        own = [row for row in asked if row["id"].startswith(f"read-{part}")]
        yield f"reading-{part}", Corpus((*seeds, *articles)), own


def pipelines(indexes: Path) -> Iterator[tuple[str, Pipeline, list[tuple[str, dict[str, Any]]]]]:
    """Each set with a pipeline over its articles, and its questions as understood, with rows.

    Questions of several parts are left out.
    """
    configured = settings.load()
    files = models.locate_encoder(configured)
    encoder = E5Encoder(files.path, name="e5", fingerprint=files.fingerprint)
    generator = LlamaGenerator(models.locate_language_model(configured))
    for name, corpus, rows in corpora():
        folder = indexes / name
        index.build(corpus, encoder, folder, reuse=True)
        questions = [
            (standalone(row["question"], [Turn(**turn) for turn in row.get("history", ())]), row)
            for row in rows
            if row.get("kind") != "partial"
        ]
        yield name, Pipeline(index.load(folder, encoder), encoder, generator), questions


def collect(out: Path, indexes: Path, layer: int, *, said: bool) -> None:
    """Write the states of all sets, float16, and a row for each."""
    rows: list[dict[str, Any]] = []
    states: list[NDArray[np.float16]] = []
    for name, pipeline, questions in pipelines(indexes):
        generator = pipeline.stages.tools.generator
        for number, (asked, question) in enumerate(questions):
            found = pipeline.candidates(asked, SHOWN)
            probes = [prompts.probe_prompt(asked, one.found.passage) for one in found]
            asks = [prompts.asking_prompt(asked, one.found.passage) for one in found]
            states.append(generator.states(probes, layer).astype(np.float16))
            words = generator.probabilities(asks, prompts.YES, prompts.NO) if said else ()
            for at, one in enumerate(found):
                passage, gold = one.found.passage, question.get("gold", ())
                rows.append(
                    {
                        "set": name,
                        "id": question["id"],
                        "answerable": not question.get("unanswerable"),
                        "holds": any(text in passage.text for text in gold),
                        "before": any(text in s.text for text in gold for s in passage.before),
                        "score": one.score,
                        "yes": words[at] if said else 0.5,
                    }
                )
            print(f"{name} {number + 1}/{len(questions)}", flush=True)
    np.savez(out, rows=json.dumps(rows), states=np.concatenate(states), layer=layer)


class Collected:
    """The rows as arrays, one entry a question and passage."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as kept:
            rows = json.loads(str(kept["rows"]))
            self.states = kept["states"].astype(np.float32)
            self.layer = int(kept["layer"])
        self.set = np.array([row["set"] for row in rows])
        keys = [f"{row['set']} {row['id']}" for row in rows]
        self.question = np.unique(keys, return_inverse=True)[1]
        self.answerable = np.array([row["answerable"] for row in rows])
        self.holds = np.array([row["holds"] for row in rows])
        # Read with the sentence that holds it, but cut after it: neither right nor wrong.
        self.fair = self.holds | ~np.array([row["before"] for row in rows])
        self.score = np.array([row["score"] for row in rows])
        yes = np.clip([row["yes"] for row in rows], 1e-6, 1 - 1e-6)
        self.said = np.log(yes / (1 - yes))


def fitted(data: Collected, rows: NDArray[np.int64]) -> tuple[Any, float]:
    """Weights and bias over some rows' states as they are."""
    rows = rows[data.fair[rows]]
    scaler = StandardScaler().fit(data.states[rows])
    model = LogisticRegression(C=STRENGTH, max_iter=500).fit(
        scaler.transform(data.states[rows]),
        data.holds[rows],
        sample_weight=np.where(data.answerable[rows], 1.0, UNANSWERABLE),
    )
    weights = model.coef_[0] / scaler.scale_
    return weights, float(model.intercept_[0] - weights @ scaler.mean_)


def unseen(data: Collected, groups: NDArray[np.int64]) -> NDArray[np.float64]:
    """Log odds of each row, from a head that did not see its group."""
    states, said = data.states, np.zeros(len(data.holds))
    folds = min(FOLDS, len(np.unique(groups)))
    for train, test in GroupKFold(folds).split(states, data.holds, groups):
        weights, bias = fitted(data, train)
        said[test] = states[test] @ weights + bias
    return said


def told(name: str, said: NDArray[np.float64], data: Collected) -> None:
    """Print how well something chooses a passage and tells what can be answered."""
    first = right = 0
    best, answerable = [], []
    for question in np.unique(data.question):
        rows = np.flatnonzero(data.question == question)
        top = rows[said[rows].argmax()]
        best.append(said[top])
        answerable.append(data.answerable[top])
        if data.holds[rows].any():
            right += 1
            first += int(data.holds[top])
    highest, can = np.array(best), np.array(answerable)
    limit = np.quantile(highest[can], 0.06)
    refused = int((highest[~can] < limit).sum())
    area = roc_auc_score(can, highest)
    print(
        f"{name:28} first {first}/{right} ({first / right:.0%})  AUC {area:.3f}"
        f"  refused when 6 % are wrongly: {refused}/{int((~can).sum())}"
    )


def fit(path: Path, out: Path, without: list[str]) -> None:
    """Print how heads do unseen, and write the one over all sets but some."""
    data = Collected(path)
    if data.said.any():
        told("the model's own yes", data.said, data)
        told("  and the retrieval score", 0.2 * data.said + data.score, data)
    told("other questions", unseen(data, data.question), data)
    said = unseen(data, np.unique(data.set, return_inverse=True)[1])
    told("other articles", said, data)
    for weight in (0.05, 0.1, 0.2):
        told(f"  {weight:.2f} and retrieval score", weight * said + data.score, data)
    print("\nof passages, as unseen articles' heads say")
    probability = 1 / (1 + np.exp(-said))
    for low in np.arange(0, 1, 0.2):
        inside = (probability >= low) & (probability < low + 0.2 + 1e-9) & data.fair
        print(f"  {low:.1f} to {low + 0.2:.1f}  {inside.sum():5}  {data.holds[inside].mean():.0%}")
    weights, bias = fitted(data, np.flatnonzero(~np.isin(data.set, without)))
    np.savez(out, layer=data.layer, weights=weights.astype(np.float32), bias=bias)


def main() -> None:
    """Collect or fit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("step", choices=["collect", "fit"])
    parser.add_argument("states", type=Path)
    parser.add_argument("head", type=Path, nargs="?")
    parser.add_argument("--layer", type=int, default=18)
    parser.add_argument("--said", action="store_true")
    parser.add_argument("--without", nargs="*", default=[])
    parser.add_argument("--indexes", type=Path, default=Path(tempfile.gettempdir()) / "euaiqa-eval")
    options = parser.parse_args()
    if options.step == "collect":
        collect(options.states, options.indexes, options.layer, said=options.said)
    elif options.head:
        fit(options.states, options.head, options.without)
    else:
        parser.error("fit needs HEAD.npz")


if __name__ == "__main__":
    main()
