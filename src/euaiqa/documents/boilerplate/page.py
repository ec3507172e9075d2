"""Lines of a page copied out of a browser that are boilerplate by where they stand.

Takes the lines of a text, tells for each whether it is outside the article. Only a text that
shows a site's furniture (menu, footer, share bar) around its prose is such a page; in any
other, and in a legal text above all, nothing is decided here.

In a page, a logistic model weighs what is seen of a line and of those around it. Whatever it
says, these are kept: a long line of prose that is not in the comments of readers, once, and the
headline. The weights are made by `scripts/fit_lines.py`.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from euaiqa.documents import metadata
from euaiqa.documents.boilerplate import features, furniture
from euaiqa.documents.boilerplate.lines import Line

LEAST_FURNITURE = 2  # different lines of it around the prose make a text a page
LEAST_PROSE = 3  # lines of prose in the core make it an article,
SURE_FURNITURE = 6  # unless so many lines of furniture leave no doubt that it is a page
THRESHOLD = 0.55  # probability; in doubt a line is kept
_LONG = 150  # characters; from here on a line of prose is text, whatever the model says
_HEADLINE = range(20, 221)  # characters
_HEADLINE_LINES = 30  # a headline is at most so many lines above the prose
_BYLINES = 12  # lines above the headline, and below the first prose, where a date is the article's
_SURE = 0.9  # probability; from here on even what else would be kept may be left out
_BESIDE_STRUCTURE = 0.95  # probability; where structure keeps a line, this much is against it
_HEADLINES = 2  # lines at most: the headline and what stands below it
_HEADLINE_OVERLAP = 0.15  # share of its words that the prose has, too
_HEADLINE_WORDS = 5  # words that it has in common with the prose are many
_FAR = 60  # lines between it and the prose that outweigh all its words


@dataclass(frozen=True, slots=True)
class Judged:
    """For each line of a text, whether it is outside the article.

    `surely` tells it where a file's structure has told the rest. `opening` are the indexes of the
    lines that open it, whatever else is said of them: the headline, what stands below it, the
    line with the date.
    """

    outside: list[bool]
    surely: list[bool]
    opening: frozenset[int] = frozenset()


def judge(lines: Sequence[Line]) -> Judged:
    """Tell which lines are outside the article by where they stand: none of a text that is no page.

    Args:
        lines: those of a whole text.
    """
    nothing = Judged([False] * len(lines), [False] * len(lines))
    if len(lines) <= LEAST_FURNITURE:
        return nothing
    seen = features.Seen(lines)
    sure = seen.around >= SURE_FURNITURE
    if seen.around < LEAST_FURNITURE or (seen.core_prose < LEAST_PROSE and not sure):
        return nothing
    rows = seen.rows()
    headlines = frozenset(_headlines(lines, rows, seen.first))
    top = min(headlines, default=seen.first)
    found: list[bool] = []
    surely: list[bool] = []
    opening = set(headlines)
    for index, (line, row) in enumerate(zip(lines, rows, strict=True)):
        probability = _probability(row)
        if top - _BYLINES <= index <= seen.first + _BYLINES and metadata.gives_date(line.text):
            opening.add(index)
        if line.is_prose and not row["in_comments"] and (len(line.text) >= _LONG or not sure):
            if index in seen.spare and not top < index < seen.first:
                probability = 1.0  # a teaser: a sentence of the text stands there once
            else:
                probability *= probability >= _SURE and furniture.offers(line)
        found.append(probability >= THRESHOLD and index not in opening)
        surely.append(found[index] and probability >= _BESIDE_STRUCTURE and not row["wide"])
        if top < index < seen.first and line.is_prose and not found[index]:
            opening.add(index)
    return Judged(found, surely, frozenset(opening))


def _probability(row: Mapping[str, float]) -> float:
    """How likely the line of a row of features is boilerplate, from 0 to 1."""
    bias, weights = _weights()
    logit = bias + sum(weights[name] * value for name, value in row.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def _headlines(lines: Sequence[Line], rows: Sequence[Mapping[str, float]], first: int) -> list[int]:
    """Indexes of the likeliest headlines, which menus and bars often part from the text.

    A headline's words are those of the text, many of them, and it stands near it.
    """
    found = []
    for index in range(max(0, first - _HEADLINE_LINES), first):
        row, line = rows[index], lines[index]
        share = row["overlap"]
        if len(line.text) not in _HEADLINE or share < _HEADLINE_OVERLAP:
            continue
        if row["form"] or row["item"] or row["time"] or row["talk"]:
            continue
        common = share * len(line.words) / _HEADLINE_WORDS
        found.append((share + min(common, 1.0) - (first - index) / _FAR, -index))
    ranked = [-index for _, index in sorted(found, reverse=True)[:_HEADLINES]]
    # A site's motto above the headline is taken for one, too.
    return [index for index in ranked if index >= ranked[0] or _probability(rows[index]) < _SURE]


@functools.cache
def _weights() -> tuple[float, Mapping[str, float]]:
    """The bias, and the weight of each feature."""
    file = resources.files("euaiqa.documents") / "data" / "lines.json"
    stored = json.loads(file.read_text(encoding="utf-8"))
    return stored["bias"], stored["weights"]
