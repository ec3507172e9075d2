"""The web side: the HTTP contract and the pages, in front of one pipeline.

Takes settings, a function that loads the pipeline, and what rebuilds its index; gives an ASGI
application, or serves it. It knows nothing of encoders, indexes or models. Parts: `routes` (the
calls), `requests` and `replies` (what goes over the wire), `stream` (answers on their way),
`line` (one answer at a time), `service` (the pipeline, its loading and its replacement),
`feedback` (the file of readers' verdicts), `guard` (what every request passes), `problems`
(errors), `articles` and `folding` (the list of articles and its search), `pages`, `article`,
`prose` and `wording` (for people). For operators: `admin` (the calls), `key` (who may make them),
`standing` (what they tell), `glance` (one look for all who ask), `reindexing` (a new index while
the server serves), and what asks for one: `hangups` and `watching`.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from importlib.metadata import version

import uvicorn
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from euaiqa.app import admin
from euaiqa.app.feedback import Verdicts
from euaiqa.app.guard import SECURITY_HEADERS, Guard
from euaiqa.app.hangups import bear_hangups, on_hangup
from euaiqa.app.key import Key
from euaiqa.app.negotiate import wants_page
from euaiqa.app.openapi import describe
from euaiqa.app.pages import ErrorPage, Pages, web_folder
from euaiqa.app.problems import MEDIA_TYPE, Problem, invalid, problem_of
from euaiqa.app.reindexing import Interrupted, Operations, Reindexing
from euaiqa.app.routes import router
from euaiqa.app.service import Pipeline, Service
from euaiqa.app.stream import ClientLeft
from euaiqa.app.watching import watched
from euaiqa.errors import EuaiqaError
from euaiqa.settings import Settings

__all__ = ["Interrupted", "Operations", "Pipeline", "create_app", "serve"]

GRACE = 5
"""Seconds that answers on their way get when the server stops."""


def create_app(
    settings: Settings,
    load: Callable[[], Pipeline],
    operations: Operations | None = None,
    watch: bool = False,
) -> FastAPI:
    """Build the application.

    Args:
        settings: for all of it.
        load: gives the pipeline; runs in a thread when the application starts, not before.
        operations: what a new index is built with; None: this application cannot.
        watch: whether changes in the articles' folder are taken by themselves.

    Raises:
        SettingsError: verdicts are to be kept in a file that cannot be written.
        ValueError: it is to watch, but cannot build.
    """
    if watch and operations is None:
        raise ValueError("what is watched cannot be built")
    service = Service(settings, load)
    reindexing = Reindexing(service, operations) if operations else None

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        service.start()
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(service.close)
            if reindexing:
                stack.push_async_callback(reindexing.close)
                stack.enter_context(on_hangup(lambda: reindexing.request("signal")))
                if watch:
                    await stack.enter_async_context(watched(settings, reindexing))
            yield

    app = FastAPI(
        title="euaiqa",
        version=version("euaiqa"),
        description="Answers questions about European AI policy; every sentence has a quote.",
        lifespan=lifespan,
        # Their pages load scripts from a CDN.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    folder = web_folder()
    app.state.service = service
    app.state.reindexing = reindexing
    app.state.key = Key(settings.admin_key)
    app.state.pages = Pages(folder)
    app.state.verdicts = Verdicts(settings.feedback) if settings.feedback else None
    app.add_middleware(Guard, host=settings.host, refuse=refuse)
    app.include_router(router)
    app.include_router(admin.router)
    app.mount("/static", StaticFiles(directory=folder / "static"))
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    _handle_errors(app, settings)
    return app


def refuse(request: Request, problem: Problem) -> Response:
    """Tell a problem: as a page when a browser navigates, else as a problem document."""
    if wants_page(request):
        pages: Pages = request.app.state.pages
        response = pages.render(ErrorPage(problem), request, problem.status)
    else:
        response = JSONResponse(
            problem.document(), problem.status, problem.headers, media_type=MEDIA_TYPE
        )
    for challenge in problem.challenges:
        response.headers.append("WWW-Authenticate", challenge)
    return response


def _handle_errors(app: FastAPI, settings: Settings) -> None:
    async def ours(request: Request, error: Exception) -> Response:
        return refuse(request, problem_of(error, settings))

    async def unforeseen(request: Request, error: Exception) -> Response:
        # Made outside the guard, which would have set the headers.
        response = refuse(request, problem_of(error, settings))
        response.headers.update(SECURITY_HEADERS)
        return response

    async def wrong_field(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it only
        return refuse(request, invalid(error))

    async def framework(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for it only
        match error.status_code:
            case 404:
                problem = Problem("not-found", "there is nothing at this address")
            case 405:
                problem = Problem("method-not-allowed", "this address takes another method")
            case _:
                # What is left is a body that is neither JSON nor a form.
                problem = Problem("invalid", "body: it cannot be read")
        response = refuse(request, problem)
        response.headers.update(error.headers or {})
        return response

    async def gone(request: Request, error: Exception) -> Response:
        return Response(status_code=204)  # nobody is there to read it

    app.add_exception_handler(Problem, ours)
    app.add_exception_handler(EuaiqaError, ours)
    app.add_exception_handler(RequestValidationError, wrong_field)
    app.add_exception_handler(HTTPException, framework)
    app.add_exception_handler(ClientLeft, gone)
    app.add_exception_handler(Exception, unforeseen)


def serve(
    settings: Settings,
    load: Callable[[], Pipeline],
    operations: Operations | None = None,
    *,
    watch: bool = False,
) -> None:
    """Serve until interrupted; there is no access log, because addresses hold questions.

    Arguments and errors are those of `create_app`.
    """
    bear_hangups()
    # Whoever started it at a terminal is told of a new index there, too.
    told = logging.getLogger(Reindexing.__module__)
    told.setLevel(logging.INFO)
    told.addHandler(logging.StreamHandler())
    uvicorn.run(
        create_app(settings, load, operations, watch),
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_level="warning",  # the command line says when it is ready
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=GRACE,
    )
