"""The words of the pages in a reader's language: strings, plurals, dates and numbers.

Takes a language; gives its strings by their English text, from the gettext catalogue
`web/locales/fr.po`, and dates and numbers as the language writes them. It decides
nothing and writes no HTML. `messages` holds the strings that are in no template.

Source: https://www.gnu.org/software/gettext/manual/ ; dates and numbers are the CLDR's,
by Babel.
"""

from __future__ import annotations

import datetime as dt
import functools
import gettext
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from babel.dates import format_date, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from euaiqa.app.messages import ERRORS, PLURALS, STRINGS, Advice
from euaiqa.datamodels import Language, Status
from euaiqa.notice import Notice

NAMES: Final[dict[Language, str]] = {"fr": "Français", "en": "English"}
"""What each language calls itself."""

LOCALES: Final[dict[Language, str]] = {"fr": "fr", "en": "en_GB"}
"""British, which writes the day first; `web/static/words.js` says the same."""


@dataclass(frozen=True, slots=True)
class Said:
    """A text and the language that it is in."""

    text: str
    language: Language


class Wording:
    """The strings of one language; those in braces are filled by who shows them."""

    def __init__(self, language: Language, folder: Path) -> None:
        """Read the catalogue of a language; English needs none, its strings are the keys.

        Args:
            language: the reader's.
            folder: where `fr.po` is.
        """
        self.language = language
        catalogue = folder / f"{language}.po"
        self._messages = _compiled(catalogue) if catalogue.exists() else gettext.NullTranslations()

    def gettext(self, message: str) -> str:
        """A string, by its English text."""
        return self._messages.gettext(message)

    def ngettext(self, one: str, many: str, n: int) -> str:
        """The form of a string that `n` of something take."""
        return self._messages.ngettext(one, many, n)

    def notice(self, message: str) -> Said:
        """A message of the program, in English where the catalogue does not have all of it."""
        notice = message if isinstance(message, Notice) else Notice(message)
        text = notice.translated(self._found) if self.language != "en" else None
        return Said(str(notice), "en") if text is None else Said(text, self.language)

    def _found(self, message: str) -> str | None:
        text = self.gettext(message)
        return text if message and text != message else None  # "" is the catalogue's head

    def advice(self, kind: str) -> Advice:
        """What a kind of problem is called, and what to do about it."""
        told = ERRORS.get(kind, ERRORS["internal"])
        return Advice(self.gettext(told.title), self.gettext(told.advice))

    def status(self, status: Status) -> str:
        """What is said of an answer of this status."""
        return self.gettext(STRINGS[status])

    def date(self, value: dt.date | None) -> str:
        """A date in words; the machine's own locale plays no part."""
        if value is None:
            return self.gettext("undated")
        text = format_date(value, "long", locale=LOCALES[self.language])
        # French writes the first of a month as an ordinal, which the CLDR does not.
        return f"1er{text[1:]}" if self.language == "fr" and value.day == 1 else text

    def month(self, value: str) -> str:
        """A month such as "2025-02" in words; that of undated articles is empty."""
        if not value:
            return self.gettext("undated")
        day = dt.date.fromisoformat(f"{value}-01")
        return format_date(day, "MMMM y", locale=LOCALES[self.language])

    def moment(self, value: dt.datetime) -> str:
        """A day and a time of it in words, where the server is."""
        here = value.astimezone()
        return f"{self.date(here.date())}, {format_time(here, 'HH:mm')}"

    def number(self, value: float, digits: int = 0) -> str:
        """A number with so many decimal digits, and the language's own signs."""
        pattern = "#,##0." + "0" * digits if digits else "#,##0"
        return format_decimal(value, pattern, locale=LOCALES[self.language])

    def for_script(self) -> dict[str, object]:
        """The strings that the page's script fills in."""
        kinds = {kind: self.advice(kind) for kind in ERRORS}
        return {
            **{name: self.gettext(text) for name, text in STRINGS.items()},
            **{
                name: [self.ngettext(one, many, n) for n in (1, 2)]
                for name, (one, many) in PLURALS.items()
            },
            "errors": {
                kind: {"title": told.title, "advice": told.advice} for kind, told in kinds.items()
            },
        }


def _compiled(catalogue: Path) -> gettext.GNUTranslations:
    """A catalogue, compiled in memory: a few milliseconds, and no binary file to forget."""
    with catalogue.open("rb") as file:
        messages = read_po(file, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@functools.cache
def wording(language: Language, folder: Path) -> Wording:
    """The words of a language, read once."""
    return Wording(language, folder)
