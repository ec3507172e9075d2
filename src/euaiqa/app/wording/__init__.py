"""Every word that a reader sees on the pages, in both languages.

Takes a language; gives its strings and its dates. `catalogue` says which strings there
are, `french` and `english` hold them.
"""

from __future__ import annotations

import datetime as dt

from euaiqa.app.wording.catalogue import Advice, Wording
from euaiqa.app.wording.english import EN
from euaiqa.app.wording.french import FR
from euaiqa.datamodels import Language

__all__ = ["WORDING", "Advice", "Wording", "date"]

WORDING: dict[Language, Wording] = {"fr": FR, "en": EN}

MONTHS: dict[Language, tuple[str, ...]] = {
    "fr": tuple(
        "janvier février mars avril mai juin juillet août septembre octobre novembre "
        "décembre".split()
    ),
    "en": tuple(
        "January February March April May June July August September October November "
        "December".split()
    ),
}


def date(value: dt.date | None, language: Language) -> str:
    """Write a date in words; the machine's own locale plays no part."""
    if value is None:
        return WORDING[language].undated
    day = "1er" if language == "fr" and value.day == 1 else str(value.day)
    return f"{day} {MONTHS[language][value.month - 1]} {value.year}"
