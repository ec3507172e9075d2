"""Several threads' runs in one batch: everyone gets their own logits, in turn, and errors too."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from euaiqa.errors import GenerationError
from euaiqa.generator.context import BATCH, Run
from euaiqa.generator.together import InTurn, Logits, Together


class Model:
    """Gives each run its own tokens' sum; keeps what was decoded together."""

    def __init__(self) -> None:
        self.lock = InTurn()
        self.writing = 1
        self.epoch = 0
        self.batches: list[list[Run]] = []
        self.inside = 0
        self.fail = False
        self.slow = 0.0
        self.together = Together(self.lock, self.decode, lambda: self.writing, lambda: self.epoch)

    def decode(self, runs: Sequence[Run]) -> list[Logits]:
        self.inside += 1
        assert self.inside == 1
        time.sleep(self.slow)
        self.batches.append(list(runs))
        self.inside -= 1
        if self.fail:
            self.epoch += 1
            raise GenerationError("it broke")
        return [np.array([sum(run.tokens)], dtype=np.float32) for run in runs]


def run(*tokens: int, sequence: int = 0) -> Run:
    return Run(tokens, 0, sequence)


def at_once(count: int, do: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=do, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def test_decode_of_one_thread_is_one_run() -> None:
    model = Model()
    logits = model.together.decode(run(1, 2, 3), 0)
    assert logits is not None and logits.tolist() == [6]
    assert [len(batch) for batch in model.batches] == [1]


def test_decode_of_several_threads_is_few_batches_and_each_gets_its_own() -> None:
    model = Model()
    model.slow, model.writing = 0.005, 4
    wrong: list[int] = []

    def write(i: int) -> None:
        for token in range(10):
            logits = model.together.decode(run(100 * i, token, sequence=i), 0)
            if logits is None or logits.tolist() != [100 * i + token]:
                wrong.append(i)

    at_once(4, write)
    assert not wrong
    assert sum(map(len, model.batches)) == 40
    assert len(model.batches) < 20  # ten if no thread were ever late
    for batch in model.batches:
        assert len({one.sequence for one in batch}) == len(batch)


def test_decode_does_not_wait_for_who_does_not_come() -> None:
    model = Model()
    model.writing = 4
    began = time.monotonic()
    assert model.together.decode(run(1), 0) is not None
    assert time.monotonic() - began < 1


def test_decode_more_than_a_batch_is_several() -> None:
    model = Model()
    model.writing = 3
    at_once(3, lambda i: model.together.decode(run(*[1] * (BATCH // 2 + 1), sequence=i), 0))
    assert [len(batch) for batch in model.batches] == [1, 1, 1]


def test_decode_after_the_cells_were_lost_gives_nothing() -> None:
    model = Model()
    model.epoch = 3
    assert model.together.decode(run(1), 2) is None
    assert not model.batches


def test_decode_failure_is_told_to_all_of_the_batch_and_to_nobody_else() -> None:
    model = Model()
    model.fail, model.writing, model.slow = True, 3, 0.01
    told: list[object] = []

    def write(i: int) -> None:
        try:
            told.append(model.together.decode(run(1, sequence=i), 0))
        except GenerationError as error:
            told.append(error.message)

    at_once(3, write)
    assert len(told) == 3 and set(told) <= {"it broke", None} and "it broke" in told
    model.fail = False
    assert model.together.decode(run(1), model.epoch) is not None


def test_serve_lets_others_go_on_while_the_lock_is_held() -> None:
    model = Model()
    got: list[Logits | None] = []
    with model.lock:
        other = threading.Thread(target=lambda: got.append(model.together.decode(run(7), 0)))
        other.start()
        until = time.monotonic() + 5
        while not model.batches and time.monotonic() < until:
            model.together.serve()
        assert model.batches
    other.join(5)
    assert [one.tolist() for one in got if one is not None] == [[7]]


def test_serve_lets_a_text_go_on_token_after_token() -> None:
    """Its thread need not wait for the lock to ask for the next one."""
    model = Model()
    got: list[int] = []

    def write() -> None:
        for token in range(5):
            logits = model.together.decode(run(token), 0)
            got.append(-1 if logits is None else int(logits[0]))

    with model.lock:
        other = threading.Thread(target=write)
        other.start()
        until = time.monotonic() + 5
        while len(got) < 5 and time.monotonic() < until:
            model.together.serve()
            time.sleep(0.001)
        assert got == [0, 1, 2, 3, 4]
    other.join(5)
    with model.lock:  # and it is free again
        pass


def test_serve_tells_who_holds_the_lock_that_their_cells_are_lost() -> None:
    model = Model()
    model.fail = True

    def other() -> None:
        with pytest.raises(GenerationError):
            model.together.decode(run(7), 0)

    with model.lock:
        thread = threading.Thread(target=other)
        thread.start()
        until = time.monotonic() + 5
        with pytest.raises(GenerationError, match="cleared"):
            while time.monotonic() < until:
                model.together.serve()
    thread.join(5)


def test_in_turn_is_given_in_the_order_of_asking() -> None:
    lock, order = InTurn(), []

    def ask(i: int) -> None:
        with lock:
            order.append(i)

    with lock:
        threads = [threading.Thread(target=ask, args=(i,)) for i in range(5)]
        for i, thread in enumerate(threads, 1):
            thread.start()
            until = time.monotonic() + 5
            while len(lock._waiting) < i and time.monotonic() < until:
                time.sleep(0.001)
    # who lets go and comes back at once is behind those who wait
    with lock:
        order.append(9)
    for thread in threads:
        thread.join(5)
    assert order == [0, 1, 2, 3, 4, 9]
