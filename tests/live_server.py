"""The application behind a real uvicorn on a free port, for tests of what sockets do."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn

from euaiqa.app import Operations, Pipeline, create_app
from euaiqa.settings import Settings


@contextmanager
def live(
    load: Callable[[], Pipeline],
    operations: Operations | None = None,
    *,
    ready: bool = True,
    watch: bool = False,
    **settings: Any,
) -> Iterator[str]:
    """Serve in a thread; gives the address once a question can be answered, or before."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        app = create_app(Settings(**settings), load, operations, watch)
        config = uvicorn.Config(
            app, log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(
            target=lambda: asyncio.run(server.serve(sockets=[listening])), daemon=True
        )
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            transport = httpx.HTTPTransport(retries=5)
            with httpx.Client(transport=transport, trust_env=False) as client:
                for _ in range(200):
                    if client.get(f"{url}/health").status_code == 200 or not ready:
                        break
                    threading.Event().wait(0.02)
            yield url
        finally:
            server.should_exit = True
            thread.join(10)
