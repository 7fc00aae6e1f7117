"""What is wrong with the data behind a value: prices held back, old or missing, and history with gaps."""

from datetime import date
from typing import Literal

from pydantic import StrictBool

from tickfolio.api.schemas.common import Currency, DecimalOut, Identifier, Input, Instant, Output
from tickfolio.api.schemas.ledger import Instrument, Price
from tickfolio.api.schemas.worth import RefreshRun


class HealthItem(Output):
    """A holding that something is to be said of. `last_price` is the last good one, in units of now."""

    holding_id: Identifier
    portfolio_id: Identifier
    instrument: Instrument
    last_price: DecimalOut | None
    current_value: DecimalOut | None
    price: Price | None


class HeldBack(HealthItem):
    """A new price that may be wrong waits beside the last good one. What it looks like is a guess, never a fact.

    `reason` says why the gate holds it. `ratio` is held ÷ last good. `split_ratio` is the split or bonus that would
    explain it, as `5:1` for one into five. `may_settle`: whoever asks may accept or reject it.
    """

    held_price: DecimalOut
    held_as_of: Instant
    held_source: str
    reason: str
    ratio: DecimalOut | None
    looks_like: Literal["split", "bonus", "hundredfold"] | None
    split_ratio: str | None
    may_settle: bool


class Refused(HealthItem):
    """What a source says now cannot be the price, or was rejected by a person: the last good one stays.

    `told` is what it says, as text, since `since`, `count` times in a row. `reason` is a stable code. `may_accept`:
    whoever asks may still accept what was rejected by a person.
    """

    source: str
    reason: str
    told: str
    told_currency: str
    since: Instant
    count: int
    may_accept: bool


class SourceFailure(Output):
    """A source gave no price when it was last asked, the last of `count` times in a row, since `since`.

    `failure` is a stable code: `not_found`, `no_data` and `forbidden_plan` are said of the instrument, all others,
    as `rate_limited`, of the source.
    """

    source: str
    failure: str
    since: Instant
    count: int


class OldPrice(HealthItem):
    """The price is past its due time by its market's calendar: from `stale_at` on it counts as old.

    `failures` say what the sources gave since in place of a newer one.
    """

    stale_at: Instant
    failures: list[SourceFailure]


class Incomplete(HealthItem):
    """The value or the cost is unknown; why, and the one thing that would mend it.

    `failures` say what the sources gave in place of a price.
    """

    reason: Literal["no_price", "no_fx_rate", "no_cost", "price_currency"]
    remedy: str
    failures: list[SourceFailure]


class HistoryGap(Output):
    """Weekdays without a close, from the first to the last of them."""

    first_on: date
    last_on: date
    days: int


class MissingHistory(HealthItem):
    """Closes are missing since the first day on which it was held: `days` weekdays in all, in these gaps.

    Gaps of at most five weekdays are taken for holidays, but those before the first close. `first_close_on` is the
    first day since then that has one.
    """

    since: date
    first_close_on: date | None
    days: int
    gaps: list[HistoryGap]


class DataHealth(Output):
    """How much of the value stands at a fresh price, and what is to be mended. Amounts are in `currency`.

    Fresh is a price that is not old and beside which none is held back. A holding is in at most one of `held`, `stale`
    and `unpriced`, and in `refused` once for each source. `without_cost` have a value, and lack a cost.
    """

    currency: Currency
    value: DecimalOut | None
    fresh_value: DecimalOut | None
    fresh_pct: DecimalOut | None
    held: list[HeldBack]
    refused: list[Refused]
    stale: list[OldPrice]
    unpriced: list[Incomplete]
    without_cost: list[Incomplete]
    missing_history: list[MissingHistory]
    last_run: RefreshRun | None
    next_refresh_at: Instant


class HeldPriceDecision(Input):
    """Accept the price that is held back, which becomes the last good one, or drop it."""

    accept: StrictBool


class Verdict(Output):
    """What the gate said of a source's price, the newest of its kind: `price` is what the source said, as text.

    `dismissed` is what a person has rejected. `count` verdicts of this kind, for this reason, came in a row since
    `first_at`. `reason` is a stable code.
    """

    source: str
    verdict: Literal["accepted", "held", "unchanged", "rejected", "dismissed"]
    reason: str | None
    price: str
    currency: str
    as_of: Instant | None
    first_at: Instant
    judged_at: Instant
    count: int


class Verdicts(Output):
    """All that is kept of an instrument, the newest first."""

    instrument: Instrument
    items: list[Verdict]


class RefusedFile(Output):
    """A file with far fewer rows than the last good one of its source; nothing of it is used."""

    source: str
    rows: int
    rows_before: int
    refused_at: Instant


class RefusedFiles(Output):
    """The sources whose last file was refused for its size."""

    items: list[RefusedFile]
