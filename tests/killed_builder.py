"""Builds an index again and again in children that die at a given moment.

    python tests/killed_builder.py SEEDS INDEX

Each line of the standard input starts one build: `event N` kills it when it is about to do the
N-th thing that touches a file, `after S` after so many seconds, `never` not at all; `full N` lets
no file grow beyond N bytes. Each is answered by a line: the child's exit code, and how many such
things it did, or the error that ended it.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from euaiqa import models, pipeline
from euaiqa.settings import Settings
from fakes import HashEncoder

TOUCHING = ("open", "os.", "shutil.", "tempfile.", "fcntl.", "mmap.")


def main() -> None:
    """Read lines until there are none."""
    settings = Settings(seeds=Path(sys.argv[1]), index=Path(sys.argv[2]))
    encoder = HashEncoder()
    files: Any = SimpleNamespace(path=Path(), fingerprint=encoder.fingerprint)
    models.locate_encoder = lambda _settings: files
    _import_all(settings, encoder)
    for line in sys.stdin:
        how, _, value = line.partition(" ")
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            _build(settings, encoder, how, float(value or 0), writer)
        os.close(writer)
        _, status = os.waitpid(child, 0)
        told = os.read(reader, 100).decode() or "0"
        os.close(reader)
        print(os.waitstatus_to_exitcode(status), told, flush=True)


def _build(settings: Settings, encoder: HashEncoder, how: str, value: float, writer: int) -> None:
    seen = 0

    def hook(event: str, _: Any) -> None:
        nonlocal seen
        if event.startswith(TOUCHING):
            seen += 1
            if how == "event" and seen == value:
                os.kill(os.getpid(), signal.SIGKILL)

    if how == "after":
        signal.setitimer(signal.ITIMER_REAL, value)  # SIGALRM, unhandled, ends it like SIGKILL
    if how == "full":
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(value), resource.RLIM_INFINITY))
    sys.addaudithook(hook)
    try:
        pipeline.update(settings, lambda: encoder)
        os.write(writer, str(seen).encode())
        os._exit(0)
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is told
        os.write(writer, type(error).__name__.encode())
        os._exit(1)


def _import_all(settings: Settings, encoder: HashEncoder) -> None:
    """What a build imports, so that no child does; nothing runs that would start threads."""
    import bm25s
    import faiss
    import filelock
    import Stemmer  # noqa: F401

    assert bm25s and faiss and filelock


if __name__ == "__main__":
    main()
