"""The lines of a page that are not the article.

Takes the text of an article in French or English and gives the ranges that are shown but
never indexed. A whole line is boilerplate or it is not; to lose a sentence of the article is
worse than to keep boilerplate.

- `lines`: the lines of a text, and what is seen of each by itself
- `forms`: lines that are boilerplate by what they say, wherever they stand
- `furniture`: the words of menus, footers, bars and comment sections
- `features`: what is seen of each line of a page with the lines around it
- `page`: lines that are boilerplate by where they stand, in a text copied out of a browser
- `shared`: lines that are boilerplate because the articles of a site share them
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from euaiqa.datamodels import Span
from euaiqa.documents.boilerplate import forms, lines, page, shared
from euaiqa.documents.boilerplate.forms import is_boilerplate
from euaiqa.documents.boilerplate.lines import Line

__all__ = ["find", "is_boilerplate"]

EVERYTHING = "*"
"""Instead of a line: no line of the article is boilerplate."""


def find(
    text: str,
    front: Span | None = None,
    *,
    outside: Sequence[Span] = (),
    repeated: Set[int] = frozenset(),
    kept: Set[str] = frozenset(),
) -> tuple[Span, ...]:
    """Find the boilerplate of an article.

    Args:
        text: `Document.text`.
        front: where its front matter is, which is boilerplate too.
        outside: `Source.outside`; a line that it covers whole is boilerplate.
        repeated: of `repetition.repeated`.
        kept: lines that a person wants kept, each as it stands in the text without the white
            space around; `*` keeps all but the front matter.

    Returns:
        Ranges of whole lines without the white space around them, in order and disjoint;
        neighbours with nothing but white space between them are one range.
    """
    found = [front] if front else []
    if EVERYTHING in kept:
        return tuple(found)
    all_lines = list(lines.of(text, front.end if front else 0))
    tail = forms.tail_start(all_lines)
    judged = page.judge(all_lines)
    # Where the file's structure tells what is outside, only what is sure is said against it; but
    # structure often parts the headline and what stands below it from the text.
    misplaced = judged.surely if outside else judged.outside
    beside = _covered(all_lines, outside) - judged.opening
    left_out = [
        index >= tail or index in beside or misplaced[index] or forms.is_form(line.text, line.plain)
        for index, line in enumerate(all_lines)
    ]
    if repeated:
        for index in shared.indexes(all_lines, repeated, left_out) - judged.opening:
            left_out[index] = True
    for index, line in enumerate(all_lines):
        if line.text in kept or not left_out[index]:
            continue
        if found and not text[found[-1].end : line.span.start].strip():
            found[-1] = Span(found[-1].start, line.span.end)
        else:
            found.append(line.span)
    return tuple(found)


def _covered(all_lines: Sequence[Line], outside: Sequence[Span]) -> set[int]:
    """Indexes of the lines that lie in one of the ranges, both in order."""
    found: set[int] = set()
    at = 0
    for index, line in enumerate(all_lines):
        while at < len(outside) and outside[at].end < line.span.end:
            at += 1
        if at < len(outside) and outside[at].start <= line.span.start:
            found.add(index)
    return found
