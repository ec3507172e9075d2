"""French pronouns replaced by what they stand for, each in the place its grammar asks for."""

from __future__ import annotations

import re

from euaiqa.pipeline.question.topics import Referents, Topic
from euaiqa.pipeline.question.words import tokens

_INVERTED = frozenset("-il -elle -ils -elles".split())
_BEFORE_VERB = frozenset("l' le la les y en s' se ne n'".split())
_OBJECT = re.compile(
    r"\bl'(?=(?:a|ont|avait|aura)\b)|\b(?:l'|les? |la )(?=\w+-(?:t-)?(?:ils?|elles?|on)\b)"
    r"|(?<=^qui )(?:l'|les? |la )(?=\w+\s*(?:\?|(?:en|à|pour|par|dans)\b|$))",
    re.IGNORECASE,
)
_TAIL = re.compile(r"\s*(?:\b(?:en|à|par|pour|dans|avec)\b.*)?\?*\s*$")
_SUBJECT = re.compile(r"\b(?:ils?|elles?)\b", re.IGNORECASE)
_OWNED = re.compile(r"\b(son|sa|ses|leurs?) ([\w-]+)", re.IGNORECASE)
_SHOWN = re.compile(r"(?<!-)\b(ce|cet|cette) ([\w-]+)", re.IGNORECASE)
_WHOSE = re.compile(r"(?:quel|où|qui|quand)\w* \w+ (?:l[ea]s? |l')\w+ ?\?", re.IGNORECASE)
_ARTICLE = {"son": "le ", "sa": "la ", "ses": "les ", "leur": "le ", "leurs": "les "}


def complete_french(asked: str, referents: Referents) -> str:
    """Write the question with nouns for its pronouns, or "" where none fits."""
    clitic = _OBJECT.search(asked)
    subject = referents.subject
    if clitic and referents.person:
        subject = referents.person
    text = _with_subject(asked, subject, referents.many)
    changed = text != asked
    if (clitic := _OBJECT.search(text)) is not None:
        what = referents.many if clitic.group().lower() == "les " else referents.thing
        if what is None or what.text in text:
            return ""
        tail = _TAIL.search(text, clitic.end())
        stop = tail.start() if tail else len(text)
        text = f"{text[: clitic.start()]}{text[clitic.end() : stop]} {what.text}{text[stop:]}"
        changed = True
    if not changed:
        for way in (_owned, _shown, _whose):
            if done := way(text, referents):
                return contracted(done)
    return contracted(text) if changed else ""


def _with_subject(text: str, subject: Topic | None, many: Topic | None) -> str:
    """For "Combien va-t-elle …" gives "Combien InvestAI va-t-elle …"."""
    found = tokens(text, "fr")
    place = next((i for i, t in enumerate(found) if t.word in _INVERTED), 0)
    if place:
        who = many or subject if found[place].word.endswith("s") else subject
        if who is None:
            return text
        at = place - 1
        while at and found[at - 1].word in _BEFORE_VERB:
            at -= 1
        if at and found[at - 1].word in {"qu'", "que"}:  # after "que" the noun stands in front
            return f"{who.text}, {text[:1].lower()}{text[1:]}"
        verb = text[found[at].start :]
        if not at:
            verb = verb[:1].lower() + verb[1:]
        return f"{text[: found[at].start]}{who.text} {verb}"
    match = _SUBJECT.search(text)
    if not match:
        return text
    who = many or subject if match.group().lower().endswith("s") else subject
    if who is None:
        return text
    text = text[: match.start()] + who.text + text[match.end() :]
    return re.sub(r"\b([Qq])u'(?=[b-df-gj-np-tv-zB-DF-GJ-NP-TV-Z])", r"\1ue ", text)


def _owned(text: str, referents: Referents) -> str:
    match = _OWNED.search(text)
    if not match:
        return ""
    word = match[1].lower()
    owner = referents.many or referents.subject if word.startswith("leur") else referents.subject
    if owner is None:
        return ""
    noun = elided(_ARTICLE[word] + match[2]) + of(owner.text)
    text = text[: match.start()] + noun + text[match.end() :]
    return re.sub(r"^(?:et|mais) (?=les )", "Quels sont ", text, flags=re.IGNORECASE)


def _shown(text: str, referents: Referents) -> str:
    match = _SHOWN.search(text)
    if not match or not referents.named:
        return ""
    name = re.sub(r"^(?:l[ae] |l')", "", referents.named.text)
    noun = elided(("la " if match[1].lower() == "cette" else "le ") + match[2])
    return f"{text[: match.start()]}{noun} {name}{text[match.end() :]}"


def _whose(text: str, referents: Referents) -> str:
    if not referents.whole or not _WHOSE.fullmatch(text):
        return ""
    return f"{text.rstrip(' ?')}{of(referents.whole.text)} ?"


def of(text: str) -> str:
    """For "de" before a noun with or without article: "du plan", "d'InvestAI"."""
    return (" d'" if re.match(r"[aeiouyéèêAEIOUYÉÈÊ]", text) else " de ") + text


def que(text: str) -> str:
    """For "que" before a noun."""
    return ("qu'" if re.match(r"[aeiouyéèêAEIOUYÉÈÊ]", text) else "que ") + text


def elided(text: str) -> str:
    """For "le" and "la" before a vowel."""
    return re.sub(r"^l[ea] (?=[aeiouyéèêhAEIOUÉÈÊH])", "l'", text)


def contracted(text: str) -> str:
    """For "de le" and the like as one word, and a capital at the beginning."""
    for apart, joined in (("de le", "du"), ("de les", "des"), ("à le", "au"), ("à les", "aux")):
        text = re.sub(rf"\b{apart} ", f"{joined} ", text)
    return text[:1].upper() + text[1:]
