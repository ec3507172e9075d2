"""The pipeline over one loaded index: questions in, events out; a search alone; work ahead."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from euaiqa import prompts
from euaiqa.datamodels import Document, Event, Head, Language, RetrievedPassage, Sentence, Turn
from euaiqa.encoder import Encoder, Vectors
from euaiqa.generator import Generator, never
from euaiqa.ground import ArticleNames
from euaiqa.index import Index
from euaiqa.language import detect
from euaiqa.pipeline import reading
from euaiqa.pipeline.asking import Asking, Stages
from euaiqa.pipeline.glossing import Glosses
from euaiqa.pipeline.suggesting import Suggesting
from euaiqa.pipeline.writing import Tools
from euaiqa.retrieve import Retriever


class Pipeline:
    """Answers questions over one loaded index; one question at a time."""

    def __init__(
        self,
        index: Index,
        encoder: Encoder,
        generator: Generator,
        *,
        passages: int = 8,
        max_tokens: int = 192,
        time_limit: float = 60.0,
        suggest: bool = False,
        suggested: Path | None = None,
    ) -> None:
        """Put the stages together.

        Args:
            index: the loaded index.
            encoder: the one the index was built with.
            generator: the language model.
            passages: how many the model reads at most, each by itself.
            max_tokens: longest answer to one question.
            time_limit: longest time for writing, seconds.
            suggest: whether `warm` makes questions to suggest.
            suggested: the file that keeps these; None where none does.
        """
        self._renew = functools.partial(
            Pipeline,
            encoder=encoder,
            generator=generator,
            passages=passages,
            max_tokens=max_tokens,
            time_limit=time_limit,
            suggest=suggest,
            suggested=suggested,
        )
        self._index = index
        self._encoder = encoder
        self._generator = generator
        self._read = 0  # passages that were read ahead
        tools = Tools(
            encoder,
            generator,
            ArticleNames(index.documents),
            index.sentence_vectors,
            self._question_vector,
            Glosses(generator),
            max_tokens,
            time_limit,
        )
        retriever = Retriever(index, encoder)
        self.stages = Stages(retriever, tools, passages, self.index_version, index.witness_of)
        self._suggesting = Suggesting(index, self.stages, suggested) if suggest else None

    @property
    def model(self) -> str:
        """The language model's name."""
        return self._generator.name

    @property
    def encoder(self) -> str:
        """The encoder's name."""
        return self._encoder.name

    @property
    def index_version(self) -> str:
        """Which version of the index is loaded."""
        return self._index.manifest.index_version

    @property
    def passages(self) -> int:
        """How many passages there are."""
        return len(self._index.passages)

    @property
    def unread(self) -> int:
        """How many of them the model has not read ahead."""
        return self.passages - self._read

    @property
    def heads(self) -> Sequence[Head]:
        """What is told of each article without its text."""
        return self._index.heads

    @property
    def documents(self) -> Mapping[str, Document]:
        """The articles by id, each read when it is asked for."""
        return self._index.documents

    @property
    def sentences(self) -> Mapping[str, Sequence[Sentence]]:
        """The sentences of each article by its id, in order, read as the articles are."""
        return self._index.sentences

    @property
    def characters(self) -> int:
        """How long the articles are together, in code points, boilerplate aside."""
        return self._index.characters

    def count(self, document: str) -> int:
        """How many sentences an article has; nothing is read."""
        return self._index.count(document)

    def twins(self, document: str) -> Sequence[Head]:
        """The other articles that print an article's text, in order."""
        return self._index.twins(document)

    def holding(self, word: str, *, whole: bool) -> NDArray[np.bool_]:
        """Which of the `heads`' articles may hold a word: see `Index.holding`."""
        return self._index.holding(word, whole=whole)

    @property
    def built(self) -> dt.datetime:
        """When the index was built."""
        return dt.datetime.fromisoformat(self._index.manifest.built)

    def over(self, index: Index) -> Pipeline:
        """A pipeline over another index, with the same models and limits."""
        return self._renew(index)

    def _question_vector(self, question: str) -> Vectors:
        (vector,) = self._encoder.encode_queries([question])
        return self._index.question_vector(vector, detect(question))

    def warm(self, cancelled: Callable[[], bool]) -> bool:
        """One step of what can be done ahead: a question to suggest, else a passage to read.

        Args:
            cancelled: asked meanwhile; what was begun is then left for the next time.

        Returns:
            Whether there is more to do: false once the questions are made and all passages, or
            as many as there is space for, were read.
        """
        if self._suggesting and self._suggesting.step(cancelled):
            return True
        if not self.unread:
            return False
        passage = self._index.passages[self._read]
        more = self._generator.warm(prompts.probe_prompt("", passage), cancelled)
        if cancelled():
            return True
        if more:
            self._read += 1
        return more

    def suggestions(self, language: Language) -> tuple[str, ...]:
        """Questions that the articles answer, for a reader to begin with; as many as were made."""
        return self._suggesting.of(language) if self._suggesting else ()

    def search(self, query: str, k: int) -> tuple[RetrievedPassage, ...]:
        """Retrieve alone: the best `k` passages, best first."""
        return self.stages.retriever.retrieve(query, detect(query), k)

    def ask(
        self,
        question: str,
        *,
        language: Literal["auto", "fr", "en"] = "auto",
        history: Sequence[Turn] = (),
        cancelled: Callable[[], bool] = never,
    ) -> Iterator[Event]:
        """Answer one question.

        Args:
            question: as a person types it, not empty.
            language: of the answer; `auto` is the question's own.
            history: earlier turns, oldest first; only used to understand the question.
            cancelled: asked between tokens; once true, the events end without a `DoneEvent`.

        Yields:
            What was retrieved, then provisional tokens and proven sentences as they come,
            then the whole answer.
        """
        yield from Asking(self.stages, question, language, history, cancelled).events()

    def candidates(self, question: str, k: int) -> list[reading.Candidate]:
        """What the model is given to read for a question that stands alone, best first."""
        language = detect(question)
        found = self.stages.retriever.retrieve(question, language, k)
        return reading.with_names(question, language, found, self.stages.tools.articles)
