"""Timing that a noisy machine does not spoil: each figure beside a reference that was measured in the same run.

The two take turns, the best turn of each counts, and the figure that matters is the ratio. Wall time says what people
wait for, CPU time (of all threads of this process) what the machine pays.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

MICRO = 1e6


@dataclass(frozen=True, slots=True)
class Measured:
    """The best of several turns of `count` calls each; seconds are of one whole turn."""

    count: int
    wall_seconds: float
    cpu_seconds: float

    @property
    def rate(self):
        """Calls a second."""
        return self.count / self.wall_seconds

    def __str__(self):
        wall, cpu = self.wall_seconds / self.count, self.cpu_seconds / self.count
        if wall >= 1e-3:
            return f"{wall * 1e3:9,.1f} ms wall {cpu * 1e3:9,.1f} ms CPU"
        return f"{wall * MICRO:9,.1f} µs wall {cpu * MICRO:9,.1f} µs CPU"


def timed(call: Callable[[], object], count: int = 1, cpu_clock: Callable[[], float] = time.process_time):
    """One turn: `call` does `count` things."""
    cpu, wall = cpu_clock(), time.perf_counter()
    call()
    return Measured(count, time.perf_counter() - wall, cpu_clock() - cpu)


def best(turns: list[Measured]):
    """The least of each kind of time: noise only ever adds."""
    return Measured(turns[0].count, min(t.wall_seconds for t in turns), min(t.cpu_seconds for t in turns))


def side_by_side(
    *calls: Callable[[], object], count: int = 1, turns: int = 5, cpu_clock: Callable[[], float] = time.process_time
):
    """The calls in turns, so that a slow moment of the machine falls on all of them; each does `count` things."""
    found: list[list[Measured]] = [[] for _ in calls]
    for _ in range(turns):
        for call, own in zip(calls, found, strict=True):
            own.append(timed(call, count, cpu_clock))
    return [best(own) for own in found]


@dataclass(slots=True)
class Report:
    """What a program prints; remembers which goals were missed."""

    missed: list[str] = field(default_factory=list)

    def figure(self, name: str, value: object):
        """One measured figure."""
        print(f"  {name:<44} {value}")

    def ratio(self, name: str, value: float, *, at_least: float | None = None, at_most: float | None = None):
        """One ratio, with its goal where the design names one."""
        goal = f"  (goal: at least {at_least:g})" if at_least is not None else ""
        goal = f"  (goal: at most {at_most:g})" if at_most is not None else goal
        short = (at_least is not None and value < at_least) or (at_most is not None and value > at_most)
        if short:
            self.missed.append(name)
        print(f"  {name:<44} {value:9.2f}{goal}{'  MISSED' if short else ''}")

    def end(self):
        """Ends the program, with 1 when a goal was missed."""
        sys.exit(1 if self.missed else 0)
