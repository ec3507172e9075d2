"""Do other articles answer the same question otherwise?

Takes a question with its proven answer, and the passages of other articles that were
retrieved; reads those that could hold another value and lets the model answer from each
alone. Two proven answers with values that cannot both be right are a disagreement: it is the
question that makes sure that both speak of one thing. Which article is right is not decided.
docs/adr/0011-disagreement.md
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from euaiqa import prompts
from euaiqa.datamodels import (
    AnswerSentence,
    Citation,
    Disagreement,
    DisagreementValue,
    Language,
    Prompt,
    RetrievedPassage,
)
from euaiqa.facts import facts_of
from euaiqa.ground import Ledger
from euaiqa.ground.telling import Told, told
from euaiqa.ground.values import Value, differ, equals, values_of
from euaiqa.pipeline.writing import Tools, Writing

COMPARED = 3  # passages of other articles that are read, the nearest first
SURE = 0.8  # the model's yes from which another passage is taken to answer the question


@dataclass(frozen=True, slots=True)
class _Side:
    """A value as its article writes it, and the citation that holds it."""

    text: str
    citation: Citation


class Comparing:
    """Looks for a disagreement about one answered question."""

    def __init__(
        self, tools: Tools, question: str, language: Language, cancelled: Callable[[], bool]
    ) -> None:
        self._tools = tools
        self._question = question
        self._language = language
        self._cancelled = cancelled

    def compare(
        self,
        answer: Sequence[AnswerSentence],
        ledger: Ledger,
        found: Sequence[RetrievedPassage],
    ) -> tuple[AnswerSentence, Disagreement] | None:
        """Find the first disagreement.

        Args:
            answer: the proven sentences of the answer, at least one.
            ledger: numbers its citations; the other side's is added to it.
            found: what was retrieved, best first.

        Returns:
            The sentence that tells it, with both citations, and the disagreement; or None.
        """
        cited = {c.document for s in answer for c in ledger.of(s.citations)}
        rivals = [f for f in found if f.passage.document not in cited]
        mine = list(self._sides(answer[0], ledger))
        if not mine:
            return None
        read = 0
        for rival in rivals:
            if read == COMPARED or self._cancelled():
                return None
            if not self._could_differ(mine, rival):
                continue
            read += 1
            prompt = prompts.probe_prompt(self._question, rival.passage)
            if self._generator_says(prompt) < SURE:
                continue
            other_ledger = Ledger()
            writing = Writing(
                self._tools,
                self._question,
                self._language,
                rival.passage,
                other_ledger,
                cancelled=self._cancelled,
            )
            for _ in writing.events():
                pass
            if not writing.proven:
                continue
            theirs = list(self._sides(writing.proven[0], other_ledger))
            pair = _clash(mine, theirs)
            if pair:
                return self._told(*pair, rival, ledger)
        return None

    def _generator_says(self, prompt: Prompt) -> float:
        generator = self._tools.generator
        return generator.probability(prompt, prompts.YES, prompts.NO, self._cancelled)

    def _sides(self, sentence: AnswerSentence, ledger: Ledger) -> Iterator[tuple[Value, _Side]]:
        """The values of a quote that the sentence says and the question does not."""
        said = facts_of(sentence.text, self._language)
        asked = facts_of(self._question, self._language)
        for citation in ledger.of(sentence.citations):
            for value in values_of(citation.quote, citation.language):
                if value.facts.missing_from([asked]) and not value.facts.missing_from([said]):
                    yield value, _Side(value.text, citation)

    def _could_differ(self, mine: Sequence[tuple[Value, _Side]], rival: RetrievedPassage) -> bool:
        theirs = [
            value
            for sentence in rival.passage.sentences
            for value in values_of(sentence.text, rival.passage.language)
        ]
        return any(differ(one, other) for one, _ in mine for other in theirs)

    def _told(
        self, one: _Side, other: _Side, rival: RetrievedPassage, ledger: Ledger
    ) -> tuple[AnswerSentence, Disagreement]:
        sentence = next(s for s in rival.passage.sentences if s.start == other.citation.start)
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
