"""Fetching one file from the web, from a server of the test's own behind a public name."""

from __future__ import annotations

import contextlib
import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from euaiqa.documents import fetching
from euaiqa.documents.fetching import Fetched, fetch, is_public
from euaiqa.errors import AddingFailed

PUBLIC = "93.184.216.34"
PAGE = "<p>Été à Liège</p>".encode()


class Web:
    """Answers by path; remembers what was asked, and where the connection went."""

    def __init__(self) -> None:
        self.replies: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.connected: list[tuple[str, object]] = []
        self.names = {"news.example": [PUBLIC], "other.example": [PUBLIC]}
        self.slow = 0.0
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.asked.append((self.path, dict(self.headers)))
                status, headers, body = web.replies.get(self.path, (404, {}, b""))
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                for at in range(0, len(body), 1_000_000):
                    time.sleep(web.slow)
                    self.wfile.write(body[at : at + 1_000_000])

            def log_message(self, *args: object) -> None:
                pass

            def handle(self) -> None:
                with contextlib.suppress(ConnectionError):
                    super().handle()

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def page(self, path: str, body: bytes = PAGE, kind: str = "text/html", **headers: str) -> None:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        self.replies[path] = (200, {"Content-Type": kind, **fields}, body)

    def moved(self, path: str, to: str) -> None:
        self.replies[path] = (302, {"Location": to, "Set-Cookie": "a=b"}, b"")

    async def resolve(self, host: str, port: int) -> list[str]:
        return self.names.get(host, [])

    def transport(self) -> httpx.AsyncBaseTransport:
        web = self

        class Rerouted(httpx.AsyncHTTPTransport):
            async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
                sni = request.extensions["sni_hostname"]
                web.connected.append((request.url.host, sni))
                port = web.server.server_address[1]
                request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=port)
                return await super().handle_async_request(request)

        return Rerouted(trust_env=False)

    def fetch(self, address: str) -> Fetched:
        return fetch(address, resolve=self.resolve, transport=self.transport)


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web()
    yield web
    web.server.shutdown()
    web.server.server_close()


def test_fetch_connects_to_the_checked_address_and_asks_for_the_name(web: Web) -> None:
    web.page("/a?b=1", kind="text/html; charset=windows-1252")
    got = web.fetch("https://news.example:8443/a?b=1#part")
    assert got == Fetched(PAGE, ".html", "windows-1252", "https://news.example:8443/a?b=1")
    assert web.connected == [(PUBLIC, "news.example")]
    ((path, headers),) = web.asked
    assert path == "/a?b=1"
    assert headers["Host"] == "news.example:8443"
    assert headers["User-Agent"].startswith("euaiqa")
    assert not {"Cookie", "Authorization", "Referer"} & set(headers)


def test_fetch_ignores_a_proxy_in_the_environment(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    web.page("/a")
    assert web.fetch("http://news.example/a").data == PAGE


def test_fetch_follows_redirections_without_cookies_and_tells_the_last_address(web: Web) -> None:
    web.moved("/a", "https://other.example/b")
    web.moved("/b", "/c")
    web.page("/c")
    assert web.fetch("http://news.example/a").address == "https://other.example/c"
    assert [sni for _, sni in web.connected] == ["news.example", "other.example", "other.example"]
    assert all("Cookie" not in headers for _, headers in web.asked)


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("http://inside.example/", "inside this network"),
        ("http://169.254.169.254/latest", "inside this network"),
        ("file:///etc/passwd", "no address of the web"),
        ("http://u:p@other.example/", "user name or a password"),
        ("/a", "more than 5 redirections"),
        ("http://[broken/", ""),
    ],
)
def test_fetch_checks_every_redirection(web: Web, to: str, reason: str) -> None:
    web.names |= {"inside.example": ["10.0.0.8"], "169.254.169.254": ["169.254.169.254"]}
    web.moved("/a", to)
    with pytest.raises(AddingFailed) as caught:
        web.fetch("http://news.example/a")
    assert reason in caught.value.message
    assert caught.value.hint
    assert {ip for ip, _ in web.connected} == {PUBLIC}


def test_fetch_name_with_one_private_address_is_refused(web: Web) -> None:
    web.names["mixed.example"] = [PUBLIC, "192.168.1.1"]
    with pytest.raises(AddingFailed, match=r"mixed\.example is 192\.168\.1\.1"):
        web.fetch("http://mixed.example/")
    assert web.connected == []


def test_fetch_name_that_changes_its_address_is_asked_for_once(web: Web) -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"]])

    async def rebinding(host: str, port: int) -> list[str]:
        return next(answers)

    web.page("/a")
    fetch("http://news.example/a", resolve=rebinding, transport=web.transport)
    assert web.connected == [(PUBLIC, "news.example")]
    assert next(answers) == ["127.0.0.1"]


@pytest.mark.parametrize("name", ["localhost", "127.1", "2130706433", "[::1]", "0.0.0.0"])
def test_fetch_the_machine_itself_is_refused_by_any_of_its_names(name: str) -> None:
    with pytest.raises(AddingFailed):
        fetch(f"http://{name}:1/")


@pytest.mark.parametrize(
    "address",
    "127.0.0.1 10.1.2.3 172.16.0.1 192.168.0.1 169.254.169.254 100.64.0.1 100.100.100.200 0.0.0.0"
    " 224.0.0.1 240.0.0.1 255.255.255.255 192.0.2.1 198.18.0.1 168.63.129.16 ::1 :: fe80::1"
    " fe80::1%eth0 fc00::1 fd00:ec2::254 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1"
    " 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 2002:7f00:1::1 fec0::1 2001:db8::1 no".split(),
)
def test_is_public_of_inner_addresses_is_false(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", [PUBLIC, "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_is_public_of_the_public_web_is_true(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("code", "encoding"), [(gzip.compress, "gzip"), (zlib.compress, "deflate")]
)
def test_fetch_unpacks_what_is_sent_packed(
    web: Web, code: Callable[[bytes], bytes], encoding: str
) -> None:
    web.page("/a", code(PAGE), content_encoding=encoding)
    assert web.fetch("http://news.example/a").data == PAGE


@pytest.mark.parametrize(
    ("body", "headers", "reason"),
    [
        (b"a" * (fetching.MAX_BYTES + 1), {}, "larger than 20 MB"),
        (gzip.compress(b"a" * (fetching.MAX_BYTES + 1)), {"gzip": ""}, "larger than 20 MB"),
        (gzip.compress(PAGE)[:-9], {"gzip": ""}, "incomplete"),
        (b"no gzip", {"gzip": ""}, "damaged"),
        (PAGE, {"gzip, gzip": ""}, "in the encoding"),
        (PAGE, {"br": ""}, "in the encoding"),
    ],
)
def test_fetch_bounds_what_comes_by_what_it_unpacks_to(
    web: Web, body: bytes, headers: dict[str, str], reason: str
) -> None:
    encoding = {"content_encoding": next(iter(headers))} if headers else {}
    web.page("/a", body, **encoding)
    with pytest.raises(AddingFailed, match=reason):
        web.fetch("http://news.example/a")


def test_fetch_takes_no_longer_than_it_may(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MAX_SECONDS", 0.3)
    web.page("/a", b"a" * 10_000_000)
    web.slow = 0.2
    started = time.monotonic()
    with pytest.raises(AddingFailed, match="takes longer"):
        web.fetch("http://news.example/a")
    assert time.monotonic() - started < 2


def test_fetch_does_not_wait_for_a_name_that_takes_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()

    def slow(*_: object, **__: object) -> list[object]:
        asked.wait(5)
        return []

    monkeypatch.setattr(fetching, "MAX_SECONDS", 0.2)
    monkeypatch.setattr(socket, "getaddrinfo", slow)
    started = time.monotonic()
    with pytest.raises(AddingFailed, match="takes longer"):
        fetch("http://news.example/a")
    assert time.monotonic() - started < 2
    asked.set()


def test_fetch_name_that_does_not_exist_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", none)
    with pytest.raises(AddingFailed, match="Name or service not known"):
        fetch("http://news.example/a")


@pytest.mark.parametrize(
    ("kind", "body", "path", "suffix"),
    [
        ("text/html", PAGE, "/a", ".html"),
        ("TEXT/HTML; charset=x", PAGE, "/a", ".html"),
        ("application/xhtml+xml", PAGE, "/a", ".html"),
        ("text/plain", b"text", "/a", ".txt"),
        ("text/html", b"%PDF-1.4", "/a", ".pdf"),
        ("application/octet-stream", b"PK", "/a.docx?x=1", ".docx"),
        ("", b" <html>", "/a", ".html"),
    ],
)
def test_fetch_tells_the_format(web: Web, kind: str, body: bytes, path: str, suffix: str) -> None:
    web.page(path, body, kind)
    assert web.fetch(f"http://news.example{path}").suffix == suffix


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://news.example/missing", "answers 404"),
        ("http://news.example/picture", "image/png, which is not read"),
        ("http://unknown.example/", "has no address"),
        ("ftp://news.example/", "no address of the web"),
        ("http://" + "a" * 300 + ".example/", ""),
        ("http:///x", "no address of the web"),
    ],
)
def test_fetch_that_fails_tells_why_and_what_to_do(web: Web, address: str, reason: str) -> None:
    web.page("/picture", b"\x89PNG", "image/png")
    with pytest.raises(AddingFailed) as caught:
        web.fetch(address)
    assert reason in caught.value.message
    assert caught.value.hint
