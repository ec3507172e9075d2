"""Citations by code: what the model wrote in, sentences proven by exact quotes out.

The model places no marker and no quote. Each sentence of its draft is attributed to source
sentences by ranking them against each other (similarity across languages, figures, dates
and words in common), and a figure or date that no attributed sentence holds makes it
unsupported: it is then dropped. A quote is a slice of the article, so it cannot be
invented. Whether the question should be answered at all is not decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from euaiqa.bilingual import Held, Name, held_in, missing, names_in
from euaiqa.datamodels import AnswerSentence, Citation, Language, Passage
from euaiqa.encoder import Encoder, Vectors
from euaiqa.facts import facts_of
from euaiqa.ground.articles import ArticleNames
from euaiqa.ground.clauses import FigureClauses
from euaiqa.ground.ledger import Ledger
from euaiqa.ground.polarity import clash
from euaiqa.ground.sources import Source, around, sources_of, telling_currency
from euaiqa.ground.wording import (
    ASKED,
    ENDED,
    FORGED,
    clean,
    names_of,
    without_enumerator,
    words_of,
)
from euaiqa.segment import sentence_spans

MAX_QUOTES = 3  # source sentences that one answer sentence may rest on
# Added to a cosine (e5: 0.75 to 0.95 between sentences) when a candidate holds all of the
# sentence's figures and dates, words, or names. docs/adr/0005-grounding.md
FACT_BONUS = 0.06
WORD_BONUS = 0.04
# Added to the two cosines of a quote that stands for a draft, when it holds all of the draft's
# figures and dates. docs/adr/0014-drafts-checked-by-the-model.md
DRAFT_BONUS = 0.08
# What a unit of the log odds that a sentence answers weighs beside its cosine with the question:
# docs/adr/0015-answerability-from-the-models-state.md
WEIGHT_ANSWERING = 0.1
NAME_BONUS = 0.04
# Below these cosines the best candidate is about something else; between languages e5 is
# lower by nature. A name that the question did not hold and the candidate does is evidence of
# its own (`The summit was held in Paris.`). docs/adr/0005-grounding.md
FLOOR_SAME_LANGUAGE = 0.87
FLOOR_OTHER_LANGUAGE = 0.835
FLOOR_WITH_NAMES = 0.76
COPIED = 0.85  # share of a sentence's words that one source holds, from which it is that source's


class Grounding:
    """Proves the sentences of one answer, one after the other, numbering citations as it goes."""

    def __init__(
        self,
        passages: Sequence[Passage],
        encoder: Encoder,
        language: Language,
        question: str = "",
        *,
        ledger: Ledger | None = None,
        articles: ArticleNames | None = None,
        vectors: Vectors | None = None,
        asked: Callable[[], Vectors] | None = None,
        answering: Callable[[], Vectors] | None = None,
    ) -> None:
        """Prepare the candidates.

        Args:
            passages: what the model read.
            encoder: compares sentences across languages.
            language: the answer's.
            question: what was asked; the names in it are no evidence of an answer.
            ledger: numbers the citations, for an answer that is written in several parts.
            articles: the names of the passages' articles: one that the reader used may stand
                anywhere in the article.
            vectors: float32 (n, d), of the passages' sentences in order, those before each
                included, where they are known and all different; else they are encoded when
                first needed.
            asked: gives the question as a vector, float32 (d,), that is compared with
                sentences to find a quote; else the encoder's own.
            answering: gives the log odds that each of the passages' sentences answers the
                question, float32 (n,), to find a quote.
        """
        self._ledger = Ledger() if ledger is None else ledger
        self._articles = articles or ArticleNames({})
        self._asked_names = {name.words for name in names_in(question, language)}
        self._asked = words_of(question)
        self._encoder = encoder
        self._language = language
        self._sources = sources_of(passages)
        self._vectors = vectors
        self._asked_vector = asked or (lambda: self._encoder.encode_queries([question])[0])
        self._answering = answering or (lambda: np.zeros(len(self._sources), dtype=np.float32))
        self._clauses: FigureClauses | None = None
        self._held: dict[str, Held] = {}

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations used so far, in order of their markers."""
        return self._ledger.citations

    def prove(self, text: str, *, quoted: bool = False) -> AnswerSentence | None:
        """Attribute one draft sentence.

        Args:
            text: as the model wrote it; markers and list signs in it are removed.
            quoted: give a source sentence in its place, if it is supported.

        Returns:
            The sentence with its markers; a quote in its place when a source gives another
            figure for the same, or denies what it says; None when no source sentences
            support it.
        """
        text = clean(text)
        if not self._sources or not words_of(text):
            return None
        said = facts_of(text, self._language)
        words = words_of(text)
        names = names_of(text) - self._asked
        cosines = self._source_vectors() @ self._encoder.encode_passages([text])[0]  # (n,)
        scores = [
            float(cosine)
            + FACT_BONUS * _share(len(said) - len(said.missing_from([source.facts])), len(said))
            + WORD_BONUS * _share(len(words & source.words), len(words))
            + NAME_BONUS * _share(len(names & source.words), len(names))
            for cosine, source in zip(cosines, self._sources, strict=True)
        ]
        order = sorted(range(len(scores)), key=lambda i: -scores[i])
        chosen = [order[0]]
        best_source = self._sources[chosen[0]]
        if words == best_source.words and best_source.sentence.text[-1].isalnum():
            return None  # a heading, copied: it tells the subject, not the answer
        if float(cosines[chosen[0]]) < self._floor(best_source, words, names):
            return None
        unheld = said.missing_from([self._sources[chosen[0]].facts])
        while unheld and len(chosen) < MAX_QUOTES:
            held = {
                i: len(unheld) - len(unheld.missing_from([self._sources[i].facts])) for i in order
            }
            best = max(order, key=lambda i: (held[i], scores[i]))
            if not held[best]:
                return None
            chosen.append(best)
            unheld = unheld.missing_from([self._sources[best].facts])
        if unheld:
            return None
        if self._stray_names(text, chosen):
            return None
        currencies = telling_currency(said, chosen, self._sources, MAX_QUOTES)
        chosen += currencies or []
        sources = [
            (self._sources[i].sentence.text, self._sources[i].passage.language) for i in chosen
        ]
        # A currency that the article leaves open, a figure that its quote says of something
        # else, or a denial that is not the quote's.
        if (
            quoted
            or currencies is None
            or self._figure_clauses().contradict(text, self._language)
            or clash(text, self._language, sources)
        ):
            return self.quote(text)
        return AnswerSentence(text, self._cite(chosen), "supported")

    def quote(self, draft: str = "") -> AnswerSentence | None:
        """Give the source sentence nearest to the question, as a quote of itself.

        Headings and questions are none: they tell the subject, not the answer.

        Args:
            draft: what the model wrote, if anything: even an answer that cannot be proven
                resembles the sentence it was made from, and holds its figures
                (https://arxiv.org/abs/2212.10496, Gao et al.).

        Returns:
            A sentence with `support` `extractive`, or None when there is no source.
        """
        if not self._sources:
            return None
        vectors = self._source_vectors()  # (n, d)
        scores = vectors @ self._asked_vector() + WEIGHT_ANSWERING * self._answering()  # (n,)
        if draft:
            scores = scores + vectors @ self._encoder.encode_passages([draft])[0]
            said = facts_of(draft, self._language)
            held = [len(said) - len(said.missing_from([s.facts])) for s in self._sources]
            shares = np.array([_share(n, len(said)) for n in held], dtype=np.float32)
            scores += DRAFT_BONUS * shares
        answers = [i for i, s in enumerate(self._sources) if _tells(s.sentence.text)]
        if not answers:
            return None
        return self._quoted(max(answers, key=lambda i: float(scores[i])))

    def _quoted(self, i: int) -> AnswerSentence:
        # markers in an article must not pass for ours; the citation keeps them
        text = FORGED.sub("", self._sources[i].sentence.text)
        marked = f"«\u00a0{text}\u00a0»" if self._language == "fr" else f"“{text}”"
        return AnswerSentence(marked, self._cite([i]), "extractive")

    def _figure_clauses(self) -> FigureClauses:
        if self._clauses is None:
            texts = [
                (without_enumerator(s.sentence.text), s.passage.language) for s in self._sources
            ]
            self._clauses = FigureClauses(texts, self._encoder)
        return self._clauses

    def _floor(self, source: Source, words: frozenset[str], names: frozenset[str]) -> float:
        # A name is evidence where it is most of what the sentence adds to the question, and so
        # are the source's own words: one item of a long enumeration is far from all of it.
        named = names and names <= source.words and 2 * len(names) >= len(words - self._asked)
        if named or _share(len(words & source.words), len(words)) >= COPIED:
            return FLOOR_WITH_NAMES
        same = source.passage.language == self._language
        return FLOOR_SAME_LANGUAGE if same else FLOOR_OTHER_LANGUAGE

    def _stray_names(self, text: str, chosen: Sequence[int]) -> tuple[Name, ...]:
        """Names that stand nowhere near the cited sentences: who did what is then in doubt.

        A pronoun stands for a name shortly before, so the two sentences before count too. A
        name of the reader's may stand anywhere in the article, as what all of it is about.
        """
        cited = [self._sources[i] for i in chosen]
        near = [self._names(around(source, self._sources)) for source in cited]
        stray = missing(names_in(text, self._language), near)
        asked = tuple(name for name in stray if name.words in self._asked_names)
        new = tuple(name for name in stray if name.words not in self._asked_names)
        for source in cited:
            if source.passage.language != self._language:
                return new  # the article may call it otherwise: `Saragosse` for `Zaragoza`
            asked = self._articles.missing(asked, source.passage.document)
        return new + asked

    def _names(self, text: str) -> Held:
        if text not in self._held:
            self._held[text] = held_in(text)
        return self._held[text]

    def _source_vectors(self) -> Vectors:
        if self._vectors is None:
            texts = [source.sentence.text for source in self._sources]
            self._vectors = self._encoder.encode_passages(texts)  # (n, d)
        return self._vectors

    def _cite(self, chosen: Sequence[int]) -> tuple[int, ...]:
        cited = [self._sources[i] for i in chosen]
        return tuple(self._ledger.cite(source.sentence, source.passage) for source in cited)


def ground(
    draft: str,
    passages: Sequence[Passage],
    encoder: Encoder,
    language: Language,
    question: str = "",
) -> tuple[tuple[AnswerSentence, ...], tuple[Citation, ...]]:
    """Prove a whole draft: its supported sentences and their citations, in order."""
    grounding = Grounding(passages, encoder, language, question)
    spans = sentence_spans(draft, language)
    proven = [grounding.prove(draft[span.start : span.end]) for span in spans]
    return tuple(s for s in proven if s is not None), grounding.citations


def with_markers(sentences: Sequence[AnswerSentence]) -> str:
    """Join sentences into one text, each followed by its markers."""
    return " ".join(
        s.text + " " + "".join(f"[{marker}]" for marker in s.citations) for s in sentences
    )


def _tells(sentence: str) -> bool:
    return bool(ENDED.search(sentence)) and not ASKED.search(sentence)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
