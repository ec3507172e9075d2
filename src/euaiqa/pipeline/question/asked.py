"""What kind of answer a question asks for: a figure, a date, who, a name, yes or no, or anything.

Takes a question and its language, gives one of a few kinds by its question word and the noun
beside it. The nouns are few and general (`montant`, `share`, `ville`): what is not
recognised asks for anything, which promises nothing.
"""

from __future__ import annotations

import re
from typing import Literal

from euaiqa.datamodels import Language

Kind = Literal["figure", "date", "who", "name", "yesno", "reason", "any"]

_FIGURES = {
    "fr": (
        "montants?|parts?|pourcentages?|proportions?|nombres?|taux|prix|coûts?|couts?|budgets?|sommes?|"
        "puissances?|surfaces?|superficies?|durées?|valeurs?|tailles?|capacités?|amendes?|"
        "quantités?|chiffres?|salaires?|âges?|distances?|vitesses?|effectifs?|hauteurs?|tarifs?|"
        "plafonds?|seuils?|délais?|consommations?|recettes?|dépenses?|contributions?|délai"
    ),
    "en": (
        "amounts?|shares?|percentages?|proportions?|numbers?|rates?|prices?|costs?|budgets?|sums?|"
        "power|areas?|durations?|values?|sizes?|capacit(?:y|ies)|fines?|quantit(?:y|ies)|"
        "figures?|salar(?:y|ies)|ages?|distances?|speeds?|fees?|ceilings?|caps?|thresholds?|"
        "consumption|revenues?|spending|contributions?|limits?|bill|price tag"
    ),
}
_DATES = {
    "fr": "dates?|jours?|mois|années?|ans?|échéances?|moments?|trimestres?|heure",
    "en": "dates?|days?|months?|years?|deadlines?|quarters?|time",
}
_NAMES = {
    "fr": (
        "villes?|pays|régions?|communes?|capitales?|entreprises?|sociétés?|organismes?|"
        "institutions?|personnes?|ministres?|ministères?|agences?|autorités?|banques?|groupes?|"
        "fournisseurs?|opérateurs?|universités?|associations?|États?|états?|fabricants?|"
        "constructeurs?|éditeurs?|laboratoires?|instituts?|consortiums?|candidats?|fonds"
    ),
    "en": (
        "cit(?:y|ies)|countr(?:y|ies)|towns?|regions?|capitals?|compan(?:y|ies)|firms?|bod(?:y|ies)|"
        "institutions?|persons?|people|ministers?|ministr(?:y|ies)|agenc(?:y|ies)|authorit(?:y|ies)|"
        "banks?|groups?|suppliers?|operators?|universit(?:y|ies)|associations?|states?|"
        "manufacturers?|makers?|builders?|publishers?|laborator(?:y|ies)|institutes?|funds?|"
        "consorti(?:um|a)|candidates?|nations?|rivers?"
    ),
}
_BE_FR = r"(?:est|sont|sera|seront|serait|seraient|était|étaient)"
_BE_EN = r"(?:\s+(?:is|are|was|were|will\s+be|would\s+be)|['’]s)"
_WORDS = r"(?:[\w'’-]+\s+){0,2}?"  # adjectives between: `which European cities`

_ASKED: dict[Language, tuple[tuple[Kind, re.Pattern[str]], ...]] = {
    "fr": (
        ("figure", re.compile(r"\bcombien\b", re.I)),
        (
            "date",
            re.compile(
                r"^\W*(?:(?:et|mais|depuis|jusqu['’]à|à\s+partir\s+de|dès|pour|de)\s+)*quand\b"
                rf"|\bquand\s*\?|\bquel(?:le)?s?\s+(?:\w+\s+)?(?:{_DATES['fr']})\b"
                rf"|\bquel(?:le)?s?\s+{_BE_FR}\s+(?:l[ae]s?\s+|l['’])(?:{_DATES['fr']})\b",
                re.I,
            ),
        ),
        (
            "figure",
            re.compile(
                rf"\bquel(?:le)?s?\s+(?:\w+\s+)?(?:{_FIGURES['fr']})\b"
                rf"|\bquel(?:le)?s?\s+{_BE_FR}\s+(?:l[ae]s?\s+|l['’])(?:{_FIGURES['fr']})\b",
                re.I,
            ),
        ),
        ("reason", re.compile(r"\bpourquoi\b|\bpour quelles?\s+raisons?\b|\bcomment\b", re.I)),
        (
            "name",
            re.compile(
                rf"^\W*(?:(?:et|mais|par|vers|d['’])\s*)*où\b|\boù\s*\?|\bquel(?:le)?s?\s+(?:\w+\s+)?(?:{_NAMES['fr']})\b",
                re.I,
            ),
        ),
        (
            "who",
            re.compile(
                r"^\W*(?:(?:à|a|par|avec|chez|de|pour|et)\s+)?qui\b(?!\s+est-ce\s+que)", re.I
            ),
        ),
        (
            "yesno",
            re.compile(
                r"^\W*(?:et\s+|mais\s+)?est-ce\s+qu"
                r"|^(?!.*\b(?:qu[ei]|quoi|quel(?:le)?s?|où|comment|pourquoi|combien|quand|"
                r"lequel|laquelle|lesquel(?:le)?s)\b)(?!\W*qu['’])"
                r".*[\w]-(?:t-)?(?:ils?|elles?|on|ce|je|tu|vous|nous)\b.*\?",
                re.I,
            ),
        ),
    ),
    "en": (
        (
            "figure",
            re.compile(
                r"\bhow\s+(?:many|much|long|far|old|big|large|fast|often|tall|high|heavy)\b", re.I
            ),
        ),
        (
            "date",
            re.compile(
                r"^\W*(?:(?:and|but|so|since|until|by|from|till)\s+)*when\b|\bwhen\s*\?"
                rf"|\b(?:what|which)\s+(?:\w+\s+)?(?:{_DATES['en']})\b"
                rf"|\bwhat{_BE_EN}\s+the\s+{_WORDS}(?:{_DATES['en']})\b",
                re.I,
            ),
        ),
        (
            "figure",
            re.compile(
                rf"\b(?:what|which)\s+(?:\w+\s+)?(?:{_FIGURES['en']})\b"
                rf"|\bwhat{_BE_EN}\s+the\s+{_WORDS}"
                rf"(?:{_FIGURES['en']})\b|\bwhat\s+does\s+.*\bcost\b",
                re.I,
            ),
        ),
        (
            "reason",
            re.compile(r"\bwhy\b|\bhow\s+(?:come|do|does|did|will|would|is|are|has|can)\b", re.I),
        ),
        (
            "name",
            re.compile(
                rf"^\W*(?:(?:and|but|so|from)\s+)*where\b|\bwhere\s*\?|\b(?:what|which)\s+(?:\w+\s+)?(?:{_NAMES['en']})\b",
                re.I,
            ),
        ),
        (
            "who",
            re.compile(r"^\W*(?:(?:and|to|by|with|from|for)\s+)?(?:who|whom|whose)\b", re.I),
        ),
        (
            "yesno",
            re.compile(
                r"^\W*(?:(?:and|but|so)\s+)?(?:is|are|was|were|do|does|did|has|have|had|will|would|can|"
                r"could|shall|should|may|might|must|isn['’]t|aren['’]t|don['’]t|doesn['’]t|didn['’]t|"
                r"won['’]t|can['’]t)\b(?!.*\bor\s+(?:is|are|was|do|does|will)\b)",
                re.I,
            ),
        ),
    ),
}


def asks_for(question: str, language: Language) -> Kind:
    """The kind of answer that a question asks for.

    Args:
        question: one question, as it is understood.
        language: the question's.

    Returns:
        `figure`, `date`, `who` (a person or a body, by name or by office), `name` (a body or a
        place), `reason`, `yesno`, or `any` when its form does not tell.
    """
    for kind, pattern in _ASKED[language]:
        if pattern.search(question):
            return kind
    return "any"
