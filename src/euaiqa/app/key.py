"""The key to what only an operator may do.

Takes the `Authorization` of a request; gives nothing, or a problem. Programs send
`Authorization: Bearer KEY`; a browser asks for a password in a dialogue of its own (Basic, any
user name), so that the pages need neither a form for it nor a cookie. Wrong keys are counted by
the caller's address: after `WRONG` of them within `WINDOW` seconds no key is looked at.

Source: https://www.rfc-editor.org/rfc/rfc7617 ; https://www.rfc-editor.org/rfc/rfc6750
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

from pydantic import SecretStr
from starlette.requests import Request

from euaiqa.app.negotiate import wants_page
from euaiqa.app.problems import Problem

WRONG: Final = 10
WINDOW: Final = 60.0
CALLERS: Final = 1_000
"""Addresses that are remembered at most; the one that was wrong longest ago is forgotten."""
HINT: Final = "send Authorization: Bearer KEY, or the key as the password of any user"


class Key:
    """The key of one application, and who sent wrong ones."""

    def __init__(self, key: SecretStr | None, clock: Callable[[], float] = time.monotonic) -> None:
        """Take the key; an empty one is none, or an empty password would open everything."""
        secret = key.get_secret_value() if key else ""
        self._digest = _digest(secret.encode()) if secret else None
        self._clock = clock
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, request: Request) -> None:
        """Let a request with the key pass.

        Raises:
            Problem: no key is set, or it was not given, or is not the right one.
        """
        if self._digest is None:
            raise Problem(
                "admin-off",
                "no key for the operator's calls is set on this server",
                hint="whoever runs it can set one in EUAIQA_ADMIN_KEY and start it again",
            )
        caller = _network(request.client.host if request.client else "")
        self._check_rate(caller)
        scheme, _, sent = request.headers.get("authorization", "").partition(" ")
        # A browser whose dialogue was given a wrong key must be told 401, or it would go on
        # sending that key until it is closed.
        browser = scheme.lower() == "basic" and wants_page(request)
        given = _given(scheme.lower(), sent.strip())
        if given is None:
            raise Problem("key-needed", "this call needs the operator's key", hint=HINT)
        if not hmac.compare_digest(_digest(given), self._digest):
            self._count(caller)
            raise Problem(
                "key-needed" if browser else "wrong-key",
                "this is not the operator's key",
                hint=HINT,
            )

    def _check_rate(self, caller: str) -> None:
        wrong = self._wrong.get(caller)
        if wrong is None:
            return
        now = self._clock()
        while wrong and wrong[0] <= now - WINDOW:
            wrong.popleft()
        if len(wrong) >= WRONG:
            raise Problem(
                "too-many-keys",
                "too many wrong keys came from this address",
                hint="wait, then try again with the right one",
                retry_after=max(1, math.ceil(wrong[0] + WINDOW - now)),
            )

    def _count(self, caller: str) -> None:
        self._wrong.setdefault(caller, deque()).append(self._clock())
        self._wrong.move_to_end(caller)
        if len(self._wrong) > CALLERS:
            self._wrong.popitem(last=False)


def _given(scheme: str, sent: str) -> bytes | None:
    """The key in a header; None where there is none."""
    raw = sent.encode("latin-1", "replace")  # the bytes as they came
    match scheme:
        case "bearer" if sent:
            return raw
        case "basic":
            try:
                return base64.b64decode(raw, validate=True).partition(b":")[2]
            except binascii.Error:
                return None
        case _:
            return None


def _digest(secret: bytes) -> bytes:
    """What is compared: of one length, so that the time tells nothing of the key's."""
    return hashlib.sha256(secret).digest()


def _network(host: str) -> str:
    """Whom wrong keys are counted for: an IPv6 caller has 2^64 addresses to choose from."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 6:
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return host
