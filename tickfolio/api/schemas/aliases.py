"""Shapes of other names of instruments."""

from typing import Literal

from tickfolio.api.schemas.common import Day, Identifier, Input, Instant, Output

Kind = Literal["symbol", "isin", "code"]


class AliasInput(Input):
    """A name to be written down; without an exchange, a symbol or code holds on the instrument's own."""

    kind: Kind
    value: str
    exchange: str | None = None
    since: Day | None = None
    until: Day | None = None


class Alias(Output):
    """Another name of an instrument: from `since` to before `until`, where those days are known."""

    id: Identifier
    kind: Kind
    value: str
    exchange: str | None
    since: str | None
    until: str | None
    source: str
    recorded_at: Instant


class Aliases(Output):
    """The other names of one instrument, oldest first."""

    items: list[Alias]
