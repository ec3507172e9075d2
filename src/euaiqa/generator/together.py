"""What several readers' texts need next, decoded in one batch.

A batch reads the model's weights once, so that a token of each of four texts takes two thirds
of the time of four tokens in turn (docs/adr/0017-several-readers.md). Takes runs from several
threads, gives each the logits after it. The thread that comes first decodes for those that came
meanwhile; nobody else owns the model.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from euaiqa.errors import GenerationError
from euaiqa.generator.context import BATCH, Run

Logits = NDArray[np.float32]

# For how long the others' next tokens are waited for: between two tokens of a text about a
# millisecond goes by, and decoding one takes twenty at least.
GATHER = 0.003  # seconds
_STEP = 0.0003


class Ticket:
    """A place in the queue for a lock; its owner may be told to go without having had it."""

    def __init__(self) -> None:
        self.over = False
        self.waits = threading.Lock()
        self.waits.acquire()


class InTurn:
    """A lock that is given to those who wait for it in the order in which they came.

    With `threading.Lock` a thread that lets go and comes back at once, as one that writes does,
    gets in before those who wait.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[Ticket] = deque()
        self._taken = False

    def take(self, ticket: Ticket) -> bool:
        """Wait for the lock; false, without it, once the ticket's owner need not wait any more."""
        with self._mutex:
            if ticket.over:
                return False
            if not self._taken:
                self._taken = True
                return True
            self._waiting.append(ticket)
        ticket.waits.acquire()
        return not ticket.over

    def excuse(self, ticket: Ticket) -> None:
        """Tell a ticket's owner, waiting or about to, not to wait any more."""
        with self._mutex:
            ticket.over = True
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                ticket.waits.release()

    def give(self) -> None:
        """Give the lock to the next one."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().waits.release()
            else:
                self._taken = False

    def __enter__(self) -> None:
        self.take(Ticket())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.give()


@dataclass(slots=True)
class _Wanted:
    """A run, and what came of it."""

    run: Run
    epoch: int
    ticket: Ticket
    logits: Logits | None = None
    error: GenerationError | None = None


class Together:
    """Decodes runs of different sequences that different threads ask for at the same time."""

    def __init__(
        self,
        lock: InTurn,
        decode: Callable[[Sequence[Run]], list[Logits]],
        writing: Callable[[], int],
        epoch: Callable[[], int],
    ) -> None:
        """Prepare.

        Args:
            lock: held while anything is decoded.
            decode: of runs that are `BATCH` tokens together at most, or of one.
            writing: how many texts are being written: who might want a token.
            epoch: changes where the cells of all sequences were lost.
        """
        self._lock = lock
        self._decode = decode
        self._writing = writing
        self._epoch = epoch
        self._wanted: deque[_Wanted] = deque()

    def decode(self, run: Run, epoch: int) -> Logits | None:
        """The logits after a run; None where its sequence's cells were lost since `epoch`.

        Raises:
            GenerationError: llama.cpp fails.
        """
        mine = _Wanted(run, epoch, Ticket())
        self._wanted.append(mine)
        if self._lock.take(mine.ticket):
            try:
                self._gather()
                while not mine.ticket.over:
                    self._decode_some()
            finally:
                self._lock.give()
        if mine.error:
            raise mine.error
        return mine.logits

    def serve(self) -> None:
        """Decode what others want now, for one who holds the lock for long.

        Raises:
            GenerationError: the cells of all sequences were lost by it.
        """
        epoch = self._epoch()
        if self._wanted:
            self._decode_some()
        if self._epoch() != epoch:
            raise GenerationError("the model's context was cleared meanwhile", hint="ask again")

    def _gather(self) -> None:
        """Wait a little for those who write too."""
        until = time.monotonic() + GATHER
        while len(self._wanted) < self._writing() and time.monotonic() < until:
            time.sleep(_STEP)

    def _decode_some(self) -> None:
        """Decode what is wanted, in the order in which it came, as much as fits into one batch."""
        part: list[_Wanted] = []
        tokens = 0
        while self._wanted:
            tokens += len(self._wanted[0].run.tokens)
            if part and tokens > BATCH:
                break
            part.append(self._wanted.popleft())
        kept = [one for one in part if one.epoch == self._epoch()]
        try:
            logits = self._decode([one.run for one in kept]) if kept else []
            for one, found in zip(kept, logits, strict=True):
                one.logits = found
        except GenerationError as error:
            for one in kept:
                one.error = error
        finally:
            for one in part:
                self._lock.excuse(one.ticket)
