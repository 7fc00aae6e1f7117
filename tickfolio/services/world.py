"""What use cases need of the world outside: time, names for new things, chance, and somebody to tell."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tickfolio.cache.events import Event


@dataclass(frozen=True, slots=True)
class World:
    """Handed in by main, so that a test decides what time it is.

    `publish` tells every open page; `ask_for_prices` has new instruments priced at once, by whoever does such work.
    Both return at once and never raise.
    """

    now: Callable[[], datetime]
    new_id: Callable[[], str]
    randomness: Callable[[int], bytes]
    publish: Callable[[Event], None]
    ask_for_prices: Callable[[Sequence[str]], None]
