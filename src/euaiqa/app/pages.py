"""The pages for people: what each one shows, and how it is rendered.

Takes the values that a page tells, each page one documented dataclass; gives HTML in the
reader's language. Everything is escaped by the templates; nothing here is marked safe.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from euaiqa.app.article import MARK, Paragraph, article_url, source_url
from euaiqa.app.messages import Advice
from euaiqa.app.negotiate import LANGUAGE_COOKIE, chosen_language, interface_language
from euaiqa.app.problems import Problem
from euaiqa.app.prose import missing
from euaiqa.app.replies import AskReply
from euaiqa.app.requests import MAX_QUESTION
from euaiqa.app.wording import NAMES, Wording, wording
from euaiqa.datamodels import Document, Language

YEAR = 365 * 24 * 3600
"""Seconds that the language cookie lives."""


def web_folder() -> Path:
    """Where the templates and the static files are: in the package, or beside its source."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "web"
    return installed if installed.is_dir() else package.parents[1] / "web"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong: advice in the reader's language, the server's own words below it."""

    advice: Advice
    detail: str
    hint: str

    @classmethod
    def of(cls, problem: Problem, words: Wording) -> Trouble:
        """Tell a problem in the reader's language."""
        # The server's own words are English and technical: shown where they say what to do.
        told = problem.kind == "unavailable"
        return cls(
            advice=words.advice(problem.kind),
            detail=problem.detail if told else "",
            hint=problem.hint if told else "",
        )


@dataclass(frozen=True, slots=True)
class IndexPage:
    """The chat page, with the answer to a form that was sent without JavaScript.

    `documents` are the articles, the first few are named; `ready` is false while loading;
    `question` and `language` are put back into the form.
    """

    documents: tuple[Document, ...] = ()
    ready: bool = True
    question: str = ""
    language: str = "auto"
    reply: AskReply | None = None
    problem: Problem | None = None

    template = "index.html"


@dataclass(frozen=True, slots=True)
class SourcesPage:
    """The list of articles."""

    documents: tuple[Document, ...]

    template = "sources.html"


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One article; `marked` when a quote is marked in its paragraphs."""

    document: Document
    paragraphs: tuple[Paragraph, ...]
    marked: bool

    template = "source.html"


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What a browser shows for a problem document."""

    problem: Problem

    template = "error.html"


Page = IndexPage | SourcesPage | SourcePage | ErrorPage


class Pages:
    """Renders pages with the templates of one folder."""

    def __init__(self, folder: Path) -> None:
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(folder / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._locales = folder / "locales"
        self._templates.filters["seconds"] = lambda ms: math.ceil(ms / 100) / 10
        self._templates.filters["missing"] = missing
        self._templates.globals.update(
            article_url=article_url, source_url=source_url, max_question=MAX_QUESTION
        )

    def render(self, page: Page, request: Request, status: int = 200) -> Response:
        """Render a page in the reader's language, and remember a language just chosen."""
        language = interface_language(request)
        words = wording(language, self._locales)
        other: Language = "en" if language == "fr" else "fr"
        html = self._templates.get_template(page.template).render(
            page=page,
            path=request.scope["path"],
            language=language,
            words=words,
            _=words.gettext,
            ngettext=words.ngettext,
            trouble=lambda problem: Trouble.of(problem, words),
            other=other,
            other_name=NAMES[other],
            other_url=_switched(request, other, marked=getattr(page, "marked", False)),
        )
        response = HTMLResponse(
            html,
            status_code=status,
            headers={"Content-Language": language, "Vary": "Accept, Accept-Language, Cookie"},
        )
        if chosen_language(request):
            response.set_cookie(
                LANGUAGE_COOKIE, language, max_age=YEAR, httponly=True, samesite="lax"
            )
        if status >= 400 and isinstance(page, IndexPage | ErrorPage) and page.problem:
            response.headers.update(page.problem.headers)
        return response


def _switched(request: Request, language: Language, *, marked: bool) -> str:
    """This page's own address in another language."""
    # One leading slash only: "//host" would lead away.
    path = "/" + quote(request.scope["path"].lstrip("/"), safe="/")
    query = [(name, text) for name, text in request.query_params.multi_items() if name != "lang"]
    return f"{path}?{urlencode([*query, ('lang', language)])}" + (f"#{MARK}" if marked else "")
