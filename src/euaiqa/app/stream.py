"""Answers on their way to a client: whole, or as an event stream.

Takes a job of the line; gives a response. The event stream names each event in its
`event:` field and holds one JSON object in its `data:` field.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from euaiqa.app.line import Job, Waiting
from euaiqa.app.problems import Problem, problem_of
from euaiqa.app.replies import AskReply, PassagesReply, SentenceData, TokenData
from euaiqa.app.service import Service
from euaiqa.datamodels import (
    Answer,
    DoneEvent,
    DroppedEvent,
    Event,
    PassagesEvent,
    SentenceEvent,
    TokenEvent,
)
from euaiqa.errors import GenerationError

HEARTBEAT = 10.0
"""Seconds of silence after which a comment line keeps proxies awake."""


class ClientLeft(Exception):
    """Nobody waits for the answer any more."""


def _failure(job: Job) -> BaseException:
    """Why a job that is over gave no answer."""
    if job.left:
        return ClientLeft()
    return job.failure or GenerationError("the answer stopped half way")


async def whole_answer(job: Job, request: Request, service: Service) -> Answer:
    """Wait for the last event; stop the generation if the client leaves.

    Raises:
        ClientLeft: the client left.
        Problem: the answer failed.
    """
    async with job.watched(request.receive):
        async for event in job.events():
            if isinstance(event, DoneEvent):
                return event.answer
        failure = _failure(job)
    if isinstance(failure, ClientLeft):
        raise failure
    raise problem_of(failure, service.settings)


class AnswerStream(Response):
    """An event stream of one job, which is left when the stream ends for any reason."""

    media_type = "text/event-stream"

    def __init__(self, job: Job, service: Service) -> None:
        # Proxies that buffer would hold the words back.
        super().__init__(headers={"X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._job = job
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events as they come."""
        async with self._job.watched(receive):
            await send(
                {
                    "type": "http.response.start",
                    "status": self.status_code,
                    "headers": self.raw_headers,
                }
            )
            await _chunk(send, ": waiting\n\n")
            answered = False
            async for event in self._job.events(HEARTBEAT):
                await _chunk(send, ": waiting\n\n" if event is None else encode(event))
                answered = answered or isinstance(event, DoneEvent)
            if not answered:
                problem = problem_of(_failure(self._job), self._service.settings)
                await _chunk(send, _frame("error", encode_problem(problem)))
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _chunk(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


def _frame(name: str, data: str) -> str:
    return f"event: {name}\ndata: {data}\n\n"


def encode(event: Event | Waiting) -> str:
    """Write one event as the contract tells it.

    What it does not tell is a comment, which clients pass over: a place in the line, and
    provisional text that is dropped.
    """
    match event:
        case Waiting(place):
            return f": waiting, place {place}\n\n"
        case PassagesEvent(passages):
            return _frame("passages", PassagesReply.of(passages).model_dump_json())
        case TokenEvent(text):
            return _frame("token", TokenData(text=text).model_dump_json())
        case DroppedEvent(text):
            return f": dropped {json.dumps(text)}\n\n"
        case SentenceEvent():
            return _frame("sentence", SentenceData.of(event).model_dump_json())
        case DoneEvent(answer):
            return _frame("done", AskReply.of(answer).model_dump_json())


def encode_problem(problem: Problem) -> str:
    """Write a problem document on one line."""
    return json.dumps(problem.document(), ensure_ascii=False)
