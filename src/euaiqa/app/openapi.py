"""The OpenAPI page: what it says of replies that are not plain JSON, and of errors."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from euaiqa.app import problems as told
from euaiqa.app.replies import SentenceData, TokenData

ResponseDocs = dict[int | str, dict[str, Any]]

REASONS = {
    401: "a key is set and was not given",
    403: "the request comes from another site",
    404: "no such document, or no verdicts are kept",
    413: "the body is over 64 KiB",
    421: "the host name is not one of this server's",
    422: "a field is wrong; `detail` names it",
    429: "the caller is over its rate; see `Retry-After`",
    500: "the answer failed, or the verdict could not be kept",
    503: "no index, no model, or the queue is full; see `Retry-After`",
}

KEYS = "no key is set, it is not the right one, or the request comes from another site"

PAGE: dict[str, Any] = {"description": "A page.", "content": {"text/html": {}}}
ARTICLE: dict[str, Any] = {"description": "The article.", "content": {"text/html": {}}}
STREAM: dict[str, Any] = {
    "description": (
        "The whole reply, or an event stream whose `event:` names what its `data:` is, one JSON "
        "object: `passages` (PassagesReply), `token` (TokenData), `sentence` (SentenceData), "
        "`done` (AskReply), `error` (ProblemDocument)."
    ),
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}


def problems(*statuses: int) -> ResponseDocs:
    """Tell the errors of a call."""
    return {
        status: {"model": told.ProblemDocument, "description": REASONS[status]}
        for status in statuses
    }


def describe(app: FastAPI) -> dict[str, Any]:
    """Make the OpenAPI document of an application, once."""
    if app.openapi_schema:
        return app.openapi_schema
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    schemas = document["components"]["schemas"]
    for model in (TokenData, SentenceData):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schema.pop("$defs", None)
        schemas[model.__name__] = schema
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    document["components"]["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "basic": {"type": "http", "scheme": "basic", "description": "any user; the key"},
    }
    for path, calls in document["paths"].items():
        for call in calls.values():
            _as_problems(call["responses"])
            if path.startswith("/admin"):
                call["security"] = [{"bearer": []}, {"basic": []}]
                call["responses"]["403"]["description"] = KEYS
    app.openapi_schema = document
    return document


def _as_problems(responses: dict[str, Any]) -> None:
    """Errors are problem documents, whatever media type the route's own reply has."""
    for status, response in responses.items():
        if int(status) >= 400:
            response["content"] = {
                told.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}
            }
