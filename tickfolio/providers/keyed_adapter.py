"""What sources have in common that are asked with a key of one's own."""

from tickfolio.providers.current_calendar import CurrentCalendar, shipped_calendar
from tickfolio.providers.keys import read_key
from tickfolio.providers.unsearched import Unsearched


class KeyedAdapter(Unsearched):
    """An address and a key, which is told to nobody but that address. Other sources list and search instruments.

    `calendar` says when a session is over, and its price the close.

    Raises: ValueError for a key that cannot be one.
    """

    default_url: str
    catalogue: str | None = None

    def __init__(self, url: str = "", key: str = "", calendar: CurrentCalendar = shipped_calendar) -> None:
        self._url = (url or self.default_url).rstrip("/")
        self._key = read_key(key)
        self._calendar = calendar
