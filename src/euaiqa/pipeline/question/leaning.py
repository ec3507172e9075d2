"""Whether a question leans on what was said before it, by grammar alone.

Takes a question and its language, and tells whether it has a pronoun, a demonstrative, a
comparison or a gap that nothing in the question itself fills. When unsure it says no: a
question that stands alone must never be rewritten. It does not look at the history.
"""

from __future__ import annotations

import re
from itertools import pairwise

from euaiqa.datamodels import Language
from euaiqa.pipeline.question.pronouns import clitic, pronouns, unbound
from euaiqa.pipeline.question.words import (
    AUXILIARY,
    CONNECTIVE,
    COPULA,
    DEFINITE,
    DETERMINER,
    FUNCTION,
    PREPOSITION,
    QUESTION,
    STOP,
    WHICH,
    YOU,
    Token,
    tokens,
)

# Sentences whose "it", "il" or "there" stands for nothing.
_IMPERSONAL: dict[Language, re.Pattern[str]] = {
    "fr": re.compile(
        r"\bil (?:n')?(?:y (?:a|aura|avait|aurait|ait|en a)|faut|faudra|faudrait|existe|reste|"
        r"convient|suffit|semble|paraît|importe|vaut|pleut|s'agit)\b"
        r"|\b(?:y (?:a|aura|avait|aurait)|faut|faudra|faudrait|existe|existera|reste|restera|"
        r"convient|suffit|semble|paraît|vaut|pleut|s'agit|s'agira|passe|fait|heure est)-(?:t-)?il\b"
        r"|\bs'(?:est|était|y est)-il passé\b|\b(?:est|était)-il arrivé\b"
        r"|\ba(?:urait)?-(?:t-)?il fallu\b|\by avoir\b"
        r"|\b(?:est|était|sera|serait)-(?:t-)?il (?!plus |moins |aussi )[\w-]+ "
        r"(?:que?\b|qu'|de\b|d')"
        r"|\bil (?:est|était|sera|serait) [\w-]+ (?:que?\b|qu'|de\b|d')"
        r"|\b(?:va|peut|doit)-(?:t-)?il (?:y|falloir|se|rester|exister)\b"
        r"|\best-ce (?!plus |moins |aussi )[\w' -]+? (?:que?\b|qu'|qui\b|de\b|d')"
        r"|\b(?:est|sont|était)-ce (?:que\b|qu'|qui\b)|\bqu'est-ce qu[ei']|\bil se passe\b",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(?:is|was|be|isn't|wasn't|'s|will) it (?!(?:more|less|as) )[\w' -]*?"
        r"\b(?:that|who|which)\b"
        r"|\b(?:is|was|be|isn't|wasn't) it (?!\w+(?:ed|ing) )\w+ (?:for \w+ )*to\b"
        r"|\bit (?:takes?|took|is \w+ to|is \w+ that|was \w+ that|rains?)\b|\bit take\b.* to\b"
        r"|\btime is it\b|\bis it raining\b"
        r"|\bthere (?:is|are|was|were|will|be|been|has|have|had|would|could|should|must|exists?)\b"
        r"|\b(?:is|are|was|were|will|has|have|had|would|could|should|must|isn't|aren't) there\b",
        re.IGNORECASE,
    ),
}
_COMPARISON: dict[Language, re.Pattern[str]] = {
    "fr": re.compile(
        r"(?<!\ble )(?<!\bla )(?<!\bles )(?<!\ben )(?<!\bau )"
        r"(?:\b(?:plus|moins|aussi)(?: (?!tard\b|tôt\b)[\w-]+)?|"
        r"\bdavantage|\bmieux|\bpire|\bl'inverse|\bautant)\s*\?*\s*$",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"(?<!\bthe )\b(?:(?:more|less|as|fewer)(?: [\w-]+)?|larger|bigger|smaller|higher|lower|"
        r"earlier|later|better|worse|faster|slower|greater|longer|shorter|cheaper|older|newer|"
        r"richer|stronger|weaker|the same)\s*\?*\s*$",
        re.IGNORECASE,
    ),
}
_BEYOND: dict[Language, re.Pattern[str]] = {
    "fr": re.compile(
        r"^(?:lequel|laquelle|lesquels|lesquelles)\b(?! (?:de|des|du|d')\b)"
        r"|\b(?:ce dernier|cette dernière|ces derniers|ces dernières|là-bas|là-dessus)\b"
        r"|\bles autres\s*\?|\bl'autre\s*\?|\ble (?:premier|second)\s*\?"
        r"|\bla (?:première|seconde)\s*\?"
        r"|\bqu'en (?!\d)\w|\b(?:que faut-il|quoi) en\b"
        r"|\b(?:qui|combien) (?:y|en|n'y|n'en) (?!\d)[a-zà-ÿ]+"
        r"|\b(?:[ns]')?y (?!compris\b)[a-zà-ÿ]+|\bs'y\b"
        r"|\b(?:même|mêmes) (?:question|chose)\b|^idem\b|^quid\b|^qu'en est-il\b"
        r"|\bne? l'(?:a|ont)\b|^(?:et|mais)\b[^,?]*, ?(?:ils?|elles?|c'est|ça)\b",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(?:which|what|the|this|that|other|another|\w+er) ones?\b(?! of\b| that\b)"
        r"|\bthe latter\b"
        r"|\bthe former\s*\?|\bthe others?\s*\?|\bthe (?:first|second|last)\s*\?"
        r"|^(?:and |but |so )?(?:what|how) about\b|^(?:and |but )?what of\b"
        r"|\bsame (?:question|thing)\b|^(?:and|but)\b[^,?]*, ?(?:it|they|he|she|that's)\b",
        re.IGNORECASE,
    ),
}
_ELSE: dict[Language, re.Pattern[str]] = {
    "fr": re.compile(r"\b(?:d'autres?|autre chose|ensuite|après)\s*\??\s*$|\bd'autre\b", re.I),
    "en": re.compile(r"\belse\b|\b(?:next|afterwards|then|another|others)\s*\??\s*$", re.I),
}
# As typed in haste: "y a t'il", "va t elle".
_WITHOUT_HYPHENS = re.compile(r"[ -]t[' -](ils?|elles?|on)\b", re.IGNORECASE)
_SHORT = 11  # tokens, within which a comparison at the end is what is asked
_TOO_LONG = 40  # tokens: a question this long tells enough by itself


def leans(question: str, language: Language) -> bool:
    """Tell whether a question cannot be understood without what was said before it."""
    text = " ".join(question.replace("’", "'").split())
    if language == "fr":
        text = _WITHOUT_HYPHENS.sub(r"-t-\1", text)
    found = tokens(text, language)
    if not any(t.word not in STOP for t in found) or len(found) > _TOO_LONG:
        return False
    bare = _IMPERSONAL[language].sub(lambda m: "_" * len(m.group()), text)
    return (
        _fragment(found, language, asked=text.endswith("?"))
        or bool(_BEYOND[language].search(bare))
        or any(unbound(found, i, language) for i in pronouns(found, bare, language))
        or (language == "fr" and clitic(bare, found))
        or (
            len(found) < _SHORT
            and bool(_COMPARISON[language].search(text))
            and not _other_side(found, language)
        )
        or (bool(_ELSE[language].search(text)) and not _named(found, language))
        or _goes_on(found, language)
    )


def _goes_on(found: tuple[Token, ...], language: Language) -> bool:
    """For "Et les perdants, que peuvent-ils faire ?": it goes on from something, naming nothing."""
    words = [t for t in found if t.word not in STOP]
    return (
        words[0].word in CONNECTIVE[language]
        and not any(t.name or t.word in YOU[language] for t in words)
        and any(t.word in QUESTION[language] for t in words)
    )


def _fragment(found: tuple[Token, ...], language: Language, *, asked: bool) -> bool:
    """A question without a verb or without anything to ask about: "And Germany?", "Why?"."""
    words = [t for t in found if t.word not in STOP]
    connected = words[0].word in CONNECTIVE[language]
    while len(words) > 1 and words[0].word in CONNECTIVE[language]:
        words = words[1:]
    if any(t.word in YOU[language] for t in words):
        return False
    asks = any(t.word in QUESTION[language] for t in words)
    verb = any(t.word in AUXILIARY[language] or t.word.startswith("-") for t in words)
    content = [t for t in words if t.word not in FUNCTION[language]]
    named = any(t.name or t.word[0].isdigit() for t in words)
    if not asks:
        if verb:
            return False
        return connected or (
            asked
            and len(content) <= 3
            and (len(words) <= 3 or words[0].word in PREPOSITION[language])
        )
    fixed = any(t.word in DETERMINER[language] - {"des", "du"} for t in words)
    if verb:
        return (not content and not fixed and not named) or _bridging(words, language)
    if named or fixed:  # "Et combien pour la France ?"
        follows = [b.word for a, b in pairwise(words) if a.word in QUESTION[language]]
        return connected and bool(set(follows) & PREPOSITION[language]) and len(content) <= 2
    which = (
        words[0].word in WHICH[language]
        or words[0].word in PREPOSITION[language]
        or any(t.word in WHICH[language] for t in words[:2])
    )
    return len(content) <= (2 if which else 1)


def _bridging(words: list[Token], language: Language) -> bool:
    """For "What is the budget?": a definite noun with nothing that says whose."""
    tail = [t for t in words if t.word not in {"total", "totale"}]
    for i, token in enumerate(tail[:4]):
        if token.word in COPULA[language] and i + 1 < len(tail):
            rest = tail[i + 1 :]
            before = all(t.word in FUNCTION[language] - {"que", "qu'"} for t in tail[:i])
            return (
                before
                and len(rest) == 2
                and rest[0].word in DEFINITE[language]
                and not rest[1].name
                and rest[1].word not in FUNCTION[language]
            )
    return False


def _other_side(found: tuple[Token, ...], language: Language) -> bool:
    """Whether the thing compared with is in the question too."""
    than = {"que", "qu'", "ou"} if language == "fr" else {"than", "or"}
    negated = {"ne", "n'"} if language == "fr" else {"no", "not"}
    return any(t.word in than for t in found[2:]) or any(t.word in negated for t in found)


def _named(found: tuple[Token, ...], language: Language) -> bool:
    return any(t.name or t.word in DEFINITE[language] for t in found)
