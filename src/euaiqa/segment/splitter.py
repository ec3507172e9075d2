"""From a text to its sentences, by exact offsets.

sentencex finds the boundaries inside a paragraph (docs/adr/0002-sentence-splitter.md);
the functions here mend what it gets wrong in French and English: abbreviations, initials,
quotations with their attribution, numbers of paragraphs, ellipses.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence

from euaiqa.datamodels import Document, Language, Sentence, Span
from euaiqa.segment.lines import LIST_MARK, WORD, stripped, units

_MAX_QUOTATION = 1_000  # characters of one quotation kept together
_WINDOW = 10_000  # characters that sentencex is given at once; a paragraph is shorter
_NEAR = 60  # characters around a boundary that the rules look at

_SPACE = re.compile(r"\s")
# After these a full stop ends no sentence, whatever follows.
_ABBREVIATION = re.compile(
    r"(?:^|[\s(«“\"'’\u00a0\u202f])(?:"
    # titles
    r"M|MM|Mme|Mmes|Mlle|Mlles|Me|Mgr|Pr|Dr|Drs|Mr|Mrs|Ms|Prof|St|Ste|Gen|Col|Sen|Rep|Gov|Hon|Rev"
    # references, which a figure or a name follows
    r"|art|al|chap|cf|vol|vols|fig|no|nos|n°|nº|p|pp|pt|par|para|paras|sect|sec|ann|ex|éd|ed|eds"
    r"|p\. ?ex|par ex|e\.g|i\.e|viz|vs|c\.-à-d|c\.à\.d|env|approx|ca|tél|tel|av|bd|bld|réf|ref"
    r"|Art|Chap|Cf|Vol|Fig|No|Nos|N°|P|Pp|Para|Sect|Sec|Ex|Éd|Ed|E\.g|I\.e|Env|Approx|Réf|Ref"
    r")\.$"
)
# After these it ends none when a figure or a word in lower case follows (the latter by
# `_goes_on`): months, and what may as well close a sentence.
_BEFORE_FIGURE = re.compile(
    r"\b(?:janv|févr?|avr|juil|sept|oct|nov|déc|jan|feb|mar|apr|jun|jul|aug|sep|dec|env|approx"
    r"|ch|app|rev|reg|dir|règl|cons|recital|annexe?)\.$",
    re.IGNORECASE,
)
# "J.", "J. R.", "U.", "J.-P.": initials, before a name.
_INITIAL = re.compile(r"(?:^|[\s.(«“\-\u00a0])[A-ZÀ-Þ]\.$")
_NAME_BEFORE_INITIAL = re.compile(r"(?:^|[\s(«“])[A-ZÀ-Þ]\.[\s-]?[A-ZÀ-Þ]\.$")
_STARTER = (
    r"(?:Le|La|Les|L['’]|Un|Une|Il|Elle|Ils|Elles|On|Nous|Ce|Cette|Ces|C['’]|En|Dans|Pour|Mais|Et"
    r"|The|A|An|He|She|It|They|We|This|That|These|Those|In|On|At|But|And|For|However)(?!\w)"
)
_OPENS_LOWER = re.compile(r"[\s«“\"'’(\[–—-]*[^\W\d_]")
_CLOSERS = re.compile(r"[»”\"’')\]\s]*[»”\"’')\]](?=\s|$|[.,;:!?…])")
_STARTS = re.compile(_STARTER)
# Where sentencex sees no boundary and there may be one: after an ellipsis, after "etc.",
# and after "U.S." in front of a word that begins sentences.
_MISSED = re.compile(
    r"(?:…|\.{3}|\betc\.)[»”\")\]]*\s+(?=[«“\"(]?\s?[A-ZÀ-Þ])"
    rf"|\b[A-Z]\.[A-Z]\.\s+(?={_STARTER})"
)


def sentence_spans(text: str, language: Language, skip: Sequence[Span] = ()) -> tuple[Span, ...]:
    """Where the sentences of a text are.

    A sentence does not cross an empty line or a skipped range; it crosses a line's end
    only where a paragraph was broken into lines of one width. A heading and an entry of
    a list are sentences.

    Args:
        text: any text.
        language: of the text.
        skip: ranges that hold no sentence, in order and disjoint.

    Returns:
        In order, disjoint, without white space at their ends; all characters outside
        `skip` that are not white space are in one of them.
    """
    return tuple(span for unit in units(text, skip) for span in split(text, unit, language))


def sentences(document: Document) -> tuple[Sentence, ...]:
    """The sentences of an article, without its boilerplate (see `sentence_spans`)."""
    spans = sentence_spans(document.text, document.language, document.boilerplate)
    return tuple(
        Sentence(document.id, span.start, span.end, document.text[span.start : span.end])
        for span in spans
    )


def split(text: str, unit: Span, language: Language) -> list[Span]:
    """Split a unit (see `lines`) into sentences: sentencex's boundaries, mended."""
    line = text[unit.start : unit.end]
    cuts = sorted({*_boundaries(line, language), *(m.end() for m in _MISSED.finditer(line))})
    quotations = _quotations(line)
    found: list[Span] = []
    begin = 0
    for cut in cuts:
        end = _after_closers(line, cut)
        if begin < end < len(line) and _ends(line, begin, end, quotations):
            found += _trimmed(text, unit.start + begin, unit.start + end)
            begin = end
    # What follows the last end and says nothing ("»", "*") belongs to what is before it.
    if found and not WORD.search(line, begin):
        begin = found.pop().start - unit.start
    return found + _trimmed(text, unit.start + begin, unit.end)


def _trimmed(text: str, start: int, end: int) -> list[Span]:
    """The range without the white space around, as a list: empty when nothing is left."""
    span = stripped(text, start, end)
    return [span] if span else []


def _boundaries(line: str, language: Language) -> Iterator[int]:
    """Where sentencex ends a sentence, by offsets into the line; the line's end is not one.

    It is given windows, as its time grows with the square of a text's quotation marks.
    """
    import sentencex

    # It panics on a space of several bytes in front of a full stop ("M\u2028."). A plain
    # space in its place changes no offset.
    plain = _SPACE.sub(" ", line)
    # A leading "1." looks like a sentence to it, and "(b)" hides the boundaries after it.
    mark = LIST_MARK.match(plain)
    at = mark.end() if mark else 0
    while at < len(plain):
        window = plain[at : at + _WINDOW]
        found = sentencex.get_sentence_boundaries(language, window)
        # The end of the window is not an end of the text.
        ends = [at + boundary["end_index"] for boundary in found[:-1]]
        yield from ends
        at = ends[-1] if ends and at + _WINDOW < len(plain) else at + _WINDOW


def _after_closers(line: str, cut: int) -> int:
    """The boundary, moved behind what closes the sentence before it (`»`, `”`, `)`)."""
    match = _CLOSERS.match(line, cut, cut + _NEAR)
    return match.end() if match else cut


def _quotations(line: str) -> list[Span]:
    """Ranges of « … » and “ … ” that are closed on the line and not too long, in order."""
    found: list[Span] = []
    for left, right in ("«»", "“”"):
        end = line.find(right)
        at = 0
        while end >= 0:
            # The last opening mark: an earlier one was never closed.
            start = line.rfind(left, at, end)
            if start >= 0 and end - start <= _MAX_QUOTATION:
                found.append(Span(start, end + 1))
            at = end + 1
            end = line.find(right, at)
    return sorted(found, key=lambda span: span.start)


def _ends(line: str, begin: int, cut: int, quotations: Sequence[Span]) -> bool:
    """Whether a sentence really ends at a boundary."""
    if not WORD.search(line, begin, cut) or _inside(quotations, cut):
        return False
    before = line[max(begin, cut - _NEAR) : cut].rstrip()
    after = line[cut : cut + _NEAR].lstrip()
    if not after:  # a long run of white space: no rule can see beyond it
        return True
    if _goes_on(after) or _ABBREVIATION.search(before):
        return False
    if _BEFORE_FIGURE.search(before) and after[0].isdigit():
        return False
    return not (_INITIAL.search(before) and _initial_goes_on(before, after))


def _inside(quotations: Sequence[Span], cut: int) -> bool:
    """Whether a boundary lies in a quotation; only the two nearest can hold it."""
    following = bisect.bisect_left(quotations, cut, key=lambda span: span.start)
    return any(cut < span.end for span in quotations[max(0, following - 2) : following])


def _goes_on(after: str) -> bool:
    """Whether what follows begins in lower case: no sentence does."""
    match = _OPENS_LOWER.match(after)
    return bool(match and match.group()[-1].islower())


def _initial_goes_on(before: str, after: str) -> bool:
    """Whether "J." is an initial of a name or of an article's number that goes on.

    It is not one in "vitamin C. The…".
    """
    if re.match(r"[A-ZÀ-Þ]\.|\d", after):
        return True
    if not after[0].isupper() or _STARTS.match(after):
        return False
    return bool(_NAME_BEFORE_INITIAL.search(before)) or len(before.split()[-1]) == 2
