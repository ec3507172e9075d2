"""What every request passes before anything reads it, and the headers on every response.

Plain ASGI: it gives refusals as problem documents. Four guards, in this order:

- Host: bound to a loopback address, only loopback names are served, so that a foreign
  site cannot reach the server under its own name (DNS rebinding).
- Origin: a request that changes or costs something must come from this very site, or
  from a program that is no browser. Browsers tell by `Sec-Fetch-Site`; over plain HTTP
  on another machine they do not send it, and `Origin` must then equal `Host`.
- Size: a body is read up to `MAX_BODY`, whatever its `Content-Length` says or does not.
- Headers: no script or style but the site's own files, nothing framed, nothing leaked.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from euaiqa.app.problems import Problem

MAX_BODY: Final = 64 * 1024
"""Bytes."""

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": browsers then send "Origin: null" with our own form.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """The middleware; `refuse` makes the response for a problem."""

    def __init__(
        self, app: ASGIApp, *, host: str, refuse: Callable[[Request, Problem], Response]
    ) -> None:
        self._app = app
        self._refuse = refuse
        self._names = loopback_names(host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        guarded = _with_headers(scope, send)
        try:
            headers = Headers(scope=scope)
            self._check_host(headers)
            if scope["method"] not in {"GET", "HEAD", "OPTIONS"}:
                _check_origin(headers)
                receive = await _bounded(headers, receive)
        except Problem as problem:
            await self._refuse(Request(scope), problem)(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)

    def _check_host(self, headers: Headers) -> None:
        if self._names is None:
            return
        if _host_name(headers.get("host", "")) not in self._names:
            raise Problem(
                "wrong-host",
                "this server answers to its own names only",
                hint="open it as localhost",
            )


def loopback_names(host: str) -> frozenset[str] | None:
    """The host names that are served when listening on `host`; `None` for any."""
    bare = host.strip("[]").lower()
    try:
        loopback = ipaddress.ip_address(bare).is_loopback
    except ValueError:
        loopback = bare == "localhost"
    return frozenset({"localhost", "127.0.0.1", "::1", bare}) if loopback else None


def _host_name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def from_elsewhere(headers: Headers, told_by: str) -> bool:
    """Whether a page of another site led to a request.

    Args:
        headers: the request's.
        told_by: the header that tells where no `Sec-Fetch-Site` does: `origin` or `referer`.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = headers.get(told_by)
    # What follows the scheme: a proxy in front may speak HTTPS.
    host = origin.partition("://")[2].partition("/")[0] if origin else None
    return host is not None and host.lower() != headers.get("host", "").lower()


def _check_origin(headers: Headers) -> None:
    if from_elsewhere(headers, "origin"):
        raise Problem("foreign-origin", "requests are taken from this site's own pages only")


async def _bounded(headers: Headers, receive: Receive) -> Receive:
    """Read the body, at most `MAX_BODY` bytes of it, and give a `receive` that replays it."""
    too_large = Problem("too-large", f"the body is over {MAX_BODY // 1024} KiB")
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > MAX_BODY:
        raise too_large
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise too_large
        more = message.get("more_body", False)
    pending: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]
    if more:
        pending = [{"type": "http.disconnect"}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay


def _with_headers(scope: Scope, send: Send) -> Send:
    static = scope["path"].startswith("/static/")

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers[name] = value
            # Questions and answers stay out of caches; own files are revalidated.
            headers.setdefault("Cache-Control", "no-cache" if static else "no-store")
        await send(message)

    return guarded
