"""What is refused before anything reads it, and the headers on every response."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from euaiqa.app.guard import MAX_BODY
from euaiqa.app.problems import without_paths
from euaiqa.settings import Settings
from fakes_pipeline import FakePipeline
from test_app import JSON, PAGE, is_problem, serving, until


@pytest.fixture
def client() -> Iterator[TestClient]:
    with serving(FakePipeline) as client:
        until(lambda: client.get("/health").status_code == 200)
        yield client


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8000", "localhost", "LOCALHOST:9", "[::1]:8000", "127.0.0.1"]
)
def test_host_loopback_names_are_served(client: TestClient, host: str) -> None:
    assert client.get("/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evil@evil", "", "[::1",
     "127.0.0.1@evil.example"],
)  # fmt: skip
def test_host_foreign_names_are_refused_when_bound_to_loopback(
    client: TestClient, host: str
) -> None:
    is_problem(client.get("/health", headers={"Host": host}), 421, "wrong-host")
    page = client.get("/", headers={"Host": host, **PAGE})
    assert page.status_code == 421
    assert page.headers["content-type"].startswith("text/html")


def test_host_any_name_is_served_when_bound_to_all_addresses() -> None:
    with serving(FakePipeline, host="0.0.0.0") as client:
        until(lambda: client.get("/health").status_code == 200)
        assert client.get("/", headers={"Host": "answers.example"}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"Origin": "http://127.0.0.1:8000"}, True),
        ({"Origin": "https://127.0.0.1:8000"}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8000"}, False),
        ({"Origin": "http://127.0.0.1:8001"}, False),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://["}, False),
    ],
)
@pytest.mark.parametrize("path", ["/", "/ask"])
def test_origin_of_another_site_is_refused(
    client: TestClient, path: str, headers: dict[str, str], allowed: bool
) -> None:
    sent: dict[str, Any] = (
        {"json": {"question": "x"}} if path == "/ask" else {"data": {"question": "x"}}
    )
    response = client.post(path, headers=headers, **sent)
    if allowed:
        assert response.status_code == 200
    else:
        is_problem(response, 403, "foreign-origin")


def test_origin_links_from_other_sites_still_open_pages(client: TestClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", **PAGE}
    assert client.get("/", headers=headers).status_code == 200


def body_of(size: int) -> bytes:
    return b'{"question": "x"}'.ljust(size)


@pytest.mark.parametrize("path", ["/ask", "/"])
def test_body_over_the_limit_is_refused(client: TestClient, path: str) -> None:
    headers = {"Content-Type": "application/json"}
    response = client.post(path, content=body_of(MAX_BODY + 1), headers=headers)
    is_problem(response, 413, "too-large")


def test_body_at_the_limit_is_taken(client: TestClient) -> None:
    headers = {"Content-Type": "application/json"}
    response = client.post("/ask", content=body_of(MAX_BODY), headers=headers)
    assert response.status_code == 200


def test_body_in_chunks_is_read_no_further_than_the_limit(client: TestClient) -> None:
    read = 0

    def chunks() -> Iterator[bytes]:
        nonlocal read
        for _ in range(1_000):
            read += 1
            yield b" " * 1_024

    response = client.post("/ask", content=chunks(), headers={"Content-Type": "application/json"})
    is_problem(response, 413, "too-large")


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/", PAGE), ("/sources", PAGE), ("/nowhere", PAGE), ("/nowhere", JSON), ("/health", {}),
     ("/static/style.css", {}), ("/openapi.json", {}), ("/", {"Host": "evil.example"})],
)  # fmt: skip
def test_every_response_has_the_safe_headers(
    client: TestClient, path: str, headers: dict[str, str]
) -> None:
    told = client.get(path, headers=headers).headers
    policy = told["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert told["x-content-type-options"] == "nosniff"
    assert told["referrer-policy"] == "same-origin"
    assert told["cache-control"] == ("no-cache" if path.startswith("/static") else "no-store")


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/metrics", "/admin/nowhere", "/v1/models"])
def test_what_is_not_in_this_version_is_not_there(client: TestClient, path: str) -> None:
    is_problem(client.get(path), 404, "not-found")


def test_without_paths_shortens_absolute_paths_only() -> None:
    settings = Settings(index=Path("/srv/my data/index"), seeds=Path("seeds"))
    shorten = without_paths
    assert shorten("no index in /srv/my data/index", settings) == "no index in index"
    assert shorten("'/opt/x/model.gguf' is gone", settings) == "'model.gguf' is gone"
    assert shorten(r"C:\Users\me\model.gguf is gone", settings) == "model.gguf is gone"
    assert shorten(f"{Path.cwd()}/seeds/a.txt", settings).endswith("a.txt")
    assert str(Path.cwd()) not in shorten(f"{Path.cwd()}/seeds/a.txt", settings)
    for kept in ("see https://example.org/a/b", "POST /ask", "and/or", "2025/a.txt: empty"):
        assert shorten(kept, settings) == kept
