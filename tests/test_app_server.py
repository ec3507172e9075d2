"""What only a real server shows: clients that leave, bodies that never end, raw paths."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from euaiqa.app import stream
from fakes_pipeline import FRENCH, FakePipeline, article, cite
from live_server import live

ODD = article("a%2Fb/..%20c.txt", "Un texte au nom étrange.")


@pytest.fixture
def fake() -> FakePipeline:
    return FakePipeline(gate=threading.Event(), articles=[ODD])


@pytest.fixture
def url(fake: FakePipeline) -> Iterator[str]:
    with live(lambda: fake, queue=1, readers=1) as url:
        yield url
        if fake.gate:
            fake.gate.set()


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.005)


def send(url: str, body: bytes) -> socket.socket:
    """Send a request by hand and keep the connection."""
    host, port = urlsplit(url).netloc.split(":")
    connection = socket.create_connection((host, int(port)), timeout=5)
    connection.sendall(
        f"POST /ask HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    return connection


def receive(connection: socket.socket, awaited: bytes) -> bytes:
    """Read until some bytes have come."""
    read = b""
    while awaited not in read:
        part = connection.recv(4096)
        assert part, read
        read += part
    return read


def question(*, streamed: bool) -> bytes:
    return json.dumps({"question": "Combien ?", "stream": streamed}).encode()


def answered(url: str) -> bool:
    reply = httpx.post(f"{url}/ask", json={"question": "x"}, timeout=5, trust_env=False)
    return reply.status_code == 200


def test_stream_client_that_leaves_stops_the_generation(url: str, fake: FakePipeline) -> None:
    fake.enqueue(FRENCH)
    with (
        httpx.Client(trust_env=False) as client,
        client.stream("POST", f"{url}/ask", json={"question": "x", "stream": True}) as response,
    ):
        lines = response.iter_lines()
        assert next(lines) == ": waiting"
        while "token" not in next(lines):
            pass
    assert fake.stopped.wait(5)
    assert fake.gate
    fake.gate.set()
    assert answered(url)


def test_json_client_that_leaves_stops_the_generation(url: str, fake: FakePipeline) -> None:
    fake.enqueue(FRENCH)
    connection = send(url, question(streamed=False))
    until(lambda: bool(fake.asked))
    connection.close()
    assert fake.stopped.wait(5)


@pytest.mark.parametrize("streamed", [True, False])
def test_waiting_client_that_leaves_frees_its_place(
    url: str, fake: FakePipeline, streamed: bool
) -> None:
    assert fake.gate
    fake.enqueue(FRENCH, FRENCH)
    first = send(url, question(streamed=True))
    until(lambda: bool(fake.asked))
    second = send(url, question(streamed=streamed))

    def refused() -> bool:
        # The place is taken for the time of this probe only, if it was free.
        try:
            reply = httpx.post(f"{url}/ask", json={"question": "x"}, timeout=0.2, trust_env=False)
        except httpx.ReadTimeout:
            return False
        return reply.status_code == 503

    until(refused)
    second.close()
    until(lambda: not refused())
    first.close()
    fake.gate.set()
    until(lambda: answered(url))
    assert fake.most_at_work == 1


def test_full_line_refuses_with_retry_after(url: str, fake: FakePipeline) -> None:
    assert fake.gate
    fake.enqueue(FRENCH, FRENCH)
    with send(url, question(streamed=True)):
        until(lambda: bool(fake.asked))
        with send(url, question(streamed=True)) as waiting:
            receive(waiting, b": waiting")  # at once, before its turn
            for body in ({"question": "x"}, {"question": "x", "stream": True}):
                reply = httpx.post(f"{url}/ask", json=body, timeout=5, trust_env=False)
                assert reply.status_code == 503
                assert reply.headers["content-type"] == "application/problem+json"
                assert 1 <= int(reply.headers["retry-after"]) <= 60


def test_stream_is_kept_awake(
    url: str, fake: FakePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.05)
    fake.enqueue(FRENCH)
    with (
        httpx.Client(trust_env=False) as client,
        client.stream("POST", f"{url}/ask", json={"question": "x", "stream": True}) as response,
    ):
        beats = 0
        for line in response.iter_lines():
            beats += line == ": waiting"
            if beats == 4 and fake.gate:
                fake.gate.set()
            if line == "event: done":
                break
        assert beats >= 4


def test_stopping_the_server_stops_the_generation(fake: FakePipeline) -> None:
    fake.enqueue(FRENCH)
    with live(lambda: fake) as url:
        connection = send(url, question(streamed=True))
        until(lambda: bool(fake.asked))
    assert fake.stopped.wait(5)
    connection.close()


def test_body_without_end_is_refused_early(url: str) -> None:
    host, port = urlsplit(url).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(
            f"POST /ask HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            "Transfer-Encoding: chunked\r\n\r\n".encode()
        )
        connection.sendall(b"".join(b"2000\r\n" + b" " * 8_192 + b"\r\n" for _ in range(9)))
        answer = receive(connection, b"application/problem+json")
    assert b" 413 " in answer.splitlines()[0]


def test_body_that_announces_too_much_is_refused_unread(url: str) -> None:
    host, port = urlsplit(url).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(
            f"POST /ask HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            "Content-Length: 99999999\r\n\r\n".encode()
        )
        assert b" 413 " in receive(connection, b"\r\n").splitlines()[0]


def test_source_name_with_escapes_and_dots_is_found_by_its_url(url: str) -> None:
    address = url + cite(1, ODD, "nom étrange").url
    served = httpx.get(address, headers={"Accept": "application/json"}, trust_env=False)
    assert served.json()["document"] == ODD.id


@pytest.mark.parametrize(
    "path", ["/sources/../../etc/passwd", "/static/../templates/base.html", "/sources/%2e%2e/x"]
)
def test_raw_dots_lead_nowhere(url: str, path: str) -> None:
    host, port = urlsplit(url).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert b" 404 " in receive(connection, b"\r\n").splitlines()[0]
