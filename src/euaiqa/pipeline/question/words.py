"""A question as tokens, and the closed classes of words that French and English grammar has.

Takes a question as typed and gives its tokens with what can be said of each without a
dictionary: function word or not, name or not. It knows no vocabulary: nouns, verbs and
adjectives are told apart by position only, by those who read the tokens.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from euaiqa.datamodels import Language


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


PRONOUN: dict[Language, dict[str, frozenset[str]]] = {
    "fr": {
        "subject": _set("il elle ils elles"),
        "object": _set("lui eux"),
        "possessive": _set("son sa ses leur leurs"),
        "this": _set("cela ça ceci celui-ci celle-ci ceux-ci celles-ci celui-là celle-là ceux-là"),
        "these": _set("ce cet cette ces"),
    },
    "en": {
        "subject": _set("he she they"),
        "object": _set("him them"),
        "possessive": _set("its his their"),
        "this": frozenset(),
        "these": _set("this these those"),
    },
}
QUESTION: dict[Language, frozenset[str]] = {
    "fr": _set(
        "qui que qu' quoi quel quelle quels quelles quand où comment pourquoi combien "
        "lequel laquelle lesquels lesquelles"
    ),
    "en": _set("who whom whose what which when where why how"),
}
# Those that come before a noun.
WHICH: dict[Language, frozenset[str]] = {
    "fr": _set("quel quelle quels quelles combien"),
    "en": _set("what which whose how many much"),
}
AUXILIARY: dict[Language, frozenset[str]] = {
    "fr": _set(
        "est sont était étaient sera seront serait seraient fut furent soit été être "
        "a ont avait avaient aura auront aurait auraient eut avoir va vont allait iront ira "
        "peut peuvent pourra pourront pourrait pourraient pouvait doit doivent devra devront "
        "devrait devraient fait font fera feront veut veulent faut faudra "
        "as es avez êtes peux pouvez veux voulez ai suis sommes avons"
    ),
    "en": _set(
        "is are was were be been being am has have had do does did will would can could "
        "shall should may might must isn't aren't wasn't weren't hasn't haven't hadn't don't "
        "doesn't didn't won't wouldn't can't couldn't shouldn't 's"
    ),
}
COPULA: dict[Language, frozenset[str]] = {
    "fr": _set("est sont était étaient sera seront serait seraient fut furent"),
    "en": _set("is are was were 's"),
}
DETERMINER: dict[Language, frozenset[str]] = {
    "fr": _set(
        "le la les l' un une des du au aux chaque plusieurs certains certaines quelques "
        "tout toute tous toutes aucun aucune notre nos votre vos mon ma mes"
    ),
    "en": _set("the a an each every some any no all both most many several our your my"),
}
DEFINITE: dict[Language, frozenset[str]] = {"fr": _set("le la les l'"), "en": _set("the")}
PREPOSITION: dict[Language, frozenset[str]] = {
    "fr": _set(
        "de d' à en dans par pour avec sans sous sur entre vers chez depuis pendant contre "
        "selon avant après dès malgré jusqu' du des au aux"
    ),
    "en": _set(
        "of in for from with without by at into on to about between after before under over "
        "during since until against through among within across despite"
    ),
}
# Words that open another clause, so that a pronoun after them may mean what stands before.
CLAUSE: dict[Language, frozenset[str]] = {
    "fr": _set("et ou mais donc car que qu' qui dont où si quand lorsque lorsqu' puisque parce"),
    "en": _set("and or but so because that who which if when while where whether although"),
}
CONNECTIVE: dict[Language, frozenset[str]] = {
    "fr": _set("et mais alors donc puis non oui ok sinon"),
    "en": _set("and but so then no yes ok otherwise"),
}
YOU: dict[Language, frozenset[str]] = {
    "fr": _set("tu te toi t' vous je j' me moi m' on nous"),
    "en": _set("you i me we us"),
}
# The rest: what is neither noun, verb nor adjective.
_OTHER: dict[Language, frozenset[str]] = {
    "fr": _set(
        "ne n' pas non plus moins très aussi même mêmes encore déjà là y en se s' c' "
        "-il -elle -ils -elles -on -ce -je -tu -vous -nous donc alors ensuite aujourd'hui ici"
    ),
    "en": _set(
        "not it that there than more less also too so very same then now here as her yet still"
    ),
}
TIME: dict[Language, frozenset[str]] = {
    "fr": _set("année semaine mois jour jours soir matin siècle fois dernières derniers décennie"),
    "en": _set("year week month day days century decade time morning evening"),
}
FUNCTION: dict[Language, frozenset[str]] = {
    language: frozenset().union(
        *PRONOUN[language].values(),
        *(
            table[language]
            for table in (
                QUESTION, WHICH, AUXILIARY, DETERMINER, PREPOSITION, CLAUSE, CONNECTIVE, YOU,
                _OTHER,
            )
        ),
    )
    for language in PRONOUN
}  # fmt: skip

_TOKEN = re.compile(
    r"""-(?:t-)?(?:ils?|elles?|on|ce|je|tu|vous|nous)\b   # est-il, va-t-elle
    | (?:(?i:jusqu|lorsqu|puisqu|quelqu|qu)|\b[cdjlmnstCDJLMNST])['’](?=\w)
    | (?i:aujourd['’]hui|ce(?:lui|lle|ux|lles)-(?:ci|là))
    | ['’](?:s|re|ve|ll|d)\b
    | \d[\d.,]*\d|\d
    | [^\W\d_]+n['’]t\b
    | [^\W\d_]+(?:-(?!(?:t-)?(?:ils?|elles?|on|ce|je|tu|vous|nous)\b)\w+)*
    | [?!.,;:()«»"“”…]""",
    re.VERBOSE,
)
_AFTER_NAME = re.compile(
    r"\s*(?:[,?:]|[A-ZÀ-Ý]|(?:(?:von|van|de|der|del|di) )+[A-ZÀ-Ý]"
    r"|(?:et|and|est|a|is|was|has|will|va|sera|aura|avait|had)\b|l['’](?:a|ont)\b)"
)
STOP = frozenset('?!.,;:()«»"“”…')


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a sign: `word` in lower case with straight apostrophes, `[start, end)` in text."""

    word: str
    start: int
    end: int
    name: bool


def tokens(text: str, language: Language) -> tuple[Token, ...]:
    """Cut a question into tokens; elided words and inverted pronouns stand by themselves."""
    found: list[Token] = []
    shouted = text.isupper()
    opening = True
    for match in _TOKEN.finditer(text):
        written = match.group()
        word = written.lower().replace("’", "'")
        if word.startswith("-"):
            word = word.replace("-t-", "-")
        inner = any(c.isupper() or c.isdigit() for c in written[1:]) and not written[0].isdigit()
        known = word in FUNCTION[language]
        name = not shouted and (inner or (written[0].isupper() and not known))
        if opening and name and not inner:
            # The capital of a beginning says nothing: what follows must fit a name.
            name = bool(_AFTER_NAME.match(text[match.end() :]))
        found.append(Token(word, match.start(), match.end(), name))
        opening = word in {"?", "!", ".", "…"}
    return tuple(found)
