"""The pages for people: what each one shows, and how it is rendered.

Takes the values that a page tells, each page one documented dataclass; gives HTML in the
reader's language. Everything is escaped by the templates; nothing here is marked safe.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from euaiqa.app.article import MARK, Paragraph, article_url, original_url, source_url
from euaiqa.app.articles import Filters, Match, Part, Row, address
from euaiqa.app.messages import STEPS, Advice
from euaiqa.app.negotiate import LANGUAGE_COOKIE, chosen_language, interface_language
from euaiqa.app.problems import Problem
from euaiqa.app.prose import missing, parts
from euaiqa.app.replies import AskReply
from euaiqa.app.requests import MAX_QUESTION
from euaiqa.app.standing import AdminPage
from euaiqa.app.wording import NAMES, Wording, wording
from euaiqa.datamodels import Document, Head, Language

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
    def of(cls, problem: Problem, words: Wording, *, address: bool = False) -> Trouble:
        """Tell a problem in the reader's language; `address` where only an address was sent."""
        # The server's own words are English and technical: shown where they say what to do.
        told = problem.kind == "unavailable"
        return cls(
            advice=words.advice(
                "address" if address and problem.kind == "invalid" else problem.kind
            ),
            detail=problem.detail if told else "",
            hint=problem.hint if told else "",
        )


@dataclass(frozen=True, slots=True)
class IndexPage:
    """The chat page, with the answer to a form that was sent without JavaScript.

    `documents` are the first few of so many `articles`; `ready` is false while loading;
    `question` and `language` are put into the form, and `at_once` lets the page's script ask
    it; `suggestions` are questions that the articles answer, in the page's language;
    `feedback` tells whether readers may judge answers.
    """

    documents: Sequence[Head] = ()
    articles: int = 0
    ready: bool = True
    question: str = ""
    language: str = "auto"
    reply: AskReply | None = None
    problem: Problem | None = None
    suggestions: tuple[str, ...] = ()
    at_once: bool = False
    feedback: bool = False

    template = "index.html"


@dataclass(frozen=True, slots=True)
class SourcesPage:
    """The list of articles, or what a search of it found.

    `part` is the page of it that `rows` show; `all`, `years` and `undated` are of the whole
    listing; `searched` is false where the search by meaning was not to be had, and `cut` is how
    many texts were looked through where too many may hold the words.
    """

    filters: Filters
    part: Part
    rows: tuple[Row, ...]
    all: int
    years: Sequence[int]
    undated: bool
    built: dt.datetime
    searched: bool = True
    cut: int = 0

    template = "sources.html"

    @property
    def choices(self) -> list[str]:
        """The years to choose from, the chosen one too where an old address names it."""
        there = {str(year) for year in self.years}
        chosen = {self.filters.year} - {"any", "undated"}
        return sorted(there | chosen, reverse=True)

    @property
    def groups(self) -> list[tuple[Match, list[Row]]]:
        """The rows by why they are there."""
        groups = itertools.groupby(self.rows, key=lambda row: row.match)
        return [(match, list(rows)) for match, rows in groups]


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One article; `marked` when a quote is marked in its paragraphs.

    `changed` when a quote was asked for whose words are no longer in it.
    `sentences` is how many it has; `built` is when it was indexed; `twins` are the other articles
    that print its text.
    """

    document: Document
    paragraphs: tuple[Paragraph, ...]
    sentences: int
    built: dt.datetime
    marked: bool
    changed: bool = False
    twins: Sequence[Head] = ()

    template = "source.html"


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What a browser shows for a problem document."""

    problem: Problem

    template = "error.html"


Page = IndexPage | SourcesPage | SourcePage | AdminPage | ErrorPage


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
        self._templates.filters["parts"] = parts
        self._templates.globals.update(
            article_url=article_url,
            list_url=address,
            original_url=original_url,
            source_url=source_url,
            question_url=question_url,
            max_question=MAX_QUESTION,
            steps=STEPS,
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
            origin=str(request.base_url).rstrip("/"),
            words=words,
            _=words.gettext,
            ngettext=words.ngettext,
            steps_told=lambda: {name: words.gettext(text) for name, text in STEPS.items()},
            trouble=lambda problem: Trouble.of(problem, words, address=isinstance(page, ErrorPage)),
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


def question_url(question: str, language: str) -> str:
    """The address of the chat page with a question in its form."""
    chosen = {} if language == "auto" else {"language": language}
    return "/?" + urlencode({"q": question, **chosen})


def _switched(request: Request, language: Language, *, marked: bool) -> str:
    """This page's own address in another language."""
    # One leading slash only: "//host" would lead away.
    path = "/" + quote(request.scope["path"].lstrip("/"), safe="/")
    query = [(name, text) for name, text in request.query_params.multi_items() if name != "lang"]
    return f"{path}?{urlencode([*query, ('lang', language)])}" + (f"#{MARK}" if marked else "")
