"""One file from the web, because somebody asked for it by its address.

Takes an address and gives the bytes, with what the server says they are. The name is
resolved here, every address of it must be a public one, and the connection goes to the
address that was checked: a name that changes its mind in between changes nothing. No
cookies, no passwords, no proxy (it would connect in our place, and the check would mean
nothing); five redirections at most, each checked like the first.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import re
import socket
import ssl
import threading
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from euaiqa.errors import AddingFailed

if TYPE_CHECKING:
    import httpx

MAX_BYTES = 20_000_000  # after decompression
MAX_SECONDS = 30.0  # from the first name that is resolved to the last byte
MAX_REDIRECTS = 5
AGENT = "euaiqa (reads one article for its user, who asked for it)"

_SAVE = "open it in a browser, save the page and add the file"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # IPv4 behind NAT64
# Public by its number, but inside Azure it is the machine's own service.
_INTERNAL = ipaddress.ip_address("168.63.129.16")
_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/epub+zip": ".epub",
    "message/rfc822": ".eml",
    "multipart/related": ".mhtml",
    "application/x-mimearchive": ".mhtml",
}
_UNTOLD = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/zip"})

Resolve = Callable[[str, int], Awaitable[list[str]]]
Transport = Callable[[], "httpx.AsyncBaseTransport"]


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file from the web: its bytes, the suffix of its format, and where it was in the end."""

    data: bytes
    suffix: str
    charset: str
    address: str


def fetch(
    address: str, *, resolve: Resolve | None = None, transport: Transport | None = None
) -> Fetched:
    """Fetch one file.

    Args:
        address: an `http` or `https` address.
        resolve: gives the IP addresses of a name; the system's by default.
        transport: makes what connects; tests put their own server there.

    Raises:
        AddingFailed: the address is not of the public web, the server does not answer or
            refuses, or the file is too large, too slow or of no format that is read.
    """
    return asyncio.run(_fetch_in_time(address, resolve or _resolve, transport or _transport))


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, as seen from any machine."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _TRANSLATED or int(ip) >> 32 == 0:  # NAT64; the old IPv4-compatible form
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and ip != _INTERNAL


async def _fetch_in_time(address: str, resolve: Resolve, transport: Transport) -> Fetched:
    import httpx

    try:
        async with asyncio.timeout(MAX_SECONDS):
            return await _fetch(address, resolve, transport)
    except TimeoutError as error:
        raise AddingFailed(
            f"{address} takes longer than {MAX_SECONDS:.0f} s", hint=f"try again, or {_SAVE}"
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise AddingFailed(
            f"{address} cannot be fetched: {reason}", hint=f"check the address, or {_SAVE}"
        ) from error


async def _fetch(address: str, resolve: Resolve, transport: Transport) -> Fetched:
    import httpx

    for _ in range(MAX_REDIRECTS + 1):
        url = _checked(address)
        host = url.raw_host.decode("ascii")
        port = url.port or (443 if url.scheme == "https" else 80)
        ip = await _public_address(url.host, host, port, resolve)
        request = httpx.Request(
            "GET",
            url.copy_with(host=ip, fragment=None),
            headers={
                "Host": url.netloc.decode("ascii"),
                "User-Agent": AGENT,
                "Accept": "text/html,application/xhtml+xml,application/pdf,text/plain,*/*;q=0.5",
                "Accept-Encoding": "gzip, deflate",
                "Accept-Language": "fr,en",
            },
            # The certificate must be the name's, not the number's.
            extensions={"sni_hostname": host, "timeout": httpx.Timeout(MAX_SECONDS).as_dict()},
        )
        async with transport() as connection:
            response = await connection.handle_async_request(request)
            try:
                following = response.headers.get("location")
                if response.status_code in _REDIRECTS and following:
                    address = str(url.join(following))
                    continue
                if response.status_code != 200:
                    raise AddingFailed(
                        f"{address}: the server answers {response.status_code}",
                        hint=f"check the address, or {_SAVE}",
                    )
                return await _read(response, str(url.copy_with(fragment=None)))
            finally:
                await response.aclose()
    raise AddingFailed(f"{address}: more than {MAX_REDIRECTS} redirections", hint=_SAVE)


def _checked(address: str) -> httpx.URL:
    """The address, where it is one that may be asked."""
    import httpx

    url = httpx.URL(address)
    if url.scheme not in ("http", "https") or not url.host:
        raise AddingFailed(
            f"{address} is no address of the web", hint="give one that begins with https://"
        )
    if url.userinfo:
        raise AddingFailed(
            f"the address at {url.host} holds a user name or a password, which are not sent",
            hint=_SAVE,
        )
    return url


async def _public_address(name: str, host: str, port: int, resolve: Resolve) -> str:
    """The address to connect to; every address of the name must be public."""
    found = await resolve(host, port)
    if not found:
        raise AddingFailed(f"{name} has no address", hint="check the address")
    for ip in found:
        if not is_public(ip):
            raise AddingFailed(
                f"{name} is {ip}, inside this network: only the public web is fetched",
                hint="save the page and add the file",
            )
    # The family that everybody has: without IPv6 at home, connecting to it takes a timeout.
    return next((ip for ip in found if ":" not in ip), found[0])


async def _resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, from a thread for which nobody waits when it takes too long."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[Any]] = loop.create_future()

    def tell(found: list[Any] | Exception) -> None:
        if answer.done():
            return
        if isinstance(found, Exception):
            answer.set_exception(found)
        else:
            answer.set_result(found)

    def ask() -> None:
        found: list[Any] | Exception
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except Exception as error:  # noqa: BLE001 - raised where it is awaited
            found = error
        with contextlib.suppress(RuntimeError):  # the loop is closed: too late
            loop.call_soon_threadsafe(tell, found)

    # asyncio's own threads are joined at its end, which can take as long as they like.
    threading.Thread(target=ask, name="resolve", daemon=True).start()
    found = await answer
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _transport() -> httpx.AsyncBaseTransport:
    import certifi
    import httpx

    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()  # those of the machine too, as of a company
    return httpx.AsyncHTTPTransport(verify=context, trust_env=False)


async def _read(response: httpx.Response, address: str) -> Fetched:
    """The body, decompressed here: a bomb is cut where it is too large, not after it."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", "deflate"):
        raise AddingFailed(f"{address} is sent in the encoding {encoding}", hint=_SAVE)
    unpacker = None if encoding == "identity" else zlib.decompressobj(47)  # gzip or zlib
    data = bytearray()
    async for piece in response.stream:  # type: ignore[union-attr]
        try:
            part = unpacker.decompress(piece, MAX_BYTES + 1 - len(data)) if unpacker else piece
        except zlib.error as error:
            raise AddingFailed(f"{address} is sent damaged", hint="try again") from error
        data += part
        if len(data) > MAX_BYTES:
            raise AddingFailed(
                f"{address} is larger than {MAX_BYTES // 1_000_000} MB",
                hint="save it and add the file",
            )
    if unpacker is not None and not unpacker.eof:
        raise AddingFailed(f"{address} is sent incomplete", hint="try again")
    told = response.headers.get("content-type", "")
    charset = re.search(r"charset\s*=\s*[\"']?([\w-]+)", told, re.IGNORECASE)
    return Fetched(
        bytes(data),
        _suffix(told.partition(";")[0].strip().lower(), bytes(data[:1_024]), address),
        charset[1] if charset else "",
        address,
    )


def _suffix(kind: str, begin: bytes, address: str) -> str:
    """The format by what the server says, unless the bytes say something else."""
    if b"%PDF-" in begin:
        return ".pdf"
    if kind in _UNTOLD:
        path = re.sub(r"[?#].*", "", address).lower()
        match = re.search(r"\.(html?|txt|md|pdf|docx|epub|eml|mht|mhtml)$", path)
        if match:
            return match[0]
        if begin.lstrip()[:1] == b"<":
            return ".html"
    if kind in _SUFFIXES:
        return _SUFFIXES[kind]
    raise AddingFailed(
        f"{address} is {kind or 'of an unknown kind'}, which is not read",
        hint="save its text as .txt and add that",
    )
