"""Lines of an article that are boilerplate because the articles of a site share them.

That a line recurs is not enough: it is left out only in the run of lines at the article's
beginning or end that holds known furniture of a site, or beside a line that is boilerplate
already. A law has neither, so none of its headings and formulas is.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from euaiqa.documents.boilerplate import forms, furniture
from euaiqa.documents.boilerplate.lines import Line

_FURNITURE = 2  # lines of known furniture that a run at an edge has, at least


def indexes(page: Sequence[Line], known: Set[int], left_out: Sequence[bool]) -> set[int]:
    """Indexes of the lines of an article that are boilerplate because they recur.

    Args:
        page: the article's lines, in order.
        known: of `repeated`.
        left_out: for each line, whether it is boilerplate already.
    """
    recurs = [line.key in known for line in page]
    found: set[int] = set()
    for order in (range(len(page)), range(len(page) - 1, -1, -1)):
        found |= _edge(page, order, recurs, left_out)
    out = [out or index in found for index, out in enumerate(left_out)]
    for order in (range(len(page)), range(len(page) - 1, -1, -1)):
        for index in order:
            beside = [0 <= at < len(page) and out[at] for at in (index - 1, index + 1)]
            if recurs[index] and (all(beside) if page[index].is_prose else any(beside)):
                out[index] = True
    return {index for index, left in enumerate(out) if left and not left_out[index]}


def _edge(
    page: Sequence[Line], order: Sequence[int], recurs: Sequence[bool], left_out: Sequence[bool]
) -> set[int]:
    """Lines that recur in the run from an edge on, before the first prose of the article's own."""
    run = []
    for index in order:
        if page[index].is_prose and not recurs[index] and not left_out[index]:
            break
        run.append(index)
    if len(run) == len(page):
        return set()  # no prose is its own
    known = sum(
        forms.is_form(page[index].text, page[index].plain) or furniture.is_item(page[index])
        for index in run
    )
    return {index for index in run if recurs[index]} if known >= _FURNITURE else set()
