"""Machine translations of quotes, for a reader of the other language.

A gloss helps to read a quote; it proves nothing. One that says another figure or date than
the quote, or is not in the reader's language, is not shown.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from euaiqa import prompts
from euaiqa.bilingual import foreign_words, replacements
from euaiqa.datamodels import Citation, Language
from euaiqa.facts import facts_of
from euaiqa.generator import Generator, Limits

KEPT = 1000  # glosses in memory
MAX_TOKENS = 120
MAX_CHARS = 400  # a longer quote would keep the reader waiting for more than its worth


class Glosses:
    """Translates quotes, each once."""

    def __init__(self, generator: Generator) -> None:
        self._generator = generator
        self._kept: OrderedDict[tuple[str, Language], str | None] = OrderedDict()

    def of(
        self, citation: Citation, language: Language, cancelled: Callable[[], bool]
    ) -> str | None:
        """A translation of a citation's quote; None where none is needed or none is faithful."""
        if citation.language == language or len(citation.quote) > MAX_CHARS:
            return None
        key = (citation.quote, language)
        if key not in self._kept:
            prompt = prompts.gloss_prompt(citation.quote, language)
            limits = Limits(MAX_TOKENS, 30.0, cancelled)
            text = "".join(self._generator.stream(prompt, limits)).strip()
            if cancelled():
                return None
            self._kept[key] = _faithful(text, citation, language)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return self._kept[key]


def _faithful(text: str, citation: Citation, language: Language) -> str | None:
    text = replacements(text, language)
    said = facts_of(text, language)
    told = facts_of(citation.quote, citation.language)
    same = not said.missing_from([told]) and not told.missing_from([said])
    return text if text and same and not foreign_words(text, language) else None
