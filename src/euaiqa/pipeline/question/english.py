"""English pronouns replaced by what they stand for, in place."""

from __future__ import annotations

import re

from euaiqa.pipeline.question.topics import Referents, Topic

_PUT: tuple[tuple[str, str, bool], ...] = (  # pattern, which referent, possessive
    (r"\b(?:he|she|him)\b", "person", False),
    (r"\bhis\b|\bher(?= \w)", "person", True),
    (r"\bits\b", "thing", True),
    (r"\btheir\b", "many", True),
    (r"\b(?:they|them)\b|\bthese(?= ?\?)|\bthose(?= ?\?| \w+ ?\?)", "many", False),
    (r"\bit\b", "thing", False),
    # "that" and "this" where only a thing can stand, not all that was said.
    (
        r"(?:(?<=is )|(?<=was )|(?<=of )|(?<=for )|(?<=about )|(?<=behind )|(?<=than ))"
        r"th(?:is|at)(?= ?\?| \w*(?:more|less|er)\b)",
        "named",
        False,
    ),
)
_SHOWN = re.compile(r"\bth(?:is|at) ([a-z-]+)", re.IGNORECASE)
_WHOSE = re.compile(r"(?:what|where|when|who) (?:is|are|was) the (?:total )?\w+ ?\?", re.IGNORECASE)


def complete_english(asked: str, referents: Referents) -> str:
    """Write the question with nouns for its pronouns, or "" where none fits."""
    text, changed = asked, False
    for pattern, which, owner in _PUT:
        topic: Topic | None = getattr(referents, which)
        if topic is None or not re.search(pattern, text, re.IGNORECASE):
            continue
        if topic.text in text:
            continue  # two pronouns of one question are not one thing
        ending = ("'" if topic.text.endswith("s") else "'s") if owner else ""
        new = (topic.text + ending).replace("\\", "")
        text = re.sub(pattern, new, text, flags=re.IGNORECASE)
        changed = True
    shown = _SHOWN.search(text)
    if not changed and shown and referents.named:
        name = re.sub(r"^the ", "", referents.named.text)
        text = f"{text[: shown.start()]}the {name} {shown[1]}{text[shown.end() :]}"
        changed = True
    if not changed and referents.whole and _WHOSE.fullmatch(text):
        text, changed = f"{text.rstrip(' ?')} of {referents.whole.text}?", True
    return text[:1].upper() + text[1:] if changed else ""
