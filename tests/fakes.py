"""Test doubles of the two models, typed against the protocols."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from euaiqa.datamodels import (
    Document,
    Language,
    Passage,
    Prompt,
    RetrievedPassage,
    Sentence,
)
from euaiqa.encoder import Encoder, Vectors
from euaiqa.errors import GenerationError
from euaiqa.generator import Generator, Limits, never
from euaiqa.ground import ArticleNames
from euaiqa.pipeline.glossing import Glosses
from euaiqa.pipeline.writing import Tools

DIMENSIONS = 256


class HashEncoder:
    """Bags of hashed words, squeezed into e5's narrow band: cosines from 0.7 to 1."""

    name = "hash-encoder"
    dimensions = DIMENSIONS + 1

    def __init__(self, fingerprint: str = "hash-1") -> None:
        self.fingerprint = fingerprint
        self.encoded: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts)

    def encode_passages(
        self, texts: Sequence[str], *, advance: Callable[[int], None] | None = None
    ) -> Vectors:
        self.encoded += texts
        if advance:
            advance(len(texts))
        return self._encode(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(re.findall(r"\w+|[^\w\s]", text)) for text in texts]

    def _encode(self, texts: Sequence[str]) -> Vectors:
        out = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(out, texts, strict=True):
            for word in re.findall(r"\w{2,}", text.lower()):
                row[int(hashlib.md5(word.encode()).hexdigest(), 16) % DIMENSIONS] += 1
            norm = float(np.linalg.norm(row)) or 1.0
            row *= np.sqrt(0.3) / norm
            row[-1] = np.sqrt(1 - float(row @ row))
        return out


class ScriptedGenerator:
    """Says what was enqueued, in pieces of a few characters, and keeps the prompts it saw.

    Once nothing is enqueued it says `default`, which may depend on the prompt; without one it
    fails. `yes` is what it gives for every passage, or what it gives for a prompt; `faith` the
    same for every sentence that it is asked whether a passage says it.
    """

    name = "scripted"

    def __init__(
        self,
        *replies: str,
        yes: float | Callable[[Prompt], float] = 0.95,
        faith: float | Callable[[Prompt], float] = 0.95,
        default: str | Callable[[Prompt], str] | None = None,
    ) -> None:
        self.replies = deque(replies)
        self.yes = yes
        self.faith = faith
        self.default = default
        self.prompts: list[Prompt] = []
        self.probes: list[Prompt] = []
        self.checks: list[Prompt] = []
        self.warmed: list[Prompt] = []
        self.stopped_early = False

    def enqueue(self, reply: str) -> None:
        self.replies.append(reply)

    def stream(self, prompt: Prompt, limits: Limits) -> Iterator[str]:
        self.prompts.append(prompt)
        reply = self._reply(prompt)
        for start in range(0, len(reply), 5):
            if limits.cancelled():
                self.stopped_early = True
                return
            yield reply[start : start + 5]

    def _reply(self, prompt: Prompt) -> str:
        if self.replies:
            return self.replies.popleft()
        if self.default is None:
            raise GenerationError("no reply was enqueued")
        return self.default(prompt) if callable(self.default) else self.default

    def warm(self, prompt: Prompt, cancelled: Callable[[], bool]) -> bool:
        self.warmed.append(prompt)
        return len(self.warmed) < 3

    def probabilities(
        self,
        prompts: Sequence[Prompt],
        yes: Sequence[str],
        no: Sequence[str],
        cancelled: Callable[[], bool] = never,
    ) -> list[float]:
        said = []
        for prompt in prompts:
            checks = prompt.question.startswith("\nStatement: ")
            (self.checks if checks else self.probes).append(prompt)
            word = self.faith if checks else self.yes
            said.append(word(prompt) if callable(word) else word)
        return said

    def states(
        self, prompts: Sequence[Prompt], layer: int, cancelled: Callable[[], bool] = never
    ) -> Vectors:
        raise GenerationError("a scripted model has no layers")


def passage_of(
    *texts: str,
    document: str = "a.txt",
    title: str = "Titre",
    published: dt.date | None = None,
    language: Language = "fr",
) -> Passage:
    """A passage of whole sentences, each at its place in an article that holds nothing else."""
    sentences, at = [], 0
    for text in texts:
        sentences.append(Sentence(document, at, at + len(text), text))
        at += len(text) + 1
    whole = " ".join(texts)
    return Passage(document, title, published, language, 0, len(whole), whole, tuple(sentences))


def tools_of(generator: Generator, *articles: Document) -> Tools:
    """What writing needs, over the hash encoder."""
    encoder = HashEncoder()
    return Tools(
        encoder,
        generator,
        ArticleNames({article.id: article for article in articles}),
        lambda passage: encoder.encode_passages(
            [s.text for s in (*passage.before, *passage.sentences)]
        ),
        lambda question: encoder.encode_queries([question])[0],
        Glosses(generator),
    )


def found(passage: Passage, score: float = 0.5, cosine: float = 0.9) -> RetrievedPassage:
    """A passage as retrieval gives it."""
    return RetrievedPassage(passage, score, cosine)


def _typed(_encoder: Encoder, _generator: Generator) -> None:
    """mypy: the doubles fit the protocols."""


_typed(HashEncoder(), ScriptedGenerator())
