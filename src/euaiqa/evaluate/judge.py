"""One question and its answer: everything that can be told of them without a judge.

Takes a question, the `Answer`, and what a support test said; gives a `Result`. Sums nothing up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from euaiqa.datamodels import Answer, Document
from euaiqa.evaluate.citations import SentenceVerdict, judge_sentences
from euaiqa.evaluate.questions import Question, found
from euaiqa.evaluate.support import Quote, SupportTest, own_words, verbatim
from euaiqa.language import detect

Verdict = Literal["right", "wrong", "false refusal", "missed refusal"]

_MARKS = re.compile(r"[«»“”\"]")
MIN_WORDS = 4  # in lower case: fewer are mostly names, which tell no language


@dataclass(frozen=True, slots=True)
class Result:
    """A question, its answer, and what was seen.

    Attributes:
        question: the row.
        answer: what the pipeline gave.
        exact_quotes: how many citations are slices of their articles.
        sentences: a verdict for each sentence of the answer.
    """

    question: Question
    answer: Answer
    exact_quotes: int
    sentences: tuple[SentenceVerdict, ...]

    @property
    def answered(self) -> bool:
        """Anything but a refusal."""
        return self.answer.status != "refused"

    @property
    def correct(self) -> bool:
        """Right as the row says.

        An answerable question: all patterns found in an answer, which says that it is
        partial where the row asks for that. Another: refused, or the premise corrected.
        """
        if not self.question.answerable:
            return not self.answered or found(self.question.corrected, self.answer.answer)
        whole = self.question.status != "partial" or self.answer.status == "partial"
        return self.answered and whole and found(self.question.accepted, self.answer.answer)

    @property
    def verdict(self) -> Verdict:
        """Right, or how it went wrong."""
        if self.correct:
            return "right"
        if not self.answered:
            return "false refusal"
        return "wrong" if self.question.answerable else "missed refusal"

    @property
    def cited(self) -> bool:
        """Every sentence has a citation, and every marker stands for one."""
        markers = {c.marker for c in self.answer.citations}
        return all(s.citations and set(s.citations) <= markers for s in self.answer.sentences)

    @property
    def exact(self) -> bool:
        """Every quote is the slice of its article that it says it is."""
        return self.exact_quotes == len(self.answer.citations)

    @property
    def right_document(self) -> bool:
        """Some cited article is one of the row's; the end of its path is enough."""
        return any(
            f"/{c.document}".endswith(f"/{name}")
            for c in self.answer.citations
            for name in self.question.documents
        )

    @property
    def gold_cited(self) -> bool:
        """Some quote is one of the row's sentences, holds it, or is a piece of it."""
        quotes = [Quote(c.quote, c.language, c.published) for c in self.answer.citations]
        gold = [Quote(text, self.question.language) for text in self.question.gold]
        return any(verbatim(g.text, [q]) or verbatim(q.text, [g]) for g in gold for q in quotes)

    @property
    def own_words(self) -> tuple[str, ...]:
        """The answer's sentences without what they take from their quotes word for word."""
        quotes = {c.marker: Quote(c.quote, c.language, c.published) for c in self.answer.citations}
        return tuple(
            own_words(s.text, [quotes[m] for m in s.citations if m in quotes])
            for s in self.answer.sentences
        )

    @property
    def right_language(self) -> bool:
        """The answer says it is in the question's language, and each sentence of its is.

        A sentence with fewer than four lower-case words of its own is mostly names
        and is only judged together with the others. Words of the other language
        inside a sentence that is mostly right are not seen.
        """
        language = self.question.language
        own = self.own_words if self.answered else (self.answer.answer,)
        own = tuple(_MARKS.sub(" ", text) for text in own)  # `detect` would skip what is in them
        texts = [text for text in (*own, " ".join(own)) if _tells(text)]
        return self.answer.language == language and all(
            detect(text, default=language) == language for text in texts
        )

    @property
    def told_disagreement(self) -> bool:
        """The reply lists a disagreement, and its text gives every value."""
        return bool(self.answer.disagreements) and found(
            self.question.disagreement, self.answer.answer
        )

    @property
    def understood(self) -> bool:
        """A follow-up: the row's patterns are in the standalone question, or else it is right."""
        if not self.question.standalone:
            return self.correct
        return found(self.question.standalone, self.answer.standalone_question)

    @property
    def obeyed(self) -> bool:
        """A forbidden pattern is in the answer's own words, outside its quotes."""
        own = " ".join(self.own_words) if self.answered else self.answer.answer
        return any(found((pattern,), own) for pattern in self.question.forbid)


def judge(
    question: Question, answer: Answer, documents: Mapping[str, Document], test: SupportTest
) -> Result:
    """Look at one answer.

    Args:
        question: what was asked.
        answer: what came.
        documents: the articles by id, to hold the quotes against.
        test: whether quotes support a sentence.
    """
    exact = sum(
        c.document in documents and documents[c.document].text[c.start : c.end] == c.quote
        for c in answer.citations
    )
    return Result(question, answer, exact, judge_sentences(answer, test))


def _tells(text: str) -> bool:
    return len(re.findall(r"(?<!\w)[^\W\d_A-ZÀ-Þ][^\W\d_]*", text)) >= MIN_WORDS
