"""Fit the weights by which a line of a page is boilerplate, from labelled pages.

    .venv/bin/python scripts/fit_lines.py tests/data/pages [MORE…] > lines.json

Reads the `.txt` files of the folders whose names do not begin with `test_`, in the format of
tests/data/pages/README.md; the same files give the same weights. Prints to the standard error how
the whole cleaning does on pages of sites that were left out of the fit, in turn.
"""

from __future__ import annotations

import json
import re
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import numpy as np
from benchmarks.cleaning import Counts, Page, measure, read_pages
from sklearn.linear_model import LogisticRegression

from euaiqa.documents.boilerplate import features, furniture, lines, page

HELD_OUT = "test_"
FOLDS = 8
THRESHOLDS = (0.5, 0.55, 0.6, 0.7, 0.8)
C = 0.005
MUTED = 50  # percent of the words of furniture that a second copy of each page does not know
LENGTH = 200.0  # characters of text that weigh as much again as the line itself


def rows(pages: list[Page]) -> tuple[tuple[str, ...], *tuple[np.ndarray, ...]]:
    """Features, whether it is boilerplate, weight and site, of each line that is labelled so."""
    x, y, weight, group = [], [], [], []
    sites: dict[str, int] = {}
    for each in pages:
        site = sites.setdefault(site_of(each), len(sites))
        found = list(lines.of(each.text))
        for seen in (features.Seen(found).rows(), unaware(found)):
            for line, label, row in zip(found, each.lines, seen, strict=True):
                if label.is_text is None:
                    continue
                names = sorted(row)
                x.append([row[name] for name in names])
                y.append(not label.is_text)
                size = 1 + len(line.text) / LENGTH if label.is_text else 1.0
                weight.append(size / np.sqrt(len(found)))
                group.append(site)
    return tuple(names), np.array(x), np.array(y), np.array(weight), np.array(group)


def unaware(found: list[lines.Line]) -> list[dict[str, float]]:
    """A page as a site looks whose words are unknown: half of what furniture says is not seen."""

    def deaf(known: Callable[[lines.Line], bool]) -> Callable[[lines.Line], bool]:
        return lambda line: zlib.crc32(line.plain.encode()) % 100 >= MUTED and known(line)

    tests = ("is_item", "has_stem", "is_talk")
    deafened = {name: deaf(getattr(furniture, name)) for name in tests}
    with mock.patch.multiple(furniture, **deafened):
        return features.Seen(found).rows()


def fit(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> tuple[float, np.ndarray]:
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    model = LogisticRegression(C=C, max_iter=5000, tol=1e-6)
    model.fit((x - mean) / spread, y, sample_weight=weight)
    weights = model.coef_[0] / spread
    return float(model.intercept_[0] - weights @ mean), weights


def left_out_in_turn(
    pages: list[Page],
    names: tuple[str, ...],
    x: np.ndarray,
    y: np.ndarray,
    weight: np.ndarray,
    group: np.ndarray,
) -> dict[float, Counts]:
    """What the whole cleaning does on each eighth of the sites, fitted on the others."""
    found = {threshold: Counts() for threshold in THRESHOLDS}
    sites = list(dict.fromkeys(map(site_of, pages)))
    for fold in range(FOLDS):
        train = group % FOLDS != fold
        bias, weights = fit(x[train], y[train], weight[train])
        fitted = bias, dict(zip(names, weights.tolist(), strict=True))
        held = [each for each in pages if sites.index(site_of(each)) % FOLDS == fold]
        for threshold, counts in found.items():
            with mock.patch.multiple(page, _weights=lambda w=fitted: w, THRESHOLD=threshold):
                measured = measure(held)["both"]
            for name in ("pages", "boilerplate", "left", "text", "lost"):
                setattr(counts, name, getattr(counts, name) + getattr(measured, name))
    return found


def site_of(each: Page) -> str:
    return re.sub(r"[-_]?\d+$", "", each.name)


def main() -> None:
    folders = [Path(name) for name in sys.argv[1:]]
    pages = [
        each
        for folder in folders
        for each in read_pages(folder)
        if not each.name.startswith(HELD_OUT)
    ]
    names, x, y, weight, group = rows(pages)
    for threshold, counts in left_out_in_turn(pages, names, x, y, weight, group).items():
        left, lost = counts.left / counts.boilerplate, counts.lost / counts.text
        told = f"{threshold}: boilerplate left {left:.2%}, text lost {lost:.2%}"
        print(f"{told}, of {counts.pages} pages", file=sys.stderr)
    bias, weights = fit(x, y, weight)
    stored = {
        "bias": round(bias, 4),
        "weights": {
            name: round(float(value), 4) for name, value in zip(names, weights, strict=True)
        },
    }
    print(json.dumps(stored, indent=1))


if __name__ == "__main__":
    main()
