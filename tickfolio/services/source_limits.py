"""What a source allows: as its free plan does, or as the administrator says that theirs does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tickfolio.domain.errors import AdministratorOnly, InvalidInput, NotFound
from tickfolio.providers.http_provider import HttpProvider
from tickfolio.providers.provider import Quota
from tickfolio.services.sources import Sources
from tickfolio.services.world import World
from tickfolio.storage.database import Tx
from tickfolio.storage.people import User

Span = Literal["minute", "day", "month"]

# The longest first, as quotas are counted and shown.
SPANS: Sequence[Span] = ("month", "day", "minute")
ALLOWED_MAX = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Limit:
    """How many units a source allows in a span, None for no limit; `is_own` when the administrator set it.

    `shipped` is what the free plan allows.
    """

    span: Span
    allowed: int | None
    shipped: int | None
    is_own: bool


def load_limits(tx: Tx, sources: Sources) -> Mapping[str, Sequence[Limit]]:
    """By source, the limit of each span, the longest first; without those that come with none."""
    own = tx.source_limits.all()
    return {name: _limits(quota, own.get(name, {})) for name, quota in _shipped(sources).items()}


def load_quota(tx: Tx, source: str, shipped: Quota) -> Quota:
    """What a source allows now."""
    return quota_of(shipped, tx.source_limits.load(source))


def quota_of(shipped: Quota, own: Mapping[str, int | None]) -> Quota:
    """What a source allows that has these limits of its own."""
    return replace(shipped, **{span: own[span] for span in SPANS if span in own})


def set_limits(tx: Tx, world: World, user: User, sources: Sources, name: str, limits: Mapping[str, int | None]) -> None:
    """From now on a source allows this by span; None is no limit, and a span that is left out is as we ship it.

    Every process goes by it with its next request.

    Raises: AdministratorOnly; NotFound for a source that comes with no limit; InvalidInput for a wrong number.
    """
    if not user.administrator:
        raise AdministratorOnly("Only the administrator says how often a source may be asked.")
    if name not in _shipped(sources):
        raise NotFound("quota")
    own: dict[str, int | None] = {span: limits[span] for span in SPANS if span in limits}
    for span, allowed in own.items():
        if allowed is not None and allowed < 1:
            message = f"{span} must be at least 1; a source that is never to be asked is switched off."
            raise InvalidInput(span, message, code="too_small")
        if allowed is not None and allowed > ALLOWED_MAX:
            raise InvalidInput(span, f"{span} must be at most {ALLOWED_MAX}.", code="too_large")
    tx.source_limits.store(name, own)
    tx.server.note(world.new_id(), user.id, f"source_quota_{name}", None, world.now())


def _shipped(sources: Sources) -> Mapping[str, Quota]:
    """The quotas that sources come with; most have none, and nobody sells a larger one."""
    quotas = {name: one.quota for name, one in sources.providers.items() if isinstance(one, HttpProvider)}
    return {name: quota for name, quota in quotas.items() if quota != Quota()}


def _limits(shipped: Quota, own: Mapping[str, int | None]) -> Sequence[Limit]:
    now = quota_of(shipped, own)
    return [Limit(span, getattr(now, span), getattr(shipped, span), span in own) for span in SPANS]
