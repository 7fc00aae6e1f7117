"""Routes of performance: what a portfolio has made over time."""

import json
from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Response

from tickfolio.api.desk import DeskHere
from tickfolio.api.portfolios import NOT_MODIFIED, answer_tagged, read_tags
from tickfolio.api.problems import documented
from tickfolio.api.schemas.common import Day, PathId
from tickfolio.api.schemas.performance import Performance, PerformanceOfAll
from tickfolio.api.session import SignedIn
from tickfolio.services.performance_answer import Asked, load_performance
from tickfolio.services.performance_of_all import load_performance_of_all
from tickfolio.services.summaries import Tagged

router = APIRouter(tags=["performance"])
InstrumentId = Annotated[str | None, Query(max_length=64, pattern="^[0-9a-zA-Z-]+$")]
# Ends the tag of an answer without its series: a tag names one content.
_SHORT = "-short"


def read_asked(
    since: Annotated[Day | None, Query(alias="from")] = None,
    until: Annotated[Day | None, Query(alias="to")] = None,
    benchmark: InstrumentId = None,
    holdings: bool = False,
) -> Asked:
    """What the query asks for, but for the shape of the answer."""
    return Asked(since, until, benchmark, holdings)


@router.get(
    "/portfolios/{portfolio_id}/performance",
    response_model=Performance,
    responses=NOT_MODIFIED | documented(401, 404, 409, 422, 503),
)
def get_performance(
    portfolio_id: PathId,
    principal: SignedIn,
    desk: DeskHere,
    asked: Annotated[Asked, Depends(read_asked)],
    series: bool = True,
    known: Annotated[str | None, Header(alias="If-None-Match")] = None,
) -> Response:
    """What the portfolio has made from a day (its first transaction) to a day (today), and its value on each day.

    `benchmark` is an instrument's id; `holdings` adds the figures of each holding, `series=false` leaves out the days.
    """
    with desk.database.reading() as tx:
        user = tx.people.load(principal.user.id)

        def load(tags: Sequence[str]) -> Tagged:
            return load_performance(desk.summaries, tx, desk.world, user, portfolio_id, asked, tags)

        return _answer(load, known, series=series)


@router.get(
    "/performance",
    response_model=PerformanceOfAll,
    responses=NOT_MODIFIED | documented(401, 404, 409, 422, 503),
)
def get_performance_of_all(
    principal: SignedIn,
    desk: DeskHere,
    asked: Annotated[Asked, Depends(read_asked)],
    series: bool = True,
    known: Annotated[str | None, Header(alias="If-None-Match")] = None,
) -> Response:
    """What all of one's portfolios have made together, in the base currency, as that of one portfolio.

    What moves from one of them into another is no flow. A portfolio that tracks cash counts its cash, and deposits and
    withdrawals as flows; one that does not counts purchases, sales and income as flows. Rates are those of each day.
    """
    with desk.database.reading() as tx:
        user = tx.people.load(principal.user.id)

        def load(tags: Sequence[str]) -> Tagged:
            return load_performance_of_all(desk.summaries, tx, desk.world, user, asked, tags)

        return _answer(load, known, series=series)


def _answer(load: Callable[[Sequence[str]], Tagged], known: str | None, *, series: bool) -> Response:
    """The answer that `load` gives to who has these tags, with its days or without."""
    tags = read_tags(known)
    if series:
        return answer_tagged(load(tags))
    return answer_tagged(_without_series(load([tag.removesuffix(_SHORT) for tag in tags if tag.endswith(_SHORT)])))


def _without_series(told: Tagged) -> Tagged:
    """The same answer, kept once for both, with null in place of its days."""
    if told.body is None:
        return Tagged(told.tag + _SHORT, None)
    text = json.dumps(json.loads(told.body) | {"series": None}, ensure_ascii=False, separators=(",", ":"))
    return Tagged(told.tag + _SHORT, text.encode())
