"""The operator's calls, all of which need the key: how all stands, and a new index."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from euaiqa.app.key import Key
from euaiqa.app.negotiate import wants_page
from euaiqa.app.openapi import PAGE, problems
from euaiqa.app.pages import Pages
from euaiqa.app.problems import Problem, problem_of
from euaiqa.app.reindexing import Job, Reindexing
from euaiqa.app.service import Service
from euaiqa.app.standing import AdminPage, JobReply, StatusReply
from euaiqa.errors import EuaiqaError


async def _operator(request: Request) -> Reindexing:
    key: Key = request.app.state.key
    key.check(request)
    reindexing: Reindexing | None = request.app.state.reindexing
    if reindexing is None:
        raise Problem("unavailable", "this server cannot build an index")
    return reindexing


Operator = Annotated[Reindexing, Depends(_operator)]

router = APIRouter(prefix="/admin")


@router.get("/reindex", responses=problems(401, 403, 421, 429, 503))
async def progress(request: Request, reindexing: Operator) -> JobReply:
    """Tell how far the rebuilding of the index is, or how it ended."""
    return _told(request, reindexing)


@router.post("/reindex", status_code=202, responses=problems(401, 403, 421, 429, 503))
async def reindex(request: Request, reindexing: Operator) -> JobReply:
    """Rebuild what changed, while questions are answered over the old index.

    While a job runs this is the same job: what changed since it began is taken by one more run.
    """
    job = reindexing.request("request")
    if wants_page(request):  # a form, whose page is loaded anew
        return RedirectResponse("/admin#job", 303)  # type: ignore[return-value]
    return _told(request, reindexing, job)


@router.get("/status", responses=problems(401, 403, 421, 429, 500, 503))
async def status(reindexing: Operator) -> StatusReply:
    """Tell how the articles' folder, the index and the models stand."""
    return StatusReply.of(await reindexing.status())


@router.get("", response_class=Response, responses={200: PAGE, **problems(401, 403, 421, 429, 503)})
async def page(request: Request, reindexing: Operator) -> Response:
    """Show an operator how all stands."""
    service: Service = request.app.state.service
    pages: Pages = request.app.state.pages
    found, problem = None, None
    try:
        found = StatusReply.of(await reindexing.status())
    except EuaiqaError as error:
        problem = problem_of(error, service.settings)
    return pages.render(AdminPage(_told(request, reindexing), found, problem), request)


def _told(request: Request, reindexing: Reindexing, job: Job | None = None) -> JobReply:
    service: Service = request.app.state.service
    served = service.served.index_version if service.served else None
    return JobReply.of(job or reindexing.job, reindexing, served, service.settings)
