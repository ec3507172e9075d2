"""The calls of the HTTP contract, each a few lines: read, ask the service, reply."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from euaiqa.app.article import paragraphs
from euaiqa.app.articles import JSON_SIZE, address, part
from euaiqa.app.feedback import Verdicts
from euaiqa.app.guard import from_elsewhere
from euaiqa.app.negotiate import interface_language, wants_json, wants_stream
from euaiqa.app.openapi import ARTICLE, PAGE, STREAM, problems
from euaiqa.app.pages import IndexPage, Pages, SourcePage, SourcesPage
from euaiqa.app.problems import Problem, invalid, problem_of
from euaiqa.app.replies import (
    AskReply,
    HealthReply,
    PassagesReply,
    SourceOut,
    SourcesReply,
    SuggestionsReply,
)
from euaiqa.app.requests import (
    MAX_QUESTION,
    AskForm,
    AskRequest,
    FeedbackRequest,
    SearchQuery,
    SourcesQuery,
)
from euaiqa.app.service import NotReady, Service
from euaiqa.app.stream import AnswerStream, whole_answer
from euaiqa.datamodels import Document, Span
from euaiqa.errors import EuaiqaError

logger = logging.getLogger(__name__)

router = APIRouter()


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


def _verdicts(request: Request) -> Verdicts:
    verdicts: Verdicts | None = request.app.state.verdicts
    if verdicts is None:
        raise Problem(
            "not-found",
            "this server keeps no verdicts",
            hint="whoever runs it can name a file for them in EUAIQA_FEEDBACK",
        )
    return verdicts


ServiceDep = Annotated[Service, Depends(_service)]
PagesDep = Annotated[Pages, Depends(_pages)]
VerdictsDep = Annotated[Verdicts, Depends(_verdicts)]


@router.post("/ask", responses={200: STREAM, **problems(403, 413, 421, 422, 500, 503)})
async def ask(body: AskRequest, request: Request, service: ServiceDep) -> AskReply:
    """Answer a question, each sentence proven by exact quotes.

    With `stream: true` or `Accept: text/event-stream` the reply is an event stream.
    """
    job = service.ask(body.question, body.language, body.turns())
    if body.stream or wants_stream(request):
        return AnswerStream(job, service)  # type: ignore[return-value]
    return AskReply.of(await whole_answer(job, request, service))


@router.post(
    "/feedback",
    status_code=204,
    response_class=Response,
    responses=problems(403, 404, 413, 421, 422, 500),
)
def feedback(body: FeedbackRequest, verdicts: VerdictsDep) -> None:
    """Keep a reader's verdict on an answer, where the server was told to; nothing about the reader.

    A reader who changes their mind sends another one: of two, the later counts.
    """
    # Not `async`, so it runs in a thread: a disk may be slow.
    try:
        verdicts.append(body.model_dump())
    except OSError as error:
        logger.error("a verdict could not be kept: %s", error)
        raise Problem(
            "internal", "the verdict could not be kept", hint="the server's log tells why"
        ) from error


@router.get("/search", responses=problems(421, 422, 503))
async def search(query: Annotated[SearchQuery, Query()], service: ServiceDep) -> PassagesReply:
    """Retrieve passages, best first, without answering."""
    return PassagesReply.of(await service.search(query.q, query.k))


@router.get("/health", responses=problems(421, 503))
async def health(service: ServiceDep) -> HealthReply:
    """Tell whether a question can be answered, and what is missing if not."""
    pipeline = service.pipeline()
    return HealthReply(
        model=pipeline.model,
        encoder=pipeline.encoder,
        index_version=pipeline.index_version,
        documents=len(pipeline.heads),
    )


@router.get(
    "/sources", responses={200: PAGE, **problems(421, 422, 503)}, response_model=SourcesReply
)
async def sources(
    asked: Annotated[SourcesQuery, Query()],
    request: Request,
    response: Response,
    service: ServiceDep,
    pages: PagesDep,
) -> Any:
    """List or search the articles; JSON by `Accept: application/json`, else a page of fifty.

    JSON holds a thousand articles at most, and a `Link` to the next ones where there are more.
    """
    # Once: another index may be served by the time the search is done.
    pipeline, filters = service.pipeline(), asked.filters()
    listing, built = service.listing(pipeline), pipeline.built
    near = await service.near(filters.q, pipeline)
    result = await asyncio.to_thread(listing.find, filters, near or ())
    if wants_json(request):
        listed = part(result.found, asked.page, JSON_SIZE)
        if listed.number < listed.pages:
            response.headers["Link"] = f'<{address(filters, listed.number + 1)}>; rel="next"'
        rows = await asyncio.to_thread(listing.entries, listed.found)
        return SourcesReply.of(rows, built)
    shown = part(result.found, asked.page)
    page = SourcesPage(
        filters=filters,
        part=shown,
        rows=await asyncio.to_thread(listing.rows, shown.found, filters.q),
        all=len(listing),
        years=listing.years,
        undated=listing.undated,
        built=built,
        searched=near is not None,
        cut=result.cut,
    )
    return pages.render(page, request)


@router.get(
    "/sources/{document:path}",
    responses={200: ARTICLE, **problems(404, 421, 422, 503)},
    response_model=SourceOut,
)
async def source(
    document: str,
    request: Request,
    service: ServiceDep,
    pages: PagesDep,
    start: Annotated[int | None, Query(ge=0, description="code points")] = None,
    end: Annotated[int | None, Query(ge=1, description="code points")] = None,
    words: Annotated[
        str, Query(max_length=1000, description="what the quote begins with, to find it again")
    ] = "",
) -> Any:
    """Show an article; JSON by `Accept: application/json`, else a page with a quote marked."""
    # The only look-up: what a client sends never becomes a path on the disk.
    pipeline = service.pipeline()
    found = pipeline.documents.get(document)
    if found is None:
        raise Problem("not-found", "there is no such article", hint="GET /sources lists them")
    mark = _mark(start, end, words, found)
    sentences = pipeline.sentences[document]
    if wants_json(request):
        return SourceOut.of(found, sentences)
    page = SourcePage(
        document=found,
        paragraphs=paragraphs(found, mark, sentences),
        sentences=len(sentences),
        built=pipeline.built,
        marked=mark is not None,
        changed=bool(words) and mark is None,
        twins=pipeline.twins(document),
    )
    return pages.render(page, request)


@router.get("/", response_class=Response, responses={200: PAGE, **problems(421)})
async def index(request: Request, service: ServiceDep, pages: PagesDep) -> Response:
    """Show the chat page; `?q=` fills its form with a question, `&language=` with its choice."""
    question = request.query_params.get("q", "").strip()[:MAX_QUESTION]
    language = request.query_params.get("language", "")
    page = replace(
        _index(service, request),
        question=question,
        language=language if language in {"fr", "en"} else "auto",
        # Another site's link fills in the form, but lets nothing be computed.
        at_once=bool(question) and not from_elsewhere(request.headers, "referer"),
    )
    return pages.render(page, request)


@router.get("/suggestions", responses=problems(421, 503))
async def suggestions(request: Request, service: ServiceDep) -> SuggestionsReply:
    """Suggest questions that the articles answer; as many as there are yet."""
    language = interface_language(request)
    return SuggestionsReply(suggestions=list(service.pipeline().suggestions(language)))


@router.post(
    "/",
    response_class=Response,
    responses={200: PAGE, **problems(403, 413, 421, 422, 500, 503)},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/x-www-form-urlencoded": {"schema": AskForm.model_json_schema()}
            },
        }
    },
)
async def index_form(request: Request, service: ServiceDep, pages: PagesDep) -> Response:
    """Answer a question on the chat page, without JavaScript."""
    async with request.form(max_files=0, max_fields=10) as form:
        # A form sends line ends as two characters, and the box counts them as one.
        texts = {name: text for name, text in form.items() if isinstance(text, str)}
        sent = {name: text.replace("\r\n", "\n") for name, text in texts.items()}
    language = sent.get("language", "auto")
    try:
        reply = await _reply_to_form(sent, request, service)
    except Problem as problem:
        page = replace(
            _index(service, request),
            problem=problem,
            question=sent.get("question", ""),
            language=language,
        )
        return pages.render(page, request, problem.status)
    return pages.render(replace(_index(service, request), reply=reply, language=language), request)


async def _reply_to_form(sent: dict[str, str], request: Request, service: Service) -> AskReply:
    try:
        asked = AskForm.model_validate(sent)
        job = service.ask(asked.question, asked.language)
    except ValidationError as error:
        raise invalid(error) from error
    except EuaiqaError as error:
        raise problem_of(error, service.settings) from error
    return AskReply.of(await whole_answer(job, request, service))


def _index(service: Service, request: Request) -> IndexPage:
    try:
        pipeline = service.pipeline()
        listing = service.listing(pipeline)
        return IndexPage(
            documents=listing.first,
            articles=len(listing),
            suggestions=pipeline.suggestions(interface_language(request)),
            feedback=service.settings.feedback is not None,
        )
    except NotReady as error:
        problem = None if error.loading else problem_of(error, service.settings)
        return IndexPage(ready=False, problem=problem)


def _mark(start: int | None, end: int | None, words: str, document: Document) -> Span | None:
    """Where a quote stands; an article that changed is searched for the words it begins with."""
    if start is None and end is None:
        return None
    if start is None or end is None:
        raise Problem("invalid", "start, end: give both or neither")
    text = document.text
    if words and start < end and not text.startswith(words, start):
        length = end - start
        start = text.find(words)
        end = min(start + length, len(text))
        return Span(start, end) if start >= 0 else None
    if not start < end <= len(text):
        raise Problem("invalid", "start, end: they do not lie in the article's text, in this order")
    return Span(start, end)
