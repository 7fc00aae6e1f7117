"""Routes of performance: what a portfolio has made over time."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from tickfolio.api.desk import DeskHere
from tickfolio.api.portfolios import NOT_MODIFIED, answer_tagged, read_tags
from tickfolio.api.problems import documented
from tickfolio.api.schemas.common import Day, PathId
from tickfolio.api.schemas.performance import Performance
from tickfolio.api.session import SignedIn
from tickfolio.services.performance_answer import Asked, load_performance

router = APIRouter(tags=["performance"])
InstrumentId = Annotated[str | None, Query(max_length=64, pattern="^[0-9a-zA-Z-]+$")]


@router.get(
    "/portfolios/{portfolio_id}/performance",
    response_model=Performance,
    responses=NOT_MODIFIED | documented(401, 404, 409, 422, 503),
)
def get_performance(
    portfolio_id: PathId,
    principal: SignedIn,
    desk: DeskHere,
    since: Annotated[Day | None, Query(alias="from")] = None,
    until: Annotated[Day | None, Query(alias="to")] = None,
    benchmark: InstrumentId = None,
    holdings: bool = False,
    known: Annotated[str | None, Header(alias="If-None-Match")] = None,
) -> Response:
    """What the portfolio has made from a day (its first transaction) to a day (today), and its value on each day.

    `benchmark` is an instrument's id; `holdings` adds the figures of each holding.
    """
    asked = Asked(since, until, benchmark, holdings)
    with desk.database.reading() as tx:
        user = tx.people.load(principal.user.id)
        tags = read_tags(known)
        return answer_tagged(load_performance(desk.summaries, tx, desk.world, user, portfolio_id, asked, tags))
