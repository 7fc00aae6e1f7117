"""The job engine in a thread of its own: it works, or only asks workers elsewhere, or both."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from itertools import count
from typing import Any

import structlog
from docket import Docket, Worker
from docket.execution import Disposition, Execution, ExecutionState

from tickfolio.jobs.schedule import Work, make_tasks

log = structlog.get_logger()

# A task of a killed worker runs again after this; a live long task keeps its claim.
_REDELIVERY = timedelta(seconds=15)
_GATHER_SECONDS = 0.05
_PAUSE_SECONDS_MAX = 30.0


class Jobs:
    """Starts with `start`, ends with `stop`. The asking methods return at once and never raise.

    `name` tells servers apart that share a queue.

    What is asked for while the queue is out of reach is not lost: an instrument without a price and a run that nobody
    has done stand in the database, where the next refresh finds them.
    """

    def __init__(self, url: str, work: Work, interval_minutes: int, *, works: bool, name: str = "tickfolio") -> None:
        self._url = url
        self._name = name
        self._tasks = make_tasks(work, interval_minutes)
        self._works = works
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
        self._stopping = asyncio.Event()
        self._docket: Docket | None = None
        self._waiting: set[str] = set()

    def start(self) -> None:
        """Connects and, where this process works, begins to."""
        self._thread.start()

    def stop(self) -> None:
        """Lets what is under way finish, for as long as it takes the engine to stop; a second time does nothing."""
        if self._thread.is_alive():
            self._call(self._stopping.set)
            self._thread.join(timeout=20)
        elif self._thread.ident is None:  # it never began, and nobody else will close its loop
            self._loop.close()

    def join(self) -> None:
        """Waits until somebody stops it."""
        while self._thread.is_alive():
            self._thread.join(timeout=0.5)

    def price_new(self, instrument_ids: Sequence[str]) -> None:
        """Has new instruments priced; those asked for within a moment go together.

        Asked for again while the first run of them waits, that one does; while it is under way they are priced anew:
        it may have asked before what changed since, as an address of one's own.
        """
        self._call(lambda: self._gather(instrument_ids))

    def refresh_by_hand(self, run_id: str) -> None:
        """Has the run done that somebody asked for."""
        self._call(lambda: self._ask("refresh_by_hand", run_id, run_id))

    def _call(self, call: Callable[[], object]) -> None:
        with suppress(RuntimeError):  # the loop has ended: nobody is there to ask
            self._loop.call_soon_threadsafe(call)

    def _gather(self, instrument_ids: Sequence[str]) -> None:
        if not self._waiting:
            self._loop.call_later(_GATHER_SECONDS, self._send_gathered)
        self._waiting.update(instrument_ids)

    def _send_gathered(self) -> None:
        ids, self._waiting = sorted(self._waiting), set()
        if ids:
            key = f"price_new {sha256(' '.join(ids).encode()).hexdigest()}"
            self._ask("price_new", key, ids, anew=True)

    def _ask(self, task: str, key: str, *args: object, anew: bool = False) -> None:
        asking: Coroutine[Any, Any, None] = self._add(task, key, *args, anew=anew)
        pending = self._loop.create_task(asking)
        pending.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _add(self, task: str, key: str, *args: object, anew: bool) -> None:
        """Puts a task into the queue unless one of this key is there; `anew`: unless one is that has not begun."""
        if self._docket is None:
            log.warning("queue_out_of_reach", task=task)
            return
        try:
            for number in count(1):
                added = await self._docket.add(task, key=key if number == 1 else f"{key} {number}")(*args)
                if not anew or not await _has_begun(added):
                    return
        except Exception as error:  # noqa: BLE001  # whatever the queue's trouble, the asker must not have it
            log.warning("queue_out_of_reach", task=task, error=type(error).__name__)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._stay_connected())
        finally:
            self._loop.close()

    async def _stay_connected(self) -> None:
        """Connects again whenever the queue goes away, ever more patiently."""
        pause_seconds = 0.5
        while not self._stopping.is_set():
            try:
                await self._serve()
                pause_seconds = 0.5
            except Exception as error:  # noqa: BLE001  # the engine names its troubles in many ways
                log.warning("queue_lost", error=type(error).__name__)
                self._docket = None
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), pause_seconds)
                pause_seconds = min(pause_seconds * 2, _PAUSE_SECONDS_MAX)

    async def _serve(self) -> None:
        async with Docket(name=self._name, url=self._url) as docket:
            for task in self._tasks:
                docket.register(task)
            self._docket = docket
            if not self._works:
                await self._stopping.wait()
                return
            # What was missed while nobody worked is done now; its slot runs once, whoever else starts.
            await docket.add("refresh_due", key="refresh_due at start")()
            async with Worker(docket, redelivery_timeout=_REDELIVERY, concurrency=4) as worker:
                working = asyncio.create_task(worker.run_forever())
                stopping = asyncio.create_task(self._stopping.wait())
                await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
                working.cancel()
                stopping.cancel()
                with suppress(asyncio.CancelledError):
                    await working


async def _has_begun(added: Execution) -> bool:
    """Whether the queue took another task of the same key for this one, and that one no longer waits."""
    if added.disposition is not Disposition.ALREADY_SCHEDULED:
        return False
    await added.sync()
    return added.state not in {ExecutionState.QUEUED, ExecutionState.SCHEDULED}
