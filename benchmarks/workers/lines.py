"""JSON lines on standard input and output: what both workers do the same way.

The first line in is the configuration, and the reply to it tells the versions. Each further
line is a `Request`, answered by one line with the seconds, the text or an error. Between two
lines the process sleeps in a read; the processor time that it used there all the same (threads
that spin) comes with the next reply.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, Literal, Protocol, TypedDict

from benchmarks.clock import timed

Before = Literal["nothing", "instructions", "passages"]

# What is read, untimed, where only the instructions are to be in the cache: no question of a
# run is about it.
OTHER_TEXT = (
    "Snow fell on the hills during the night, and the ferry to the islands stayed in port. "
    "The wind is expected to turn west by the evening."
)
OTHER_QUESTION = "What is this text about?"

logger = logging.getLogger(__name__)


class Config(TypedDict):
    """The same for both workers: paths, and what must be equal between all systems."""

    model: str
    encoder: str
    articles: str
    threads: int
    max_tokens: int
    context: int


class Request(TypedDict):
    """A question; what the model is to read before, untimed; passages for who retrieves none."""

    question: str
    before: Before
    passages: list[str]


class Reply(TypedDict, total=False):
    """Seconds, text, characters of source text in the prompt, idle processor time, or `error`."""

    first: float | None
    whole: float
    text: str
    read: int
    idle_cpu: float
    error: str
    versions: dict[str, str]


class Answerer(Protocol):
    """A loaded peer."""

    @property
    def versions(self) -> dict[str, str]:
        """What it is made of."""

    @property
    def read(self) -> int:
        """Characters of source text in the last prompt."""

    def prepare(self, request: Request) -> None:
        """Read what is to be read before; not timed."""

    def answer(self, request: Request) -> Iterator[str]:
        """Answer, a piece of text at a time; the work begins with the first `next`."""


def serve(load: Callable[[Config], Answerer]) -> None:
    """Load with the first line of standard input, then answer the others until it ends."""
    # What libraries print must not get between the replies: it goes to standard error.
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def reply(value: Reply) -> None:
        replies.write(json.dumps(value) + "\n")
        replies.flush()

    try:
        answerer = load(json.loads(sys.stdin.readline()))
    except Exception as error:
        logger.exception("the worker cannot be loaded")
        reply({"error": _told(error)})
        return
    reply({"versions": answerer.versions})
    busy_until = time.process_time()
    for line in sys.stdin:
        idle_cpu = time.process_time() - busy_until
        reply(_answered(answerer, json.loads(line)) | {"idle_cpu": idle_cpu})
        busy_until = time.process_time()


def _answered(answerer: Answerer, request: Any) -> Reply:
    """The reply to one request; an error is told, and the next question may still be asked."""
    try:
        answerer.prepare(request)
        found = timed(answerer.answer(request))
    except Exception as error:
        logger.exception("no answer to %r", request["question"])
        return {"error": _told(error)}
    return {
        "first": found.first,
        "whole": found.whole,
        "text": found.text,
        "read": answerer.read,
    }


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
