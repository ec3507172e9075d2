"""The OpenAPI page against the HTTP contract, transcribed here field by field."""

from __future__ import annotations

from typing import Any

import pytest

from euaiqa.app import create_app
from euaiqa.settings import Settings
from fakes_pipeline import FakePipeline

TEXT, INT, NUMBER, BOOL, DATE = "string", "integer", "number", "boolean", "date?"

CONTRACT: dict[str, dict[str, str]] = {
    "AskRequest": {
        "question": TEXT,
        "language": "auto|fr|en",
        "history": "[HistoryTurn]",
        "stream": BOOL,
    },
    "FeedbackRequest": {
        "verdict": "up|down",
        "note": TEXT,
        "question": TEXT,
        "standalone_question": TEXT,
        "language": "fr|en",
        "status": "answered|partial|refused",
        "answer": TEXT,
        "citations": "[CitedQuote]",
        "model": TEXT,
        "encoder": TEXT,
        "index_version": TEXT,
    },
    "CitedQuote": {"document": TEXT, "start": INT, "end": INT, "quote": TEXT},
    "HistoryTurn": {"role": "user|assistant", "content": TEXT},
    "AskReply": {
        "question": TEXT,
        "standalone_question": TEXT,
        "language": "fr|en",
        "status": "answered|partial|refused",
        "answer": TEXT,
        "sentences": "[SentenceOut]",
        "citations": "[CitationOut]",
        "disagreements": "[DisagreementOut]",
        "passages": "[PassageOut]",
        "timings_ms": "TimingsOut",
        "model": TEXT,
        "encoder": TEXT,
        "index_version": TEXT,
    },
    "SentenceOut": {"text": TEXT, "citations": "[integer]", "support": "supported|extractive"},
    "DisagreementOut": {"subject": TEXT, "values": "[ValueOut]"},
    "ValueOut": {"value": TEXT, "citation": INT},
    "SpanOut": {"start": INT, "end": INT},
    "PassageOut": {
        "document": TEXT,
        "title": TEXT,
        "published": DATE,
        "language": "fr|en",
        "start": INT,
        "end": INT,
        "text": TEXT,
        "score": NUMBER,
        "match": "SpanOut?",
    },
    "TimingsOut": {
        "retrieve": NUMBER,
        "first_token": NUMBER,
        "generate": NUMBER,
        "verify": NUMBER,
        "total": NUMBER,
    },
    "CitationOut": {
        "marker": INT,
        "document": TEXT,
        "title": TEXT,
        "published": DATE,
        "language": "fr|en",
        "quote": TEXT,
        "start": INT,
        "end": INT,
        "url": TEXT,
        "gloss": "string?",
    },
    "SourceOut": {
        "document": TEXT,
        "title": TEXT,
        "published": DATE,
        "language": "fr|en",
        "text": TEXT,
        "sha256": TEXT,
        "boilerplate": "[SpanOut]",
        "sentences": "[SpanOut]",
    },
    "SourcesReply": {"sources": "[SourceEntry]"},
    "SourceEntry": {
        "document": TEXT,
        "title": TEXT,
        "published": DATE,
        "language": "fr|en",
        "sha256": TEXT,
        "sentences": INT,
        "indexed": "date-time",
    },
    "PassagesReply": {"passages": "[PassageOut]"},
    "TokenData": {"text": TEXT},
    "SentenceData": {
        "text": TEXT,
        "citations": "[integer]",
        "support": "supported|extractive",
        "quotes": "[CitationOut]",
    },
    "JobReply": {
        "job": "integer?",
        "state": "idle|waiting|running|done|failed",
        "step": "string?",
        "done": "integer?",
        "total": "integer?",
        "left": "number?",
        "began": "date-time?",
        "ended": "date-time?",
        "built": "BuiltOut?",
        "error": "JobError?",
        "index_version": "string?",
    },
    "BuiltOut": {
        "changes": "ChangesOut",
        "index_version": TEXT,
        "articles": INT,
        "passages": INT,
        "sentences": INT,
        "embedded": INT,
        "reused": INT,
        "seconds": NUMBER,
    },
    "JobError": {"message": TEXT, "hint": TEXT},
    "ChangesOut": {
        "added": "FilesOut",
        "changed": "FilesOut",
        "removed": "FilesOut",
        "kept": "FilesOut",
        "unchanged": INT,
        "problems": "FileProblemsOut",
    },
    "FilesOut": {"count": INT, "documents": "[string]"},
    "FileProblemsOut": {"count": INT, "files": "[FileProblemOut]"},
    "FileProblemOut": {"document": TEXT, "reason": TEXT, "remedy": TEXT},
    "StatusReply": {
        "index_version": TEXT,
        "built": "date-time?",
        "previous": TEXT,
        "held": BOOL,
        "articles": INT,
        "passages": INT,
        "sentences": INT,
        "twins": INT,
        "languages": "object",
        "months": "object",
        "bytes": INT,
        "dense": TEXT,
        "encoder": TEXT,
        "models": "[ModelOut]",
        "changes": "ChangesOut",
    },
    "ModelOut": {"name": TEXT, "licence": TEXT, "bytes": INT, "there": BOOL},
    "ProblemDocument": {
        "type": TEXT,
        "title": TEXT,
        "status": INT,
        "detail": TEXT,
        "hint": "string?",
    },
}

CALLS = {
    ("/ask", "post"): ("AskReply", {403, 413, 421, 422, 500, 503}),
    ("/feedback", "post"): ("", {403, 404, 413, 421, 422, 500}),
    ("/search", "get"): ("PassagesReply", {421, 422, 503}),
    ("/health", "get"): ("HealthReply", {421, 503}),
    ("/sources", "get"): ("SourcesReply", {421, 422, 503}),
    ("/sources/{document}", "get"): ("SourceOut", {404, 421, 422, 503}),
    ("/suggestions", "get"): ("SuggestionsReply", {421, 503}),
    ("/admin", "get"): ("", {401, 403, 421, 429, 503}),
    ("/admin/status", "get"): ("StatusReply", {401, 403, 421, 429, 500, 503}),
    ("/admin/reindex", "get"): ("JobReply", {401, 403, 421, 429, 503}),
    ("/admin/reindex", "post"): ("JobReply", {401, 403, 421, 429, 503}),
    ("/", "get"): ("", {421}),
    ("/", "post"): ("", {403, 413, 421, 422, 500, 503}),
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_app(Settings(), FakePipeline).openapi()


def kind(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        [some] = [each for each in schema["anyOf"] if each.get("type") != "null"]
        return f"{kind(some)}?"
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return "|".join(schema["enum"])
    if schema["type"] == "array":
        return f"[{kind(schema['items'])}]"
    return str(schema.get("format", schema["type"]))


@pytest.mark.parametrize("name", CONTRACT)
def test_openapi_model_has_the_fields_of_the_contract(document: dict[str, Any], name: str) -> None:
    schema = document["components"]["schemas"][name]
    assert {field: kind(each) for field, each in schema["properties"].items()} == CONTRACT[name]


def test_openapi_calls_are_those_of_the_contract(document: dict[str, Any]) -> None:
    found = {}
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            responses = call["responses"]
            [success] = [status for status in responses if int(status) < 400]
            content = responses[success].get("content", {})
            # One without a body has the status that says so, and one whose work goes on.
            accepted = (path, method) == ("/admin/reindex", "post")
            assert success == ("202" if accepted else "200" if content else "204")
            reply = content.get("application/json", {}).get("schema", {})
            found[path, method] = (
                kind(reply) if reply else "",
                {int(status) for status in responses if status != success},
            )
    assert found == CALLS


def test_openapi_errors_are_problem_documents(document: dict[str, Any]) -> None:
    for calls in document["paths"].values():
        for call in calls.values():
            for status, response in call["responses"].items():
                if int(status) >= 400:
                    [(media, content)] = response["content"].items()
                    assert media == "application/problem+json"
                    assert kind(content["schema"]) == "ProblemDocument"


def test_openapi_tells_which_calls_need_the_key(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    assert {each["scheme"] for each in schemes.values()} == {"basic", "bearer"}
    for path, calls in document["paths"].items():
        for call in calls.values():
            named = {name for each in call.get("security", []) for name in each}
            assert named == (set(schemes) if path.startswith("/admin") else set()), path


def test_openapi_bounds_are_those_of_the_contract(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    ask = schemas["AskRequest"]
    assert ask["required"] == ["question"]
    assert ask["additionalProperties"] is False
    assert ask["properties"]["question"]["minLength"] == 1
    assert ask["properties"]["question"]["maxLength"] == 1000
    assert ask["properties"]["history"]["maxItems"] == 20
    assert ask["properties"]["language"]["default"] == "auto"
    assert ask["properties"]["stream"]["default"] is False


def test_openapi_bounds_of_a_verdict_are_those_of_the_contract(document: dict[str, Any]) -> None:
    verdict = document["components"]["schemas"]["FeedbackRequest"]
    assert verdict["additionalProperties"] is False
    assert set(verdict["properties"]) - set(verdict["required"]) == {"note"}
    assert verdict["properties"]["note"]["maxLength"] == 1000
    assert verdict["properties"]["note"]["default"] == ""
    assert document["components"]["schemas"]["CitedQuote"]["additionalProperties"] is False


def test_openapi_every_reference_resolves(document: dict[str, Any]) -> None:
    known = document["components"]["schemas"]

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if "$ref" in node:
                assert node["$ref"].rpartition("/")[2] in known
            for each in node.values():
                walk(each)
        elif isinstance(node, list):
            for each in node:
                walk(each)

    walk(document)


def test_openapi_says_what_an_event_stream_holds(document: dict[str, Any]) -> None:
    told = document["paths"]["/ask"]["post"]["responses"]["200"]
    assert "text/event-stream" in told["content"]
    for name in ("passages", "token", "sentence", "done", "error"):
        assert f"`{name}`" in told["description"]
