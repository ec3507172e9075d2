"""What is seen of each line of a page, by itself and with the lines around it.

Takes the lines of a page, gives named numbers for each. It is all linear in the size of the page.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate

from euaiqa.documents.boilerplate import forms, furniture
from euaiqa.documents.boilerplate.lines import Line

_WINDOWS = (1, 3, 8)  # lines on each side
_SHORT = 60  # characters
_LONG = 250  # characters
_STEM_LENGTH = 200  # characters; in a longer line a word of furniture says little
_GAP = 85.0  # characters of prose that a line which is none costs the core
_WIDE = 8  # so many times less it costs the wide core, which goes on over tables and inserts
_MOST = 500.0  # characters that a line counts at most: one long line is no article
_BYLINES = 2  # lines between the standfirst and the text
_TWICE = 0.7  # of the prose; more than that is not only teasers
_TALKS = 3  # lines between comments that follow the heading of them,
_TALK_LINES = 30  # within so many lines


class Seen:
    """A page, and what is seen of it.

    Attributes:
        first, last: indexes of the core's first and last line; the core is the run of lines
            with most prose.
        around: how many different lines outside the core surely are a site's furniture.
        core_prose: how many lines of the core are prose.
        spare: indexes of prose that stands in the page again, nearer to the core or in it.
    """

    def __init__(self, lines: Sequence[Line]) -> None:
        """See a page; `lines` is not empty."""
        self._lines = lines
        self._form = [forms.is_form(line.text, line.plain) for line in lines]
        self._item = [furniture.is_item(line) for line in lines]
        self._prose = [line.is_prose for line in lines]
        self._copied = _copied(lines)
        self._stem = [len(line.text) <= _STEM_LENGTH and furniture.has_stem(line) for line in lines]
        self._loose = [
            form or item or (stem and not prose)
            for form, item, stem, prose in zip(
                self._form, self._item, self._stem, self._prose, strict=True
            )
        ]
        self._costs = [_GAP * (2 if loose else 1) for loose in self._loose]
        once = zip(self._prose, self._copied, strict=True)
        self._text = [prose and not copied for prose, copied in once]
        self.first, self.last = _whole(
            core(lines, self._text, self._costs), self._prose, self._copied
        )
        self.around = len(
            {
                line.plain
                for index, line in enumerate(lines)
                if not self.first <= index <= self.last
                and (self._form[index] or furniture.is_surely_item(line))
                and any(map(str.isalpha, line.text))
            }
        )
        self.core_prose = sum(self._prose[self.first : self.last + 1])
        self.spare = frozenset(self._spare())

    def rows(self) -> list[dict[str, float]]:
        """The features of each line, by name, the same names for each."""
        lines = self._lines
        talk = [furniture.is_talk(line) for line in lines]
        short = [len(line.text) <= _SHORT for line in lines]
        prose, loose, talks = _Sums(self._prose), _Sums(self._loose), _Sums(talk)
        shorts = _Sums(short)
        opens = self._comments(prose, talks)
        low, high = core(lines[:opens], self._text, [cost / _WIDE for cost in self._costs])
        low, high = min(low, self.first), max(high, self.last)
        known = sum(map(max, self._form, self._item))
        spoken = Counter(
            word
            for line in lines[self.first : self.last + 1]
            if line.is_prose
            for word in set(_content(line))
        )
        found = []
        for index, (line, (begin, size)) in enumerate(zip(lines, _runs(self._prose), strict=True)):
            inside = self.first <= index <= self.last
            before, after = index < self.first, index > self.last
            distance = self._distance(index)
            is_prose, is_loose = self._prose[index], self._loose[index]
            content = _content(line)
            own = is_prose and inside
            overlap = sum(spoken[word] > own for word in content) / (len(content) + 1)
            row: dict[str, float] = dict(_alone(line))
            row |= {
                "form": self._form[index],
                "item": self._item[index],
                "stem": self._stem[index],
                "talk": talk[index],
                "prose": is_prose,
                "stem_prose": self._stem[index] and is_prose,
                "copies": self._copied[index],
                "before": before,
                "inside": inside,
                "after": after,
                "distance": math.log1p(distance),
                "near": 0 < distance <= 3,
                "place": index / len(lines),
                "run_length": math.log1p(size),
                "run_place": (index - begin) / size if size else 0.0,
                "page_prose": prose.all / len(lines),
                "page_items": math.log1p(known),
                "items_outside": math.log1p(known) * (not inside),
                "prose_before": prose.within(index - 1, index),
                "prose_after": prose.within(index + 1, index + 2),
                "furniture_before": loose.within(index - 1, index),
                "furniture_after": loose.within(index + 1, index + 2),
                "prose_left": prose.within(0, index) / (prose.all or 1),
                "prose_right": prose.within(index + 1, len(lines)) / (prose.all or 1),
                "talk_8": talks.within(index - 8, index + 9) / 17,
                "in_comments": index >= opens,
                "wide": low <= index <= high,
                "prose_inside": is_prose and inside,
                "prose_outside": is_prose and not inside,
                "long_outside": len(line.text) > _LONG and not inside,
                "prose_wide": is_prose and low <= index <= high and not inside,
                "prose_commented": is_prose and index >= opens,
                "prose_alone": is_prose
                and not prose.within(index - 3, index)
                and not prose.within(index + 1, index + 4),
                "heading_inside": inside
                and not is_loose
                and not is_prose
                and prose.within(index - 2, index) * prose.within(index + 1, index + 3) > 0,
                "short_inside": inside and short[index],
                "loose_inside": inside and is_loose,
                "item_inside": inside and self._item[index],
                "capitals_inside": row["capitals"] * inside,
                "first_before": before
                and distance <= 6
                and not is_loose
                and 20 <= len(line.text) <= 160,
                "overlap": overlap,
                "overlap_before": overlap * (before and distance <= 12),
                "overlap_inside": overlap * inside,
                "overlap_after": overlap * after,
            }
            for width in _WINDOWS:
                around = index - width, index + width + 1
                for name, sums in (("prose", prose), ("furniture", loose), ("short", shorts)):
                    row[f"{name}_{width}"] = sums.within(*around) / (2 * width + 1)
            found.append({name: float(value) for name, value in row.items()})
        return found

    def _spare(self) -> Iterator[int]:
        """All copies of a line of prose but those in the core, or else the one nearest to it."""
        nearest: dict[str, int] = {}
        for index, line in enumerate(self._lines):
            plain, far = line.plain, self._distance(index)
            nearest[plain] = min(far, nearest.get(plain, far))
        for index, line in enumerate(self._lines):
            again = self._copied[index] and self._prose[index]
            if again and self._distance(index) > nearest[line.plain]:
                yield index

    def _distance(self, index: int) -> int:
        """How many lines a line is from the core; 0 in it."""
        return max(self.first - index, index - self.last, 0)

    def _comments(self, prose: _Sums, talks: _Sums) -> int:
        """The index of the heading of the readers' comments; the number of lines without."""
        opens = [
            index
            for index in range(self.first + 1, len(self._lines))
            if furniture.opens_comments(self._lines[index]) and prose.within(self.first, index)
        ]
        for index, after in zip(opens, [*opens[1:], len(self._lines)], strict=False):
            # A heading of the article may say so, too: the last one before a comment it is.
            near = talks.within(index, index + _TALK_LINES) >= _TALKS
            if near and (after > index + _TALK_LINES or talks.within(index + 1, after)):
                return index
        # No heading: the buttons between comments tell, but not how far the first one goes up.
        replies = [
            index
            for index in range(self.last + 1, len(self._lines))
            if furniture.is_reply(self._lines[index])
        ]
        for index, third in zip(replies, replies[_TALKS - 1 :], strict=False):
            if third - index <= _TALK_LINES:
                return index
        return len(self._lines)


def core(lines: Sequence[Line], text: Sequence[bool], costs: Sequence[float]) -> tuple[int, int]:
    """The run of lines with most prose: indexes of its first and last line.

    Source: Kadane's maximum sum of consecutive numbers.

    Args:
        lines: of a page.
        text: whether each line is prose that may be the article's.
        costs: what each line costs when it is not, in characters of prose.
    """
    best, best_run = -math.inf, (0, len(lines) - 1)
    total, start = 0.0, 0
    for index, line in enumerate(lines):
        if total <= 0:
            total, start = 0.0, index
        total += min(len(line.text), _MOST) if text[index] else -costs[index]
        if total > best:
            best, best_run = total, (start, index)
    return best_run


def _copied(lines: Sequence[Line]) -> list[bool]:
    """Whether each line stands in the page more than once, as a teaser does in two boxes.

    A sentence of the article stands there once: where most prose does not, the article itself
    was copied twice, and that tells nothing.
    """
    copies = Counter(line.plain for line in lines)
    sizes = [len(line.text) * line.is_prose for line in lines]
    twice = sum(size for line, size in zip(lines, sizes, strict=True) if copies[line.plain] > 1)
    return [copies[line.plain] > 1 and twice <= _TWICE * sum(sizes) for line in lines]


def _whole(run: tuple[int, int], prose: Sequence[bool], copied: Sequence[bool]) -> tuple[int, int]:
    """A run with the prose next to it, which stands elsewhere in the page, too.

    Between the text and its standfirst may be lines with author and date.
    """
    first, last = run
    for above in range(first - 1, max(first - 2 - _BYLINES, -1), -1):
        if prose[above]:
            first = above if copied[above] else first
            break
    while first and prose[first - 1]:
        first -= 1
    while last + 1 < len(prose) and prose[last + 1]:
        last += 1
    return first, last


class _Sums:
    """How many of some consecutive lines are of a kind."""

    def __init__(self, kind: Sequence[bool]) -> None:
        self._upto = [0, *accumulate(map(int, kind))]
        self.all = self._upto[-1]

    def within(self, start: int, end: int) -> int:
        """Of the lines from `start` to before `end`, as far as there are any."""
        start, end = max(0, start), min(len(self._upto) - 1, end)
        return self._upto[end] - self._upto[start] if end > start else 0


def _alone(line: Line) -> Iterator[tuple[str, float]]:
    """What is seen of a line by itself."""
    text, plain = line.text, line.plain
    words = plain.split() or [""]
    yield "length", math.log1p(len(text))
    yield "words", min(len(line.words), 30) / 10
    yield "ends_sentence", line.ends
    yield "begins_low", text[:1].islower()
    yield "joining", line.joining / (len(line.words) or 1)
    yield "capitals", sum(word[:1].isupper() for word in words) / len(words)
    yield "digits", sum(map(str.isdigit, text)) / len(text)
    yield "upper", sum(map(str.isupper, text)) > 0.7 * (sum(map(str.isalpha, text)) or 1)
    yield "separators", any(mark in plain for mark in "|·•>»")
    yield "question", text.endswith("?")
    yield "quoted", text[:1] in "«“\"'"
    yield "address", "@" in text or "http" in text or "www." in text
    yield "colon", text.endswith(":")
    yield "long", len(text) > _LONG
    yield "time", furniture.is_time(line)
    yield "caption", furniture.is_caption(line)


def _content(line: Line) -> list[str]:
    """The words of a line that say what it is about, cut to their first letters."""
    return [word[:6] for word in line.words if len(word) > 3]


def _runs(prose: Sequence[bool]) -> list[tuple[int, int]]:
    """For each line, the first index and the size of the run without prose that it is in."""
    found = [(0, 0)] * len(prose)
    start = 0
    for index in range(len(prose) + 1):
        if index == len(prose) or prose[index]:
            for inside in range(start, index):
                found[inside] = (start, index - start)
            start = index + 1
    return found
