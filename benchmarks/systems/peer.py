"""A peer: a worker process, asked over JSON lines.

Whatever goes wrong there comes back as a sample's `error`: a comparison must not lose the
questions that a peer could not answer.
"""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.questions import Question
from benchmarks.systems import Sample, State
from benchmarks.workers.lines import Before, Config, Request

BEFORE: dict[State, Before] = {"cold": "instructions", "best": "passages", "warm": "nothing"}
PATIENCE = 1800.0  # seconds for one reply, the first of which waits for a whole index


class Peer:
    """One worker."""

    states: tuple[State, ...] = ("cold", "best", "warm")

    def __init__(
        self,
        name: str,
        corpus: str,
        command: Sequence[str],
        config: Config,
        passages: Mapping[str, list[str]],
        *,
        root: Path,
        log: Path,
        environment: Mapping[str, str],
    ) -> None:
        """Start the worker and wait until it is loaded; `error` tells what was wrong.

        Args:
            name: as tables call it.
            corpus: name of the folder of articles.
            command: starts the worker.
            config: for the worker.
            passages: by question id, for a worker that retrieves nothing: what it answers from.
            root: the folder that holds the package `benchmarks`.
            log: the worker's standard error.
            environment: of the process.
        """
        self.name = name
        self.idle_cpu = 0.0
        self.error = ""
        self.versions: dict[str, str] = {}
        self._corpus = corpus
        self._passages = passages
        self._process: subprocess.Popen[bytes] | None = None
        try:
            with log.open("wb") as errors:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    cwd=root,
                    env=dict(environment),
                )
        except OSError as error:
            self.error = f"cannot be started: {error.strerror}"
            return
        loaded = self._reply(config)
        self.error = loaded.get("error", "")
        self.versions = loaded.get("versions", {})

    def ask(self, question: Question, state: State) -> Sample:
        """Answer one question; an error of the worker's is in the sample."""
        about = (self._corpus, self.name, state, question.id)
        if self.error:
            return Sample(*about, error=self.error)
        request: Request = {
            "question": question.text,
            "before": BEFORE[state],
            "passages": self._passages.get(question.id, []),
        }
        reply = self._reply(request)
        self.idle_cpu += reply.pop("idle_cpu", 0.0)
        return Sample(*about, **reply)

    def close(self) -> None:
        """End the worker."""
        if self._process is None:
            return
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _reply(self, message: Any) -> dict[str, Any]:
        """Send one line and read one; where none comes, the worker is given up."""
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            return {"error": self.error}
        giving_up = threading.Timer(PATIENCE, process.kill)
        giving_up.start()
        try:
            process.stdin.write(json.dumps(message).encode() + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError:
            line = b""
        finally:
            giving_up.cancel()
        if not line:
            self.error = f"the worker ended (exit code {process.wait()})"
            return {"error": self.error}
        reply: dict[str, Any] = json.loads(line)
        return reply
