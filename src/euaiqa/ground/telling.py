"""How an answer tells that articles differ: one sentence, in French or in English.

Takes two values as the articles write them, with their dates; finds nothing itself.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from euaiqa.datamodels import Language

_MONTHS: dict[Language, list[str]] = {
    "fr": (
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
    ).split(),
    "en": (
        "January February March April May June July August September October November December"
    ).split(),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A value as the answer tells it: its text and its article's date."""

    value: str
    published: dt.date | None


def told(one: Told, other: Told, language: Language) -> str:
    """The sentence that tells a reader of a disagreement, with both dates; markers come after it.

    Titles are left out: a figure in one would stand in no cited quote.
    """
    first, second = (_told(value, language) for value in (one, other))
    if language == "fr":
        return f"Les articles diffèrent sur ce point\u00a0: {first} contre {second}."
    return f"The articles differ on this point: {first} against {second}."


def _told(value: Told, language: Language) -> str:
    date = value.published
    if language == "fr":
        day = f"1er {_MONTHS['fr'][date.month - 1]}" if date and date.day == 1 else ""
        said = day or (f"{date.day} {_MONTHS['fr'][date.month - 1]}" if date else "")
        when = f"{said} {date.year}" if date else "sans date"
        return f"«\u00a0{value.value}\u00a0» ({when})"
    when = f"{date.day} {_MONTHS['en'][date.month - 1]} {date.year}" if date else "no date"
    return f"“{value.value}” ({when})"
