"""What is done without a request, and when. Each task is one line over a use case."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from docket import Cron, CurrentDocket, Docket

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Work:
    """The use cases behind the tasks; each blocks, and runs in a thread."""

    refresh_due: Callable[[], object]
    refresh_by_hand: Callable[[str], object]
    price_new: Callable[[Sequence[str]], object]
    keep_order: Callable[[], object]
    fill_histories: Callable[[], object]


def make_tasks(work: Work, interval_minutes: int) -> list[Callable[..., Any]]:
    """The tasks that a worker registers; their names are how others ask for them."""
    every = "0" if interval_minutes == 60 else f"*/{interval_minutes}"  # noqa: PLR2004  # cron has no minute 60

    async def refresh_due(cron: Cron = Cron(f"{every} * * * *")) -> None:  # noqa: B008  # how the engine is told
        del cron
        await _in_thread("refresh_due", work.refresh_due)

    async def keep_order(cron: Cron = Cron("17 * * * *")) -> None:  # noqa: B008  # how the engine is told
        del cron
        await _in_thread("keep_order", work.keep_order)

    async def fill_histories(cron: Cron = Cron("3-59/10 * * * *")) -> None:  # noqa: B008  # how the engine is told
        del cron
        await _in_thread("fill_histories", work.fill_histories)

    async def refresh_by_hand(run_id: str) -> None:
        await _in_thread("refresh_by_hand", lambda: work.refresh_by_hand(run_id))

    async def fill_new() -> None:
        await _in_thread("fill_new", work.fill_histories)

    async def price_new(
        instrument_ids: list[str],
        docket: Docket = CurrentDocket(),  # noqa: B008  # how the engine is told
    ) -> None:
        await _in_thread("price_new", lambda: work.price_new(instrument_ids))
        # A task of its own, and one for all: it may take minutes, in which others want their prices. The one that
        # runs already looks for new instruments before it ends.
        await docket.add(fill_new, key="fill_new")()

    return [refresh_due, keep_order, fill_histories, refresh_by_hand, fill_new, price_new]


async def _in_thread(task: str, call: Callable[[], object]) -> None:
    try:
        await asyncio.to_thread(call)
    except Exception:
        # The engine logs failures in words of its own; this line names our task. The next slot tries again.
        log.exception("task_failed", task=task)
