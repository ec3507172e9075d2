"""Citation recall and precision of one answer, by the rules of ALCE, and facts without a quote.

Takes an answer and a support test; gives counts a sentence. The rules (Gao et al. 2023,
section 4, https://arxiv.org/abs/2305.14627): a sentence is recalled when its cited quotes
together support it. A citation of a recalled sentence is imprecise only when it alone does
not support the sentence and the others without it still do. No citation of an unsupported
sentence is precise. Unlike ALCE, which averages an answer's shares over answers, the
counts are summed over all answers, so that a one-word answer weighs less than a long one.

A sentence that tells a disagreement says of each quote only which value it gives: it is supported
when each value stands word for word in its own quote, and then all its citations are needed.
Whether the articles differ at all is judged apart (`measures`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from euaiqa.datamodels import (
    Answer,
    AnswerSentence,
    Disagreement,
    DisagreementValue,
    Language,
)
from euaiqa.evaluate.support import Quote, SupportTest, facts_said, unheld, verbatim


@dataclass(frozen=True, slots=True)
class SentenceVerdict:
    """What one sentence's citations are worth.

    Attributes:
        text: the sentence.
        citations: how many it has.
        recalled: its quotes together support it.
        precise: how many of its citations are precise.
        facts: figures and dates in it.
        unheld: those that none of its cited quotes holds.
    """

    text: str
    citations: int
    recalled: bool
    precise: int
    facts: int
    unheld: int


def judge_sentences(answer: Answer, test: SupportTest) -> tuple[SentenceVerdict, ...]:
    """Judge every sentence of an answer; a marker without a citation counts as imprecise."""
    by_marker = {c.marker: Quote(c.quote, c.language, c.published) for c in answer.citations}
    verdicts = []
    for sentence in answer.sentences:
        quotes = [by_marker[m] for m in sentence.citations if m in by_marker]
        values = _told(sentence, answer.disagreements)
        if values:
            recalled = all(
                value.citation in by_marker and verbatim(value.value, [by_marker[value.citation]])
                for value in values
            )
            precise = len(quotes) if recalled else 0
        else:
            recalled = test.supports(sentence.text, answer.language, quotes)
            precise = _precise(sentence.text, answer.language, quotes, test) if recalled else 0
        verdicts.append(
            SentenceVerdict(
                text=sentence.text,
                citations=len(sentence.citations),
                recalled=recalled,
                precise=precise,
                facts=facts_said(sentence.text, answer.language, quotes),
                unheld=len(unheld(sentence.text, answer.language, quotes)),
            )
        )
    return tuple(verdicts)


def _told(
    sentence: AnswerSentence, disagreements: Sequence[Disagreement]
) -> tuple[DisagreementValue, ...]:
    """The values of the disagreement that a sentence tells; none of another sentence."""
    for disagreement in disagreements:
        values = disagreement.values
        cited = {value.citation for value in values}
        if cited == set(sentence.citations) and all(v.value in sentence.text for v in values):
            return values
    return ()


def _precise(sentence: str, language: Language, quotes: Sequence[Quote], test: SupportTest) -> int:
    """How many quotes of a supported sentence are precise."""
    count = 0
    for i, quote in enumerate(quotes):
        others = [*quotes[:i], *quotes[i + 1 :]]
        needless = not test.supports(sentence, language, [quote]) and test.supports(
            sentence, language, others
        )
        count += not needless
    return count
