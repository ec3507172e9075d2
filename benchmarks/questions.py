"""The questions: over the seeds from the tests' data, over the AI Act made from its titles.

Nothing is judged here; the same list goes to every system.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from euaiqa.datamodels import Language
from euaiqa.evaluate import read_questions

SEEDS = 20
ACT = 60
LANGUAGES: tuple[Language, ...] = ("fr", "en")
WORDS = range(2, 9)  # of a title that a question can be made from
NO_SUBJECT = ("amendment", "modification")  # titles that name another law only
ABOUT: dict[Language, str] = {
    "fr": "Que dit le règlement sur l’IA à propos de «\u00a0{}\u00a0»\u00a0?",
    "en": "What does the AI Act say about {}?",
}
MEANING: dict[Language, str] = {
    "fr": "Que signifie «\u00a0{}\u00a0» dans le règlement sur l’IA\u00a0?",
    "en": "What does “{}” mean in the AI Act?",
}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question:
    """A question, as a person types it."""

    id: str
    language: Language
    text: str


def seeds_questions(path: Path, count: int) -> list[Question]:
    """Answerable questions over the two seeds, French and English in turn.

    Args:
        path: the tests' question file.
        count: how many, at most `SEEDS`.

    Raises:
        SettingsError: the file is no question file.
    """
    rows = [q for q in read_questions(path) if q.answerable and not q.history]
    found = [Question(q.id, q.language, q.question) for q in rows]
    return _in_turn(found, SEEDS)[:count]


def act_questions(path: Path, count: int) -> list[Question]:
    """Questions over the AI Act, French and English in turn, every third on a defined term.

    No two are about the same article's title or the same term.

    Args:
        path: rows with `id`, `lang`, `question` (a title or a term), `kind`, `passage_id`.
        count: how many, at most `ACT`.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
    titles = [_title(row) for row in rows if row["kind"] == "title" and _tells(row)]
    terms = [_term(row) for row in rows if row["kind"] == "term"]
    third = ACT // 3
    some_titles = iter(_in_turn(_each_subject_once(titles), ACT - third))
    some_terms = iter(_in_turn(_each_subject_once(terms), third))
    found = (next(some_terms if n % 3 == 2 else some_titles, None) for n in range(ACT))
    return [question for question in found if question][:count]


def _tells(row: dict[str, Any]) -> bool:
    """Whether a title is an article's, and names a matter."""
    title = row["question"]
    return (
        "art_" in row["passage_id"]
        and len(title.split()) in WORDS
        and not title.lower().startswith(NO_SUBJECT)
    )


def _title(row: dict[str, Any]) -> tuple[str, Question]:
    """The article and the question."""
    title = row["question"]
    if title[1:2].islower():  # no acronym
        title = title[0].lower() + title[1:]
    return _subject(row), Question(row["id"], row["lang"], ABOUT[row["lang"]].format(title))


def _term(row: dict[str, Any]) -> tuple[str, Question]:
    text = MEANING[row["lang"]].format(row["question"])
    return _subject(row), Question(row["id"], row["lang"], text)


def _subject(row: dict[str, Any]) -> str:
    """The same for both languages."""
    return str(row["passage_id"]).rsplit("-", 1)[0]


def _each_subject_once(asked: Sequence[tuple[str, Question]]) -> list[Question]:
    """Every second subject in French, the others in English."""
    subjects = list(dict.fromkeys(subject for subject, _ in asked))
    wanted = {subject: LANGUAGES[n % 2] for n, subject in enumerate(subjects)}
    return [q for subject, q in asked if q.language == wanted[subject]]


def _in_turn(found: Sequence[Question], count: int) -> list[Question]:
    """So many questions, from all over the list, the two languages in turn."""
    each = [_spread([q for q in found if q.language == lang], count // 2) for lang in LANGUAGES]
    return list(chain.from_iterable(zip(*each, strict=False)))


def _spread(rows: Sequence[T], count: int) -> Iterator[T]:
    """As many rows as asked for, at equal distances."""
    for n in range(min(count, len(rows))):
        yield rows[n * len(rows) // min(count, len(rows))]
