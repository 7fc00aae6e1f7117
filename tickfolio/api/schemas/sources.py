"""Sources of prices: their switches, how they do, and the order in which they are asked."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt

from tickfolio.api.schemas.common import Input, Instant, Output
from tickfolio.domain.instruments import AssetType
from tickfolio.services.source_limits import ALLOWED_MAX

SourceName = Annotated[str, Field(min_length=1, max_length=40, examples=["yahoo"])]
# What is outside is refused by the use case, with the code of this program.
Allowed = Annotated[StrictInt, Field(examples=[300], json_schema_extra={"minimum": 1, "maximum": ALLOWED_MAX})]


class PriceSourceState(Output):
    """How a source did when it was last asked. `ok` is null when it never was.

    `last_answer_at` is when it last answered all that it was asked. While it does not, `last_failure` is the kind of
    its last failure, and `failing_since` when that began. `instruments` is how many it is asked for.
    """

    ok: bool | None
    last_answer_at: Instant | None
    last_failure: str | None
    failing_since: Instant | None
    instruments: int


class PriceSourceBreaker(Output):
    """Whether a source is left alone: `open` until then, and for this kind of failure; `half_open`: one request tries.

    `bound_until`: the source itself asked us to wait, so that a refresh by hand waits as well.
    """

    state: Literal["closed", "open", "half_open"]
    until: Instant | None
    bound_until: Instant | None
    failure: str | None


class PriceSourceQuota(Output):
    """How much of what a source allows in a minute, a day or a month (of UTC) is spent in this one."""

    span: Literal["minute", "day", "month"]
    used: int
    allowed: int
    renewed_at: Instant


class PriceSourceLimit(Output):
    """How much a source allows in a span; null is no limit. `shipped` is what its free plan allows.

    `own`: the administrator said what theirs allows.
    """

    span: Literal["minute", "day", "month"]
    allowed: int | None
    shipped: int | None
    own: bool


class PriceSource(Output):
    """A source of prices. `fixed`: the environment decides, and the page cannot. `terms`: to be accepted first.

    `needs_key` is the setting that its key belongs in, while there is none: it cannot be switched on. `quotas` are
    those that it has, `limits` what it allows in every span, the longest first; none where it comes without a quota.
    """

    name: str
    label: str
    on: bool
    fixed: bool
    terms: str | None
    needs_key: str | None
    state: PriceSourceState
    breaker: PriceSourceBreaker
    quotas: list[PriceSourceQuota]
    limits: list[PriceSourceLimit]


class PriceSources(Output):
    """Every source this server knows."""

    items: list[PriceSource]


class PriceSourceChange(Input):
    """Switch a source on or off. One with terms needs `terms_accepted` to go on."""

    on: StrictBool
    terms_accepted: StrictBool = False


class PriceSourceQuotaChange(Input):
    """What one's plan with a source allows; null is no limit, and a span that is left out is as in the free plan."""

    minute: Allowed | None = None
    day: Allowed | None = None
    month: Allowed | None = None


class PriceSourceOrder(Output):
    """In which order the sources of a kind of instrument are asked, whether on or off. `own`: somebody chose it."""

    asset_type: AssetType
    names: list[str]
    own: bool


class PriceSourceOrders(Output):
    """The order of each kind that a source is known for."""

    items: list[PriceSourceOrder]


class PriceSourceOrderChange(Input):
    """An order for a kind; sources that are left out come last, and no names at all mean the order we ship."""

    asset_type: AssetType
    names: Annotated[list[SourceName], Field(max_length=20)]
