"""Articles that a question names by their number: `Article 5`, `Annexe III`, `Recital 39`.

Legal texts, reports and minutes are asked for by designation, which a vector of their
content does not hold. Only a designation that opens an article's title counts: many
others mention it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from euaiqa.datamodels import Head

# Closed on purpose: `Les 27 adoptent …` and `Décembre 2024 : …` designate nothing.
_WORDS = (
    "article|art|annexe?|recital|considérant|considerant|chapter|chapitre|section|titre|title|"
    "part|partie|point|appendix|appendice|protocol|protocole|decision|décision|regulation|"
    "règlement|reglement|directive|décret|decret|recommendation|recommandation|opinion|avis"
)
_DESIGNATION = re.compile(
    rf"(?<!\w)({_WORDS})\.?[ \u00a0\u202f](?:n[°o]\.?[ \u00a0]?)?"
    r"(\d{1,4}(?:/\d{2,4})?|[ivxlc]{1,7})(?![\w/])",
    re.IGNORECASE,
)


class Designations:
    """Finds the articles whose titles open with a designation that a question holds."""

    def __init__(self, heads: Iterable[Head]) -> None:
        self._ids: dict[tuple[str, str], list[str]] = {}
        for head in heads:
            match = _DESIGNATION.match(head.title)
            if match:
                self._ids.setdefault(_key(match), []).append(head.id)

    def named_in(self, query: str) -> frozenset[str]:
        """The ids of the named articles; none when the question names none of them."""
        return frozenset(
            id_ for match in _DESIGNATION.finditer(query) for id_ in self._ids.get(_key(match), ())
        )


def _key(match: re.Match[str]) -> tuple[str, str]:
    # Four letters make `Annex` and `Annexe` one, `Art.` and `Article` are by hand.
    plain = unicodedata.normalize("NFKD", match[1].lower())
    word = "".join(c for c in plain if not unicodedata.combining(c))[:4]
    return "arti" if word == "art" else word, match[2].lower()
