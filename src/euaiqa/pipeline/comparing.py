"""Do other articles answer the same question otherwise?

Takes a question with its proven answer, and the passages of other articles that were
retrieved; reads those that could hold another value and lets the model answer from each
alone. Two proven answers with values that cannot both be right are a disagreement, and so are
two answers with other names to a question that asks for one: it is the question that makes sure
that both speak of one thing. Articles that reprint one text are one witness: it does not contradict
itself, and is heard once. Which article is right is not decided.
docs/adr/0011-disagreement.md
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from euaiqa.bilingual import Name, held_in, missing, names_in
from euaiqa.datamodels import (
    AnswerSentence,
    Citation,
    Disagreement,
    DisagreementValue,
    Language,
    Passage,
    RetrievedPassage,
    Sentence,
)
from euaiqa.facts import facts_of
from euaiqa.ground import Ledger
from euaiqa.ground.telling import Told, told
from euaiqa.ground.values import Value, differ, equals, values_of
from euaiqa.language import detect
from euaiqa.pipeline.answerability import Answerability, Likely
from euaiqa.pipeline.question import asks_for
from euaiqa.pipeline.writing import Tools, Writing

COMPARED = 6  # passages of other articles that are read, the nearest first
ANSWERED = 2  # of those that the model is let answer from, the surest first
# How likely another passage must answer a question that asks for a figure, a date or a name, so
# that the kind of value is known, and any other. docs/adr/0011-disagreement.md
LIKELY = 0.05
SURE = 0.8
SENTENCE = 0.2  # how likely its likeliest sentence must answer, where that is known


@dataclass(frozen=True, slots=True)
class _Side:
    """A value as its article writes it, and the citation that holds it."""

    text: str
    citation: Citation


class Comparing:
    """Looks for a disagreement about one answered question."""

    def __init__(
        self,
        tools: Tools,
        question: str,
        language: Language,
        known: Answerability,
        cancelled: Callable[[], bool],
        *,
        witness_of: Callable[[str], str] = str,
    ) -> None:
        """Prepare.

        Args:
            tools: models and articles.
            question: as it is understood.
            language: the answer's.
            known: how likely passages and sentences answer the question.
            cancelled: asked between steps.
            witness_of: gives what is the same for articles that are one witness.
        """
        self._tools = tools
        self._question = question
        self._witness_of = witness_of
        self._language = language
        self._known = known
        self._cancelled = cancelled
        self._asked = asks_for(question, detect(question))

    def compare(
        self,
        answer: Sequence[AnswerSentence],
        ledger: Ledger,
        found: Sequence[RetrievedPassage],
        asked_of: tuple[Name, ...],
    ) -> tuple[AnswerSentence, Disagreement] | None:
        """Find the first disagreement.

        Args:
            answer: the proven sentences of the answer, at least one.
            ledger: numbers its citations; the other side's is added to it.
            found: what was retrieved, best first.
            asked_of: what the question names; an article that does not hold all of it speaks of
                something else.

        Returns:
            The sentence that tells it, with both citations, and the disagreement; or None.
        """
        cited = {self._witness_of(c.document) for s in answer for c in ledger.of(s.citations)}
        mine = list(self._sides(answer[0], ledger))
        named = self._names(answer[0], ledger) if self._asked in {"name", "who"} else []
        rivals = [
            one
            for one in found
            if self._witness_of(one.passage.document) not in cited
            and self._tools.articles.holds_all(asked_of, one.passage.document)
            and (named or self._could_differ(mine, one))
        ]
        for rival in self._sure(self._heard_once(rivals)[:COMPARED]):
            likely = self._known.sentences(rival.passage)
            shown = self._otherwise(mine, named, likely) if likely.known else None
            if likely.known and shown is None:
                continue
            other_ledger = Ledger()
            writing = Writing(
                self._tools,
                self._question,
                self._language,
                rival.passage,
                other_ledger,
                likely=likely,
                shown=shown,
                cancelled=self._cancelled,
            )
            for _ in writing.events():
                if writing.proven:
                    break  # what it says first is what it answers
            if not writing.proven or self._cancelled():
                continue
            pair = _clash(mine, list(self._sides(writing.proven[0], other_ledger)))
            if not pair and named:
                pair = _other_names(named, self._names(writing.proven[0], other_ledger))
            if pair:
                return self._told(*pair, rival, ledger)
        return None

    def _heard_once(self, rivals: Sequence[RetrievedPassage]) -> list[RetrievedPassage]:
        """Without what another article of the same witness says before: no new value, no new name.

        What is cut in one may stand in the other, so not all but one article is left out.
        """
        kept: list[RetrievedPassage] = []
        for rival in rivals:
            own = rival.passage
            witness = self._witness_of(own.document)
            told = [
                one.passage
                for one in kept
                if self._witness_of(one.passage.document) == witness
                and one.passage.document != own.document
            ]
            if not told or self._adds(own, told):
                kept.append(rival)
        return kept

    def _adds(self, passage: Passage, told: Sequence[Passage]) -> bool:
        """Whether a passage holds a figure, a date or a name that others do not."""
        own, *others = (
            "\n".join(s.text for s in (*one.before, *one.sentences)) for one in (passage, *told)
        )
        facts = facts_of(own, passage.language)
        if facts.missing_from([facts_of(text, passage.language) for text in others]):
            return True
        return bool(missing(_proper(own, passage.language), [held_in(text) for text in others]))

    def _sure(self, rivals: Sequence[RetrievedPassage]) -> list[RetrievedPassage]:
        """Those of which the model says that they hold the answer, the surest first."""
        if not rivals or self._cancelled():
            return []
        said = self._known.passages([rival.passage for rival in rivals])
        order = sorted(range(len(rivals)), key=lambda i: -said[i])
        known = self._asked in {"figure", "date", "name", "who"}
        enough = LIKELY if known else SURE
        return [rivals[i] for i in order if said[i] >= enough][:ANSWERED]

    def _otherwise(
        self,
        mine: Sequence[tuple[Value, _Side]],
        named: Sequence[tuple[Name, _Side]],
        likely: Likely,
    ) -> Sentence | None:
        """The likeliest sentence of a passage with a value, or a name; None where it agrees.

        Only those are read, and the model need not write over what could not differ.
        """
        values = [
            [value for value in values_of(s.text, detect(s.text)) if self._asked_for(value)]
            for s in likely.sentences
        ]
        asked = [held_in(self._question)]
        names = [
            missing(_proper(s.text, detect(s.text)), asked) if named else []
            for s in likely.sentences
        ]
        places = [i for i in range(len(values)) if values[i] or names[i]]
        answers = max(places, default=-1, key=lambda i: likely.of([i]))
        if answers < 0 or likely.of([answers]) < SENTENCE:
            return None
        sentence, theirs = likely.sentences[answers], values[answers]
        agrees = any(equals(one, other) for one, _ in mine for other in theirs)
        differs = any(differ(one, other) for one, _ in mine for other in theirs)
        if named and not agrees:
            held = [held_in(sentence.text)]
            differs |= bool(names[answers]) and bool(missing([n for n, _ in named], held))
        return sentence if differs and not agrees else None

    def _sides(self, sentence: AnswerSentence, ledger: Ledger) -> Iterator[tuple[Value, _Side]]:
        """The values of a quote that the sentence says and the question does not."""
        said = facts_of(sentence.text, self._language)
        asked = facts_of(self._question, self._language)
        for citation in ledger.of(sentence.citations):
            for value in values_of(citation.quote, citation.language):
                told = not value.facts.missing_from([said])
                if told and value.facts.missing_from([asked]) and self._asked_for(value):
                    yield value, _Side(value.text, citation)

    def _asked_for(self, value: Value) -> bool:
        """Whether a value may be what the question asks for."""
        if self._asked in {"figure", "date"}:
            return (value.kind == "date") == (self._asked == "date")
        return self._asked not in {"name", "who"}

    def _names(self, sentence: AnswerSentence, ledger: Ledger) -> list[tuple[Name, _Side]]:
        """The names of a quote that the sentence says and the question does not."""
        said, asked = held_in(sentence.text), held_in(self._question)
        return [
            (name, _Side(name.text, citation))
            for citation in ledger.of(sentence.citations)
            for name in missing(_proper(citation.quote, citation.language), [asked])
            if not missing([name], [said])
        ]

    def _could_differ(self, mine: Sequence[tuple[Value, _Side]], rival: RetrievedPassage) -> bool:
        theirs = [
            value
            for sentence in (*rival.passage.before, *rival.passage.sentences)
            for value in values_of(sentence.text, rival.passage.language)
        ]
        return any(differ(one, other) for one, _ in mine for other in theirs)

    def _told(
        self, one: _Side, other: _Side, rival: RetrievedPassage, ledger: Ledger
    ) -> tuple[AnswerSentence, Disagreement]:
        read = (*rival.passage.before, *rival.passage.sentences)
        sentence = next(s for s in read if s.start == other.citation.start)
        marker = ledger.cite(sentence, rival.passage)
        sides = [
            Told(one.text, one.citation.published),
            Told(other.text, other.citation.published),
        ]
        text = told(sides[0], sides[1], self._language)
        markers = (one.citation.marker, marker)
        values = tuple(
            DisagreementValue(side.value, marker)
            for side, marker in zip(sides, markers, strict=True)
        )
        return (
            AnswerSentence(text, markers, "supported"),
            Disagreement(self._question, values),
        )


def _proper(text: str, language: Language) -> list[Name]:
    """The names of a sentence that may answer who or which: `français` is none, `Français` is."""
    return [name for name in names_in(text, language) if name.text[:1].isupper()]


def _clash(
    mine: Sequence[tuple[Value, _Side]], theirs: Sequence[tuple[Value, _Side]]
) -> tuple[_Side, _Side] | None:
    """A value of each side that cannot both be right; none where they share one."""
    if any(equals(one, other) for one, _ in mine for other, _ in theirs):
        return None
    for one, my_side in mine:
        for other, their_side in theirs:
            if differ(one, other):
                return my_side, their_side
    return None


def _other_names(
    mine: Sequence[tuple[Name, _Side]], theirs: Sequence[tuple[Name, _Side]]
) -> tuple[_Side, _Side] | None:
    """The name of each side, where each gives one and they are not the same."""
    if len(mine) != 1 or len(theirs) != 1:
        return None
    ours = [held_in(side.citation.quote) for _, side in mine]
    if any(not missing([name], ours) for name, _ in theirs):
        return None
    return mine[0][1], theirs[0][1]
