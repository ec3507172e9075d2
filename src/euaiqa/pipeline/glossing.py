"""Machine translations of quotes, for a reader of the other language.

A gloss helps to read a quote; it proves nothing. One that says another figure, date or name
than the quote, denies what the quote says, or is not in the reader's language, is not shown.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from euaiqa import prompts
from euaiqa.bilingual import foreign_words, held_in, missing, names_in, replacements
from euaiqa.datamodels import Citation, Language
from euaiqa.facts import facts_of
from euaiqa.generator import Generator, Limits
from euaiqa.ground import ENDED, clash, clean
from euaiqa.segment import sentence_spans

KEPT = 1000  # glosses in memory
MAX_TOKENS = 120
_MARKS = frozenset('«»“”"')
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
        kept = self._kept.get(key, "")  # no translation is empty
        if kept != "":
            return kept
        prompt = prompts.gloss_prompt(citation.quote, language)
        limits = Limits(MAX_TOKENS, 30.0, cancelled)
        text = "".join(self._generator.stream(prompt, limits)).strip()
        if cancelled():
            return None
        gloss = self._kept[key] = _faithful(text, citation, language)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return gloss


def _faithful(text: str, citation: Citation, language: Language) -> str | None:
    text = _bare(clean(replacements(text, language)))
    quote = (citation.quote, citation.language)
    said, told = facts_of(text, language), facts_of(*quote)
    same = not said.missing_from([told]) and not told.missing_from([said])
    same = same and not said.untold([told])
    if not text or not same or foreign_words(text, language):
        return None
    # One sentence, and all of it: not cut off by a limit, and with no remark behind it.
    if bool(ENDED.search(text)) < bool(ENDED.search(citation.quote)):
        return None
    if len(sentence_spans(text, language)) > len(sentence_spans(*quote)):
        return None
    if missing(names_in(text, language), [held_in(citation.quote)]):
        return None
    return None if clash(text, language, [quote]) else text


def _bare(text: str) -> str:
    """A text without the quotation marks around all of it."""
    inside = text[1:-1]
    whole = text[:1] in _MARKS and text[-1:] in _MARKS and not _MARKS & set(inside)
    return inside.strip() if whole else text
