"""Errors as a client sees them: problem documents, or a page when a browser navigates.

Takes exceptions; gives responses. What is sent holds no stack trace and no path of the
machine, whatever the exception said.

Source: https://www.rfc-editor.org/rfc/rfc9457
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError

from euaiqa.app.service import NotReady
from euaiqa.errors import Busy, EuaiqaError, QuestionTooLong
from euaiqa.settings import Settings

MEDIA_TYPE = "application/problem+json"
NAMES = "urn:euaiqa:problem:"
LOADING_RETRY = 5
"""Seconds after which a client may ask again whether loading is over."""

TITLES: dict[str, tuple[int, str]] = {
    "key-needed": (401, "The operator's key is needed"),
    "wrong-key": (403, "Wrong key"),
    "admin-off": (403, "The operator's calls are off"),
    "not-found": (404, "Not found"),
    "method-not-allowed": (405, "Method not allowed"),
    "too-large": (413, "Request too large"),
    "wrong-host": (421, "Wrong host name"),
    "foreign-origin": (403, "Request from another site"),
    "invalid": (422, "Invalid request"),
    "too-many-keys": (429, "Too many wrong keys"),
    "internal": (500, "Something failed here"),
    "not-ready": (503, "Not ready yet"),
    "unavailable": (503, "Cannot answer questions"),
    "queue-full": (503, "Too many readers"),
}
"""The kinds of problem, each with its status and its title."""

CHALLENGES = ('Basic realm="euaiqa", charset="UTF-8"', 'Bearer realm="euaiqa"')


class ProblemDocument(BaseModel):
    """What every error looks like."""

    type: str = Field(description="names the kind of problem")
    title: str
    status: int
    detail: str
    hint: str | None = Field(None, description="what to do about it")


class Problem(Exception):
    """A refusal of one `kind` of `TITLES`; `retry_after` is in seconds."""

    def __init__(
        self, kind: str, detail: str, *, hint: str = "", retry_after: int | None = None
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.status, self.title = TITLES[kind]
        self.detail = detail
        self.hint = hint
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        """The headers of its response."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}

    @property
    def challenges(self) -> tuple[str, ...]:
        """How a caller may say who they are; each a header of its own, or browsers miss some."""
        return CHALLENGES if self.status == 401 else ()

    def document(self) -> dict[str, str | int]:
        """Return the problem document."""
        document: dict[str, str | int] = {
            "type": NAMES + self.kind,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.hint:
            document["hint"] = self.hint
        return document


def problem_of(error: BaseException | None, settings: Settings) -> Problem:
    """Tell an error to a client; what is not ours to tell becomes a plain "it failed"."""
    match error:
        case Problem():
            return error
        case Busy():
            return Problem(
                "queue-full", error.message, hint=error.hint, retry_after=error.retry_after
            )
        case NotReady():
            return Problem(
                "not-ready" if error.loading else "unavailable",
                without_paths(error.message, settings),
                hint=without_paths(error.hint, settings),
                retry_after=LOADING_RETRY if error.loading else 60,
            )
        case QuestionTooLong():
            return Problem("invalid", f"question: {error.message}", hint=error.hint)
        case EuaiqaError():
            return Problem(
                "internal",
                without_paths(error.message, settings),
                hint=without_paths(error.hint, settings),
            )
        case _:
            return Problem(
                "internal",
                "the question could not be answered",
                hint="ask again; if it fails again, the server's log tells why",
            )


def invalid(error: RequestValidationError | ValidationError) -> Problem:
    """Name the fields that are wrong, without repeating what was sent."""
    told = [_field(item["loc"], item["msg"]) for item in error.errors()]
    more = f"; and {len(told) - 5} more" if len(told) > 5 else ""
    first: dict[str, Any] = dict(error.errors()[0])
    bare = first["loc"] == ("body",) and first["type"] != "missing"
    return Problem(
        "invalid",
        "; ".join(told[:5]) + more,
        hint="send a JSON object with Content-Type: application/json" if bare else "",
    )


def _field(location: Iterable[int | str], message: str) -> str:
    parts = [str(part) for part in location]
    if len(parts) > 1 and parts[0] in {"body", "query", "path"}:
        del parts[0]
    # The name of an unknown field is the client's own text, of any length.
    return f"{'.'.join(parts)[:100]}: {message[:200]}"


ABSOLUTE = re.compile(r"(?<![\w/:.])(?:[A-Za-z]:[\\/]|/)(?:[^\s/\\'\"]+[/\\])+([^\s/\\'\"]*)")


def without_paths(text: str, settings: Settings) -> str:
    """Shorten every absolute path in a text to its last part."""
    known = {settings.index, settings.models, settings.seeds, settings.models_from or Path()}
    known = {path.absolute() for path in known} | {Path.cwd(), Path.home()}
    # Longest first: a folder must not be cut out of the middle of one inside it.
    for path in sorted(known, key=lambda path: -len(str(path))):
        if path.name:
            text = text.replace(str(path), path.name)
    return ABSOLUTE.sub(r"\1", text)
