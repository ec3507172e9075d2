"""A few answers at a time: places, turns, and readers who leave."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest

from euaiqa.app.line import Job, Line, Waiting
from euaiqa.datamodels import Event, TokenEvent
from euaiqa.errors import Busy


class Worker:
    """Yields one token, then waits until it is let go or nobody listens any more."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.begun = threading.Event()
        self.ended = threading.Event()

    def __call__(self, left: Callable[[], bool]) -> Iterator[Event]:
        self.begun.set()
        try:
            yield TokenEvent("a")
            while not self.go.wait(0.005):
                if left():
                    return
            yield TokenEvent("b")
        finally:
            self.ended.set()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.005)


async def texts(job: Job) -> list[str]:
    return [event.text async for event in job.events() if isinstance(event, TokenEvent)]


def test_line_serves_one_at_a_time_in_order_of_arrival() -> None:
    async def scene() -> None:
        line = Line(waiting=2)
        workers = [Worker() for _ in range(3)]
        jobs = [line.submit(worker) for worker in workers]
        for number, worker in enumerate(workers):
            await until(worker.begun.is_set)
            assert not any(later.begun.is_set() for later in workers[number + 1 :])
            worker.go.set()
        for job in jobs:
            assert await texts(job) == ["a", "b"]
        await until(lambda: len(line) == 0)

    asyncio.run(scene())


def test_line_serves_as_many_as_it_has_counters() -> None:
    async def scene() -> None:
        line = Line(waiting=1, serving=2)
        workers = [Worker() for _ in range(3)]
        jobs = [line.submit(worker) for worker in workers]
        await until(lambda: workers[0].begun.is_set() and workers[1].begun.is_set())
        assert not workers[2].begun.is_set()
        with pytest.raises(Busy):
            line.submit(Worker())
        workers[1].go.set()
        await until(workers[2].begun.is_set)
        assert not workers[0].ended.is_set()
        for worker in workers:
            worker.go.set()
        for job in jobs:
            assert await texts(job) == ["a", "b"]

    asyncio.run(scene())


async def places(job: Job) -> list[int]:
    return [event.place async for event in job.events() if isinstance(event, Waiting)]


def test_line_tells_those_who_wait_their_place() -> None:
    async def scene() -> None:
        line = Line(waiting=3)
        workers = [Worker() for _ in range(4)]
        jobs = [line.submit(worker) for worker in workers]
        told = [asyncio.create_task(places(job)) for job in jobs]
        await until(workers[0].begun.is_set)
        jobs[2].leave()
        await until(lambda: len(line) == 3)
        for worker in workers:
            worker.go.set()
        assert [await one for one in told] == [[], [1], [2], [3, 2, 1]]

    asyncio.run(scene())


def test_line_full_refuses_until_a_place_is_free() -> None:
    async def scene() -> None:
        line = Line(waiting=1)
        first, second = Worker(), Worker()
        line.submit(first)
        line.submit(second)
        with pytest.raises(Busy) as busy:
            line.submit(Worker())
        assert 1 <= busy.value.retry_after <= 60
        first.go.set()
        await until(lambda: len(line) == 1)
        line.submit(Worker())
        await line.close()
        assert len(line) == 0

    asyncio.run(scene())


def test_line_without_waiting_room_serves_one() -> None:
    async def scene() -> None:
        line = Line(waiting=0)
        line.submit(Worker())
        with pytest.raises(Busy):
            line.submit(Worker())
        await line.close()

    asyncio.run(scene())


def test_leave_while_waiting_frees_the_place_and_never_runs() -> None:
    async def scene() -> None:
        line = Line(waiting=1)
        first, second = Worker(), Worker()
        served = line.submit(first)
        await until(first.begun.is_set)
        line.submit(second).leave()
        await until(lambda: len(line) == 1)
        first.go.set()
        assert await texts(served) == ["a", "b"]
        await until(lambda: len(line) == 0)
        assert not second.begun.is_set()

    asyncio.run(scene())


def test_leave_before_the_first_step_frees_the_place() -> None:
    async def scene() -> None:
        line = Line(waiting=1)
        line.submit(Worker()).leave()
        await until(lambda: len(line) == 0)

    asyncio.run(scene())


def test_leave_while_served_stops_the_work_before_the_next_one() -> None:
    async def scene() -> None:
        line = Line(waiting=1)
        first, second = Worker(), Worker()
        served = line.submit(first)
        line.submit(second)
        await until(first.begun.is_set)
        served.leave()
        await until(second.begun.is_set)
        assert first.ended.is_set()
        await line.close()

    asyncio.run(scene())


def test_failure_is_kept_and_the_next_one_is_served(caplog: pytest.LogCaptureFixture) -> None:
    def broken(left: Callable[[], bool]) -> Iterator[Event]:
        yield TokenEvent("a")
        raise ValueError("no")

    async def scene() -> None:
        line = Line(waiting=1)
        job = line.submit(broken)
        assert await texts(job) == ["a"]
        assert isinstance(job.failure, ValueError)
        worker = Worker()
        worker.go.set()
        assert await texts(line.submit(worker)) == ["a", "b"]

    asyncio.run(scene())
    assert "answering a question failed" in caplog.text


def test_events_silence_gives_heartbeats_and_loses_nothing() -> None:
    async def scene() -> None:
        line = Line(waiting=0)
        worker = Worker()
        job = line.submit(worker)
        seen: list[str | None] = []
        async for event in job.events(heartbeat=0.02):
            seen.append(event.text if isinstance(event, TokenEvent) else None)
            if seen.count(None) == 3:
                worker.go.set()
        assert [each for each in seen if each] == ["a", "b"]
        assert seen.count(None) >= 3

    asyncio.run(scene())


def test_watched_disconnect_leaves() -> None:
    async def gone() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def scene() -> None:
        line = Line(waiting=0)
        worker = Worker()
        job = line.submit(worker)
        async with job.watched(gone):
            assert await texts(job) in ([], ["a"])
        assert job.left
        await until(lambda: len(line) == 0)

    asyncio.run(scene())


def test_turn_is_given_back_when_the_work_fails() -> None:
    async def scene() -> None:
        line = Line(waiting=0)
        with pytest.raises(KeyError):
            async with line.turn():
                raise KeyError
        assert len(line) == 0

    asyncio.run(scene())
