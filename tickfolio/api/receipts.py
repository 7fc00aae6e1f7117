"""Routes of receipts: how a figure came about."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import JsonValue

from tickfolio.api.desk import DeskHere
from tickfolio.api.exact_json import ExactRoute
from tickfolio.api.problems import documented
from tickfolio.api.schemas.common import Day, PathId
from tickfolio.api.schemas.receipts import Receipt
from tickfolio.api.session import SignedIn
from tickfolio.reports.receipt import Receipt as Explained
from tickfolio.reports.receipt import write_receipt
from tickfolio.reports.receipt_years import YEAR_FIGURE
from tickfolio.services.changes import today_at
from tickfolio.services.performance_answer import Asked
from tickfolio.services.receipts import FIGURES, explain
from tickfolio.services.receipts_of_all import explain_of_all

router = APIRouter(tags=["portfolios"], route_class=ExactRoute)

_NAMES: list[JsonValue] = [{"enum": list(FIGURES)}, {"pattern": f"^{YEAR_FIGURE}$"}]
Figure = Annotated[
    str,
    Query(
        max_length=40,
        description="A field of the summary or of performance; of a year as `years.2025-26.realised`.",
        json_schema_extra={"anyOf": _NAMES},
    ),
]
InstrumentId = Annotated[str | None, Query(max_length=64, pattern="^[0-9a-zA-Z-]+$")]
HoldingOfAll = Annotated[str | None, Query(max_length=64, description="A holding of any portfolio; else all of them.")]
PortfolioId = Annotated[str | None, Query(max_length=64, description="One of the portfolios; else all of them.")]
HoldingId = Annotated[str | None, Query(max_length=64, description="A holding of the portfolio; else all of it.")]


@router.get("/portfolios/{portfolio_id}/explain", response_model=Receipt, responses=documented(401, 404, 409, 422, 503))
def get_receipt(
    portfolio_id: PathId,
    figure: Figure,
    principal: SignedIn,
    desk: DeskHere,
    holding: HoldingId = None,
    since: Annotated[Day | None, Query(alias="from")] = None,
    until: Annotated[Day | None, Query(alias="to")] = None,
    benchmark: InstrumentId = None,
) -> Response:
    """The receipt of a figure of the summary or of performance: all that is in it, and each step between.

    The value is the one of the same moment there, and can be worked out again from the receipt alone. `from`, `to`
    and `benchmark` are those of the performance.
    """
    with desk.database.reading() as tx:
        user = tx.people.load(principal.user.id)
        asked, today = Asked(since, until, benchmark), today_at(user.home_exchange, desk.world)
        receipt = explain(tx, user, portfolio_id, figure, holding, asked, today)
    return _answer(receipt)


@router.get("/explain", response_model=Receipt, responses=documented(401, 404, 409, 422, 503))
def get_receipt_of_all(
    figure: Figure,
    principal: SignedIn,
    desk: DeskHere,
    portfolio: PortfolioId = None,
    holding: HoldingOfAll = None,
    since: Annotated[Day | None, Query(alias="from")] = None,
    until: Annotated[Day | None, Query(alias="to")] = None,
    benchmark: InstrumentId = None,
) -> Response:
    """The receipt of a figure of the summary or of the performance of all portfolios, in the base currency.

    `holding` is one of any portfolio, `portfolio` one of the summary's parts.
    """
    with desk.database.reading() as tx:
        user = tx.people.load(principal.user.id)
        asked, today = Asked(since, until, benchmark), today_at(user.home_exchange, desk.world)
        receipt = explain_of_all(tx, user, portfolio, figure, holding, asked, today)
    return _answer(receipt)


def _answer(receipt: Explained) -> Response:
    headers = {"Cache-Control": "private, no-cache"}
    return Response(write_receipt(receipt), 200, headers, "application/json")
