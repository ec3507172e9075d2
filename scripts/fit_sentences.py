"""Collect what the model makes of sentences that do and do not answer, and fit a head on it.

    .venv/bin/python scripts/fit_sentences.py collect STATES.npz --heads DIR [--layer 18]
    .venv/bin/python scripts/fit_sentences.py fit STATES.npz HEAD.npz [--without tune]

`collect` needs the real models and takes two seconds a question on two cores. It asks the
questions that `fit_reading.py` asks of each sentence of the passage that is read first and of
those retrieved that hold a gold sentence; DIR holds a head on passages for each set
(`tune.passages.npz`, …) that was fitted without its articles (`fit_reading.py fit
--without`). `fit` writes the head, fitted on all sets but those left out, and prints how heads
do on articles that they did not see: whether the likeliest sentence of a passage with a gold
sentence is one, and how well answerable questions are told from others.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from fit_reading import fitted, pipelines, unseen
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from euaiqa import prompts
from euaiqa.ground.proof import WEIGHT_ANSWERING
from euaiqa.language import detect
from euaiqa.pipeline import answerability
from euaiqa.pipeline.asking import SHOWN
from euaiqa.pipeline.reading import Reading


def collect(out: Path, heads: Path, indexes: Path, layer: int) -> None:
    """Write the states of all sets, float16, and a row for each sentence."""
    rows: list[dict[str, Any]] = []
    states: list[NDArray[np.float16]] = []
    for name, pipeline, questions in pipelines(indexes):
        generator = pipeline.stages.tools.generator
        head = answerability.loaded(heads / f"{name}.passages.npz")
        for number, (asked, question) in enumerate(questions):
            gold = question.get("gold", ())
            found = [one for one in pipeline.candidates(asked, SHOWN) if not one.elsewhere]
            probes = [prompts.probe_prompt(asked, one.found.passage) for one in found]
            said = 1 / (1 + np.exp(-head.log_odds(generator.states(probes, head.layer))))
            readings = [Reading(one, float(yes)) for one, yes in zip(found, said, strict=True)]
            readings.sort(key=lambda one: -one.worth)
            for place, one in enumerate(readings):
                passage = one.passage
                if place and not any(text in passage.text for text in gold):
                    continue
                sentences = (*passage.before, *passage.sentences)
                asks = [prompts.sentence_prompt(asked, passage, s.text) for s in sentences]
                states.append(generator.states(asks, layer).astype(np.float16))
                vectors = pipeline.stages.tools.sentence_vectors(passage)
                cosines = vectors @ pipeline.stages.tools.question_vector(asked)
                rows += [
                    {
                        "set": name,
                        "id": question["id"],
                        "passage": f"{passage.document} {passage.start}",
                        "first": place == 0,
                        "across": passage.language != detect(asked),
                        "answerable": not question.get("unanswerable"),
                        "holds": any(s.text in text or text in s.text for text in gold),
                        "cosine": float(cosine),
                        "yes": one.yes,
                    }
                    for s, cosine in zip(sentences, cosines, strict=True)
                ]
            print(f"{name} {number + 1}/{len(questions)}", flush=True)
    np.savez(out, rows=json.dumps(rows), states=np.concatenate(states), layer=layer)


class Collected:
    """The rows as arrays, one entry a sentence; what `fit_reading` fits on."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as kept:
            self.rows = json.loads(str(kept["rows"]))
            self.states = kept["states"].astype(np.float32)
            self.layer = int(kept["layer"])
        self.set = self._of("set")
        self.answerable = self._of("answerable")
        self.holds = self._of("holds")
        self.fair = np.ones(len(self.rows), dtype=bool)
        self.cosine = self._of("cosine")
        self.yes = self._of("yes")
        self.across = self._of("across")
        self.first = self._of("first")
        self.question = self._numbered("set", "id")
        self.passage = self._numbered("set", "id", "passage")

    def _of(self, key: str) -> NDArray[Any]:
        return np.array([row[key] for row in self.rows])

    def _numbered(self, *keys: str) -> NDArray[np.int64]:
        told = [" ".join(row[key] for key in keys) for row in self.rows]
        return np.unique(told, return_inverse=True)[1]


def told(name: str, said: NDArray[np.float64], data: Collected) -> None:
    """Print how often the likeliest sentence of a passage that holds a gold one is one."""
    right = np.zeros((2, 2), dtype=int)  # same or other language, right or all
    for passage in np.unique(data.passage):
        rows = np.flatnonzero(data.passage == passage)
        if data.holds[rows].any():
            top = rows[said[rows].argmax()]
            right[int(data.across[top])] += (int(data.holds[top]), 1)
    same, across = (f"{hit}/{of} ({hit / of:.0%})" for hit, of in right)
    print(f"{name:28} same language {same}  other language {across}")


def fit(path: Path, out: Path, without: list[str]) -> None:
    """Print how heads do unseen, and write the one over all sets but some."""
    data = Collected(path)
    said = unseen(data, np.unique(data.set, return_inverse=True)[1])
    told("cosine with the question", data.cosine, data)
    told("other articles", said, data)
    told("  and the cosine", WEIGHT_ANSWERING * said + data.cosine, data)
    questions = np.unique(data.question)
    best = [np.flatnonzero((data.question == one) & data.first) for one in questions]
    can = np.array([data.answerable[rows[0]] for rows in best])
    of_passage = np.array([np.log(data.yes[rows[0]] / (1 - data.yes[rows[0]])) for rows in best])
    of_sentence = np.array([said[rows].max() for rows in best])
    for label, odds in (
        ("passage", of_passage),
        ("its likeliest sentence", of_sentence),
        ("both", of_passage + of_sentence),
    ):
        print(f"answerable, by the {label:24} AUC {roc_auc_score(can, odds):.3f}")
    weights, bias = fitted(data, np.flatnonzero(~np.isin(data.set, without)))
    np.savez(out, layer=data.layer, weights=weights.astype(np.float32), bias=bias)


def main() -> None:
    """Collect or fit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("step", choices=["collect", "fit"])
    parser.add_argument("states", type=Path)
    parser.add_argument("head", type=Path, nargs="?")
    parser.add_argument("--heads", type=Path, default=Path("heads"))
    parser.add_argument("--layer", type=int, default=18)
    parser.add_argument("--without", nargs="*", default=[])
    parser.add_argument("--indexes", type=Path, default=Path(tempfile.gettempdir()) / "euaiqa-eval")
    options = parser.parse_args()
    if options.step == "collect":
        collect(options.states, options.heads, options.indexes, options.layer)
    elif options.head:
        fit(options.states, options.head, options.without)
    else:
        parser.error("fit needs HEAD.npz")


if __name__ == "__main__":
    main()
