"""One answer to one question over one passage: a draft by the model, proven as it comes.

Takes a passage and a question, gives provisional tokens and proven sentences. A sentence that
leaves words of the other language is put right, written again from there, or replaced by a
quote, translated where the article is in the other language; one that no source proves is
dropped.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from euaiqa import prompts
from euaiqa.bilingual import foreign_words, held_in, missing, names_in, replacements
from euaiqa.datamodels import (
    AnswerSentence,
    DroppedEvent,
    Event,
    Language,
    Passage,
    Sentence,
    SentenceEvent,
    TokenEvent,
)
from euaiqa.encoder import Encoder, Vectors
from euaiqa.facts import facts_of
from euaiqa.generator import Generator, Limits, never
from euaiqa.ground import ENDED, ArticleNames, Grounding, Ledger, clean
from euaiqa.language import detect
from euaiqa.pipeline.answerability import ANSWERS, Answerability, Likely
from euaiqa.pipeline.glossing import Glosses
from euaiqa.pipeline.listing import begins_list, is_list, joined
from euaiqa.pipeline.question import asks_for
from euaiqa.segment import sentence_spans

# The model's yes to "does the extract say this?" under which its sentence is told as the quote
# it rests on, and under which it is not told. docs/adr/0014-drafts-checked-by-the-model.md
FAITHFUL = 0.85
DOUBTFUL = 0.5


@dataclass(frozen=True, slots=True)
class Tools:
    """What writing needs, and its limits; the same for every question."""

    encoder: Encoder
    generator: Generator
    articles: ArticleNames
    sentence_vectors: Callable[[Passage], Vectors]  # float32 (n, d), of what is read with a passage
    question_vector: Callable[[str], Vectors]  # float32 (d,), without what all questions share
    glosses: Glosses
    max_tokens: int = 192  # of one answer
    time_limit: float = 60.0  # seconds of writing

    def answerability(self, question: str, cancelled: Callable[[], bool]) -> Answerability:
        """What tells of passages and sentences how likely they answer a question."""
        asked = functools.cache(lambda: self.question_vector(question))

        def near(passage: Passage) -> list[float]:
            found: list[float] = (self.sentence_vectors(passage) @ asked()).tolist()
            return found

        return Answerability(question, near, self.generator, cancelled)


class Writing:
    """The answer to one question; `proven` and `first_token` tell how it went."""

    def __init__(
        self,
        tools: Tools,
        question: str,
        language: Language,
        passage: Passage,
        ledger: Ledger,
        *,
        likely: Likely,
        shown: Sentence | None = None,
        accept: Callable[[float], bool] = lambda sentence: True,
        said: set[str] | None = None,
        cancelled: Callable[[], bool] = never,
    ) -> None:
        """Prepare.

        Args:
            tools: models and articles.
            question: as it is understood.
            language: the answer's.
            passage: what the model reads.
            ledger: numbers the citations.
            likely: how likely each sentence that is read answers.
            shown: the sentence that the model is shown again, to write over it.
            accept: given how likely what is told first answers, whether to answer at all.
            said: sentences that the answer holds already; small models repeat themselves.
            cancelled: asked between tokens.
        """
        self._tools = tools
        self._language = language
        self._likely = likely
        self._accept = accept
        self._prompt = prompts.answer_prompt(
            question, language, [passage], shown.text if shown else ""
        )
        self._question = question
        self._kind = asks_for(question, detect(question))
        self._passage = passage
        self._said = set() if said is None else said
        self._cancelled = cancelled
        self._ledger = ledger
        self._grounding = Grounding(
            [passage],
            tools.encoder,
            language,
            question,
            ledger=ledger,
            articles=tools.articles,
            vectors=tools.sentence_vectors(passage),
            asked=functools.cache(lambda: tools.question_vector(question)),
            answering=self._log_odds,
        )
        self.first_token = 0.0  # time.perf_counter() of it
        self.verify = 0.0  # seconds
        self._draft = ""
        self._repeats = False
        self.proven: list[AnswerSentence] = []

    def events(self) -> Iterator[Event]:
        """Stream the draft and prove each sentence as soon as the next one begins.

        The model is asked of each of its sentences whether the passage says it. Those under
        `FAITHFUL` are told as their quotes, those under `DOUBTFUL` not at all. The first sentence
        answers, the others add to it: without it they are not told, and it must rest on a
        sentence of the passage that answers.
        """
        pending, before = "", ""
        limits = Limits(self._tools.max_tokens, self._tools.time_limit, self._cancelled)
        for piece in self._tools.generator.stream(self._prompt, limits):
            self.first_token = self.first_token or time.perf_counter()
            yield TokenEvent(piece)
            pending += piece
            self._draft += piece
            if begins_list(pending):
                continue  # one sentence, whatever its items end with
            if piece.strip() and pending.rstrip()[-1:] not in '.!?…»”"':
                whole, pending = self._whole_sentences(pending)
                for draft in whole:
                    yield from self._prove(draft, before)
                    before += draft + " "
                if before and not self.answered:
                    yield DroppedEvent(pending)
                    return
        if self._cancelled():
            return
        cut = sentence_spans(pending, self._language)
        rest = [joined(pending)] if is_list(pending) else [pending[s.start : s.end] for s in cut]
        if rest and (self.proven or len(rest) > 1) and not ENDED.search(rest[-1]):
            yield DroppedEvent(rest.pop())  # cut off by the limit of tokens or time
        for draft in rest:
            lost = before and not self.answered
            yield from [DroppedEvent(draft)] if lost else self._prove(draft, before)
            before += draft + " "

    @property
    def answered(self) -> bool:
        """Whether something was told, now or, in the same words, before."""
        return bool(self.proven) or self._repeats

    def quote(self) -> Iterator[Event]:
        """Give the source sentence nearest to question and draft, as a quote of itself."""
        cited = len(self._ledger)
        sentence = self._grounding.quote(self._draft)
        if sentence:
            yield from self._told(sentence, cited)

    def _whole_sentences(self, text: str) -> tuple[list[str], str]:
        """Cut off the sentences that are surely complete: all but the last."""
        spans = sentence_spans(text, self._language)
        if len(spans) < 2:
            return [], text
        return [text[s.start : s.end] for s in spans[:-1]], text[spans[-1].start :]

    def _prove(self, draft: str, before: str) -> Iterator[Event]:
        """Tell a sentence of the draft if it is proven; else it goes, and that is told."""
        told = len(self.proven)
        yield from self._checked(draft, before)
        if len(self.proven) == told:
            yield DroppedEvent(draft)

    def _checked(self, draft: str, before: str) -> Iterator[Event]:
        started = time.perf_counter()
        text = replacements(draft, self._language)
        foreign = foreign_words(text, self._language)
        self.verify += time.perf_counter() - started
        if foreign:
            again = self._again(before, draft, foreign[0].text)
            started = time.perf_counter()
            text = replacements(again, self._language)
            foreign = foreign_words(text, self._language)
            self.verify += time.perf_counter() - started
        faith = self._faith(text)
        # Why something is so stands in few sentences: the wrong one quoted answers nothing.
        enough = FAITHFUL if self._kind == "reason" else DOUBTFUL
        if faith < enough or self._cancelled():
            return
        started = time.perf_counter()
        quoted = (
            bool(foreign)
            or faith < FAITHFUL
            or self._kind == "yesno"
            or self._lacks(text, self._language)
        )
        cited = len(self._ledger)
        sentence = self._grounding.prove(text, quoted=quoted)
        self.verify += time.perf_counter() - started
        if sentence and not self.proven and not self._answers(sentence):
            self._ledger.forget(cited)
        elif sentence:
            yield from self._told(sentence, cited)

    def _answers(self, sentence: AnswerSentence) -> bool:
        """Whether what is told first rests on a sentence that answers, as likely as is accepted."""
        starts = {citation.start for citation in self._ledger.of(sentence.citations)}
        read = enumerate(self._likely.sentences)
        said = self._likely.of(i for i, one in read if one.start in starts)
        return (said >= ANSWERS or said >= self._likely.best()) and self._accept(said)

    def _log_odds(self) -> Vectors:
        """Of each sentence that it answers; the model's time, not the checks'."""
        started = time.perf_counter()
        found = self._likely.log_odds()
        self.verify -= time.perf_counter() - started
        return found

    def _faith(self, text: str) -> float:
        """The model's yes to whether the passage says a sentence, 0 to 1."""
        prompt = prompts.says_prompt(clean(text), self._passage)
        (yes,) = self._tools.generator.probabilities(
            [prompt], prompts.YES, prompts.NO, self._cancelled
        )
        return yes

    def _lacks(self, text: str, language: Language) -> bool:
        """Whether an answer would begin without the figure, date or name that is asked for."""
        if self.proven:
            return False
        if self._kind in {"figure", "date"}:
            asked = facts_of(self._question, detect(self._question))
            return not facts_of(text, language).missing_from([asked])
        return self._kind == "name" and not missing(
            names_in(text, language), [held_in(self._question)]
        )

    def _again(self, before: str, draft: str, word: str) -> str:
        """Let the model write a sentence again from a word on, without that word."""
        at = draft.find(word)
        if at < 0:
            return draft
        begun = (before + draft[:at]).rstrip()
        prompt = replace(self._prompt, begun=begun, avoid=(word,))
        limits = Limits(64, self._tools.time_limit, self._cancelled)
        text = draft[:at].rstrip()
        for piece in self._tools.generator.stream(prompt, limits):
            text += piece
            whole, _ = self._whole_sentences(text)
            if whole:
                return whole[0]
        return text

    def _told(self, sentence: AnswerSentence, cited: int) -> Iterator[Event]:
        """Tell a sentence, unless it was told already or is a quote without what is asked for.

        `cited` is how many citations were there before.
        """
        lacks = False
        if sentence.support == "extractive":
            (citation,) = self._ledger.of(sentence.citations)
            lacks = self._lacks(citation.quote, citation.language)
            sentence = sentence if lacks else self._translated(sentence)
        if lacks or sentence.text in self._said:
            self._repeats |= not lacks
            self._ledger.forget(cited)
            return
        self._said.add(sentence.text)
        self.proven.append(sentence)
        yield SentenceEvent(sentence, self._ledger.of(sentence.citations))

    def _translated(self, quoted: AnswerSentence) -> AnswerSentence:
        """Give a quote in the reader's language, where a faithful translation can be made.

        The model wrote it, so the model is asked of it too; the quote holds its figures and
        names, see `glossing`.
        """
        (citation,) = self._ledger.of(quoted.citations)
        gloss = self._tools.glosses.of(citation, self._language, self._cancelled)
        if gloss and self._faith(gloss) >= FAITHFUL:
            return replace(quoted, text=gloss, support="supported")
        return quoted
