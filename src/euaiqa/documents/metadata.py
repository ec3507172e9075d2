"""What an article tells about itself: its title and the day it was published.

Takes the text of an article and gives its title and date as they stand in it. A date is
taken from the front matter or from a line that is there to give it (a byline, a
dateline); a date in the running text is about something else, and none is ever made up.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from itertools import islice

from euaiqa.datamodels import Language, Span
from euaiqa.documents import front_matter

_MAX_HEADING = 150  # characters; a longer line is a paragraph
_MAX_TITLE = 250  # characters; but the very first line may be a longer title
_PLENTY = 1_000  # characters in which a title is looked for
_CUT_TITLE = 80  # characters; where a title made of a sentence is cut
_TOP_TITLE_LINES = 20  # lines among which a Markdown heading is the title
_TITLE_LINES = 3  # a heading further down is of a section
_TOP_LINES, _BOTTOM_LINES = 6, 6  # where a byline stands
_MAX_BYLINE = 120  # characters


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv january jan",
            "février fevrier févr fevr february feb",
            "mars march mar",
            "avril avr april apr",
            "mai may",
            "juin june jun",
            "juillet juil july jul",
            "août aout august aug",
            "septembre september sept sep",
            "octobre october oct",
            "novembre november nov",
            "décembre decembre déc december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY_NAME = (
    r"(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)\.?,?\s+)?"
)
_DATE = re.compile(
    rf"{_DAY_NAME}(?:"
    r"(?P<iso>\d{4}-\d{2}-\d{2})(?!\d)"
    rf"|(?P<d1>\d{{1,2}})(?:er|st|nd|rd|th)?\s+(?P<m1>{_MONTH})\.?,?\s+(?P<y1>\d{{4}})(?!\d)"
    rf"|(?P<m2>{_MONTH})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y2>\d{{4}})(?!\d)"
    r"|(?P<d3>\d{1,2})[/.](?P<m3>\d{1,2})[/.](?P<y3>\d{4})(?!\d)"
    r")",
    re.IGNORECASE,
)
_CUE = (
    r"(?:article |first )?(?:publié|publiée|posté|postée|paru|parue|mis en ligne|mise en ligne"
    r"|published|posted|date(?: de publication)?|publication date)"
    r"(?:\s+(?:le|on))?\s*[:,]?\s*"
)
_AUTHOR = r"(?:(?:par|by)\s+[^.!?]{2,60}?\s*(?:[,|·•–—-]|\ble\b|\bon\b)\s*)"
# What may stand before the date on its line, and what may follow it.
_BEFORE = re.compile(rf"[\W_]*(?:{_AUTHOR})?(?:{_CUE})?(?:le\s+|on\s+)?[\W_]*$", re.IGNORECASE)
_AFTER = re.compile(
    r"[.,]?\s*(?:$|T?\d{1,2}\s?[:.h]\s?\d{0,2}|à\s+\d|at\s+\d|[|·•–—(-]|par\s|by\s"
    r"|mis à jour|updated|min\b)",
    re.IGNORECASE,
)
# "BRUSSELS, 11 February 2025 – The Commission…": a place opens the line, a dash ends it.
_DATELINE = re.compile(r"(?:[A-ZÀ-Þ][\w'’-]*[ -]?){1,3}(?:\([^)]{2,20}\))?,?\s*\(?(?:le\s+)?$")
_DATELINE_AFTER = re.compile(r"\)?\s*(?:\([^)]{2,20}\)\s*)?[–—:)/|-]")
# "Tallinn, 9 May 2025": one word and a date are all of the line.
_PLACE = re.compile(r"[A-ZÀ-Þ][\w'’-]*,\s*(?:le\s+)?")

_MARKUP = re.compile(r"[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


def title(text: str, front: Span | None, skipped: tuple[Span, ...]) -> str:
    """The article's title.

    In this order: the front matter's; a Markdown heading of the first level near the top;
    the first line that has the form of a heading, among the first three; the beginning of
    the first sentence. Empty when there is no letter or digit to make one of.

    Args:
        text: `Document.text`.
        front: where its front matter is.
        skipped: its boilerplate, front matter included.
    """
    if given := front_matter.spaced(
        front_matter.fields(text, front).get("title", "")
    ):  # which is no Markdown
        return _shortened(given, _MAX_TITLE)
    lines = list(islice(_content_lines(text, skipped), _TOP_TITLE_LINES))
    for line in lines:
        if line.startswith("# ") and (given := _plain(line)):
            return _shortened(given, _MAX_TITLE)
    first = [line for line in lines if not _is_byline(line)][: _TITLE_LINES + 1]
    for index, line in enumerate(first[:_TITLE_LINES]):
        following = first[index + 1] if index + 1 < len(first) else ""
        if _looks_like_heading(line, following, _MAX_HEADING if index else _MAX_TITLE):
            return _plain(line)
    return _shortened(_first_sentence(_plain(" ".join(first))), _CUT_TITLE)


def published(
    text: str, front: Span | None, skipped: tuple[Span, ...], language: Language
) -> dt.date | None:
    """The day the article says it was published; None when it does not say a full date.

    Args:
        text: `Document.text`.
        front: where its front matter is.
        skipped: its boilerplate, front matter included.
        language: of the article; `11/02/2025` is 11 February in French, and in English
            nothing that can be told.
    """
    fields = front_matter.fields(text, front)
    for key in front_matter.DATE_KEYS:
        if found := day_of(fields.get(key, ""), language):
            return found
    lines = list(_content_lines(text, skipped))
    for line in dict.fromkeys(lines[:_TOP_LINES] + lines[-_BOTTOM_LINES:]):
        for match in _DATE.finditer(line, 0, _MAX_BYLINE):
            if _gives_date(line, match) and (found := _day(match, language)):
                return found
    return None


def day_of(text: str, language: Language) -> dt.date | None:
    """The day that a text begins with, in one of the forms that `published` knows."""
    text = text[:_MAX_BYLINE].strip()
    match = _DATE.match(text)
    return _day(match, language) if match else None


def gives_date(line: str) -> bool:
    """Whether a line is there to give a date: a byline, not a sentence with a date in it."""
    dates = _DATE.finditer(line, 0, _MAX_BYLINE)
    return any(_gives_date(line, match, dateline=False) for match in dates)


def _content_lines(text: str, skipped: tuple[Span, ...]) -> Iterator[str]:
    """The lines that are neither blank nor boilerplate, without the white space around."""
    at = 0
    for start, end in [(span.start, span.end) for span in skipped] + [(len(text), len(text))]:
        yield from filter(None, (line.strip() for line in text[at:start].split("\n")))
        at = end


def _looks_like_heading(line: str, following: str, size: int) -> bool:
    """A short line with a letter that ends like no sentence and is not broken off."""
    return (
        len(line) <= size
        and any(character.isalpha() for character in line)
        and not line.rstrip("»”\"' \u00a0\u202f").endswith((".", ";", ",", ":", "…"))
        and not following[:1].islower()
    )


def _is_byline(line: str) -> bool:
    """A line that is there to tell the date or the author."""
    if re.match(r"(?:par|by)\s+[A-ZÀ-Þ]", line, re.IGNORECASE) and len(line) <= _CUT_TITLE:
        return True
    return gives_date(line)


def _gives_date(line: str, match: re.Match[str], *, dateline: bool = True) -> bool:
    """Whether a line is there to give the date that was found in it."""
    before, after = line[: match.start()], line[match.end() :]
    if len(line) <= _MAX_BYLINE and _BEFORE.match(before) and _AFTER.match(after):
        return True
    if not dateline:
        return False
    if _PLACE.fullmatch(before) and not after.strip(" ."):
        return True
    return bool(_DATELINE.fullmatch(before) and _DATELINE_AFTER.match(after))


def _day(match: re.Match[str], language: Language) -> dt.date | None:
    """The day of a matched date; None when there is no such day or two readings."""
    try:
        if match["iso"]:
            return dt.date.fromisoformat(match["iso"])
        if match["d3"]:
            day, month = int(match["d3"]), int(match["m3"])
            if language == "en" and day != month:
                if day <= 12 and month <= 12:
                    return None
                day, month = max(day, month), min(day, month)
            return dt.date(int(match["y3"]), month, day)
        name = match["m1"] or match["m2"]
        return dt.date(
            int(match["y1"] or match["y2"]),
            _MONTHS[name.lower()],
            int(match["d1"] or match["d2"]),
        )
    except ValueError:
        return None


def _plain(line: str) -> str:
    """The beginning of a line of Markdown, longer than any title, without its marks."""
    line = re.sub(r"^#{1,6}\s+|\s+#{1,6}$", "", line[:_PLENTY].strip())
    line = _MARKUP.sub("", _LINK.sub(r"\1", line))
    return re.sub(r"\s+", " ", line).strip()


def _first_sentence(line: str) -> str:
    """The line up to its first full stop that a capital follows."""
    return re.split(r"(?<=[.!?…])\s+(?=[A-ZÀ-Þ«“\"])", line, maxsplit=1)[0]


def _shortened(line: str, size: int) -> str:
    """At most `size` characters of a line, cut between two words."""
    if len(line) <= size:
        return line
    head = line[: size - 1]
    words = head.rsplit(" ", 1)[0] if " " in head else head
    return words.rstrip(" ,;:–—-«(") + "…"
