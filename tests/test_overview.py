"""`euaiqa status`, and what `euaiqa serve` is given to rebuild with."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner

from euaiqa import app as web
from euaiqa import pipeline
from euaiqa.cli import app
from euaiqa.operations import Changes, Status
from euaiqa.settings import Settings
from fakes_operations import NOTHING, STATUS, FakeOperations
from fakes_pipeline import FakePipeline


def told(monkeypatch: pytest.MonkeyPatch, status: Status, *options: str) -> str:
    monkeypatch.setattr(pipeline, "status", lambda settings: status)
    result = CliRunner().invoke(app, ["status", *options])
    assert result.exit_code == 0, result.output
    return result.output


def test_status_is_printed_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    output = told(monkeypatch, STATUS)
    for line in (
        "Articles    13: 9 French, 4 English; 2 reprint one another",
        "            2025: 7, 2024: 5, undated: 1",
        "            240 passages, 1,312 sentences, 12.3 MB; encoder: fake-encoder, "
        "vector search: flat",
        "            before: older-index — `euaiqa index --rollback`",
        "Models      fake-encoder: MIT, 120 MB, verified",
        "            fake-model: Apache-2.0, 986 MB, not there — `euaiqa models pull`",
        "+ 2026/élan.txt",
        "~ c.txt",
        "! scan.pdf: it holds no text — make it searchable, then copy it again",
        "! <b>x</b>.txt: empty",
        "2 new, 1 changed, 0 gone, 13 as before, 2 that cannot be read.",
    ):
        assert line in output.splitlines(), line
    assert "Index       version fake-index, built 2026-03-01" in output


def test_status_without_an_index_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    output = told(monkeypatch, NOTHING)
    assert "none yet — `euaiqa index` builds one" in output and "Articles    0" in output


def test_status_tells_a_version_that_was_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    output = told(monkeypatch, replace(STATUS, held=True, changes=Changes(unchanged=13)))
    assert "put back by hand" in output and "none: the index holds" in output


def test_status_names_are_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = Changes(added=("[red]a[/red].txt", "[/].txt"))
    assert "+ [red]a[/red].txt" in told(monkeypatch, replace(STATUS, changes=odd))


def test_status_as_json_has_every_field(monkeypatch: pytest.MonkeyPatch) -> None:
    found = json.loads(told(monkeypatch, STATUS, "--json"))
    assert set(found) == set(Status.__slots__)
    assert found["changes"]["problems"][0]["remedy"].startswith("make it")
    assert found["built"].startswith("2026-03-01") and found["changes"]["added"][1] == "b.md"


@pytest.mark.parametrize("options", [[], ["--watch"]])
def test_serve_can_rebuild_what_it_loads(
    monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    served: dict[str, Any] = {}

    class Loading(FakeOperations):
        def __init__(self, settings: Settings) -> None:
            super().__init__()

        def load(self) -> FakePipeline:
            return FakePipeline(index_version="loaded")

    def serve(settings: Settings, load: Any, operations: Any, *, watch: bool) -> None:
        served.update(load=load, operations=operations, watch=watch)

    monkeypatch.setattr(pipeline, "prepare", lambda settings, console: None)
    monkeypatch.setattr(pipeline, "Reindexing", Loading)
    monkeypatch.setattr(web, "serve", serve)
    result = CliRunner().invoke(app, ["serve", "--port", "0", *options])
    assert result.exit_code == 0, result.output
    assert served["watch"] == bool(options)
    assert isinstance(served["operations"], Loading)
    assert served["load"]().index_version == "loaded"
