"""How all stands is looked at once for all who ask at about the same time."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

from euaiqa.app.glance import LASTS, LASTS_MEANWHILE, Glance
from euaiqa.operations import Status
from fakes_operations import STATUS


class Looking:
    """A clock that is set by hand, and a look that counts."""

    def __init__(self) -> None:
        self.now = 0.0
        self.looks = self.at_once = self.most = 0
        self.gate = threading.Event()
        self.gate.set()
        self.begun = threading.Event()
        self.glance = Glance(self.look, lambda: self.now)

    def look(self) -> Status:
        self.looks += 1
        number = self.looks
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        self.begun.set()
        self.gate.wait(5)
        self.at_once -= 1
        return replace(STATUS, index_version=str(number))

    async def seen(self, *, building: bool = False) -> str:
        return (await self.glance.status(building=building)).index_version


def test_what_was_seen_is_told_for_a_few_seconds() -> None:
    async def asked() -> None:
        looking = Looking()
        assert [await looking.seen() for _ in range(3)] == ["1"] * 3
        looking.now = LASTS - 0.1
        assert await looking.seen() == "1"
        looking.now = LASTS
        assert await looking.seen() == "2"
        looking.now += LASTS_MEANWHILE - 0.1
        assert await looking.seen(building=True) == "2"
        looking.now += 0.1
        assert await looking.seen(building=True) == "3"

    asyncio.run(asked())


def test_all_who_ask_meanwhile_wait_for_one_look() -> None:
    async def asked() -> None:
        looking = Looking()
        looking.gate.clear()
        asking = [asyncio.create_task(looking.seen()) for _ in range(9)]
        await asyncio.to_thread(looking.begun.wait, 5)
        looking.gate.set()
        assert await asyncio.gather(*asking) == ["1"] * 9
        assert looking.most == 1

    asyncio.run(asked())


def test_new_index_is_seen_at_once_also_by_who_asks_during_a_look() -> None:
    async def asked() -> None:
        looking = Looking()
        await looking.seen()
        looking.glance.forget()
        looking.gate.clear()
        looking.begun.clear()
        early = asyncio.create_task(looking.seen())
        await asyncio.to_thread(looking.begun.wait, 5)
        looking.glance.forget()
        late = asyncio.create_task(looking.seen())
        await asyncio.sleep(0)
        looking.gate.set()
        assert (await early, await late) == ("2", "3")

    asyncio.run(asked())


def test_look_that_fails_is_not_kept() -> None:
    async def asked() -> None:
        looks = iter([OSError("no"), STATUS])

        def look() -> Status:
            found = next(looks)
            if isinstance(found, OSError):
                raise found
            return found

        glance = Glance(look)
        asking = [glance.status(building=False) for _ in range(2)]
        failed, told = await asyncio.gather(*asking, return_exceptions=True)
        assert isinstance(failed, OSError) and told == STATUS

    asyncio.run(asked())
