"""Routes of portfolios."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response

from tickfolio.api.answers import (
    Cursor,
    ExpectedVersion,
    IdempotencyKey,
    Limit,
    etag,
    read_cursor,
    show_portfolio,
    write_cursor,
    write_once,
)
from tickfolio.api.desk import DeskHere
from tickfolio.api.exact_json import ExactRoute
from tickfolio.api.problems import documented
from tickfolio.api.schemas.common import Page, PathId
from tickfolio.api.schemas.ledger import Portfolio, PortfolioChange, PortfolioInput
from tickfolio.api.schemas.worth import Summary, SummaryOfAll
from tickfolio.api.session import SignedIn
from tickfolio.providers.demo import DEMO_INSTRUMENTS
from tickfolio.services import portfolios
from tickfolio.services.sample import create_sample
from tickfolio.services.summaries import Tagged, load_summary, load_summary_of_all
from tickfolio.storage.database import Tx

router = APIRouter(tags=["portfolios"], route_class=ExactRoute)
_TAGS_SIZE_MAX = 1000
_WRITE = (400, 401, 403, 413, 415, 422, 503)


@router.get("/portfolios", responses=documented(401, 422, 503))
def list_portfolios(principal: SignedIn, desk: DeskHere, limit: Limit = 100, cursor: Cursor = None) -> Page[Portfolio]:
    """One's portfolios, in the order they were made."""
    after = read_cursor(cursor, "after")[0] if cursor else None
    with desk.database.reading() as tx:
        rows = tx.portfolios.page(principal.user.id, after=after, limit=limit + 1)
    more = write_cursor({"after": rows[limit - 1].id}) if len(rows) > limit else None
    return Page(items=[show_portfolio(row) for row in rows[:limit]], next_cursor=more)


@router.post("/portfolios", status_code=201, response_model=Portfolio, responses=documented(*_WRITE))
def create_portfolio(
    body: PortfolioInput, principal: SignedIn, desk: DeskHere, request: Request, key: IdempotencyKey = None
) -> Response:
    """A new, empty portfolio."""

    def write(tx: Tx) -> tuple[Portfolio, int]:
        made = portfolios.create_portfolio(tx, desk.world, principal.user.id, **body.model_dump())
        return show_portfolio(made), made.version

    return write_once(desk, principal, key, request, body, write)


@router.post("/sample", status_code=201, responses=documented(401, 403, 503))
def create_sample_portfolio(principal: SignedIn, desk: DeskHere) -> Portfolio:
    """A sample portfolio on the simulated market; delete it as any other."""
    demo = desk.sources.providers["demo"]
    with desk.database.transaction() as tx:
        made = create_sample(tx, desk.world, principal.user, demo, DEMO_INSTRUMENTS)
        return show_portfolio(tx.portfolios.load(principal.user.id, made.id))


@router.get("/portfolios/{portfolio_id}", responses=documented(401, 404, 503))
def get_portfolio(portfolio_id: PathId, principal: SignedIn, desk: DeskHere, response: Response) -> Portfolio:
    """One portfolio."""
    with desk.database.reading() as tx:
        row = tx.portfolios.load(principal.user.id, portfolio_id)
    response.headers["ETag"] = etag(row.version)
    return show_portfolio(row)


@router.patch("/portfolios/{portfolio_id}", responses=documented(404, 412, 428, *_WRITE))
def change_portfolio(
    portfolio_id: PathId,
    body: PortfolioChange,
    expected: ExpectedVersion,
    principal: SignedIn,
    desk: DeskHere,
    response: Response,
) -> Portfolio:
    """Changes what is given; another currency or cost method recomputes every holding."""
    with desk.database.transaction() as tx:
        changed = portfolios.change_portfolio(
            tx, desk.world, principal.user.id, portfolio_id, expected, portfolios.PortfolioChanges(**body.model_dump())
        )
    response.headers["ETag"] = etag(changed.version)
    return show_portfolio(changed)


@router.delete("/portfolios/{portfolio_id}", status_code=204, responses=documented(401, 403, 404, 412, 428, 503))
def delete_portfolio(portfolio_id: PathId, expected: ExpectedVersion, principal: SignedIn, desk: DeskHere) -> None:
    """Deletes the portfolio with all that is in it, for good."""
    with desk.database.transaction() as tx:
        portfolios.delete_portfolio(tx, desk.world, principal.user.id, portfolio_id, expected)


IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match")]
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "Not Modified: the caller has this very answer.", "model": None}
}


@router.get(
    "/portfolios/{portfolio_id}/summary",
    response_model=Summary,
    responses=NOT_MODIFIED | documented(401, 404, 422, 503),
)
def get_summary(portfolio_id: PathId, principal: SignedIn, desk: DeskHere, known: IfNoneMatch = None) -> Response:
    """What the portfolio is worth, what it has made, and since when that is true.

    Mostly answered before it gets here, by the fast route, with the same answer.
    """
    with desk.database.reading() as tx:
        tags = read_tags(known)
        return answer_tagged(load_summary(desk.summaries, tx, principal.user, portfolio_id, tags))


@router.get("/summary", response_model=SummaryOfAll, responses=NOT_MODIFIED | documented(401, 422, 503))
def get_summary_of_all(principal: SignedIn, desk: DeskHere, known: IfNoneMatch = None) -> Response:
    """All of one's portfolios together, in the base currency."""
    with desk.database.reading() as tx:
        user = tx.people.load(principal.user.id)
        return answer_tagged(load_summary_of_all(desk.summaries, tx, user, read_tags(known)))


def read_tags(if_none_match: str | None) -> list[str]:
    """The tags that a caller has already."""
    known = (if_none_match or "")[:_TAGS_SIZE_MAX]
    return [tag.strip().removeprefix("W/").strip('"') for tag in known.split(",") if tag.strip()]


def answer_tagged(tagged: Tagged) -> Response:
    """200 with the body, or 304 when the caller has it; private, and to be asked for again each time."""
    headers = {"ETag": f'"{tagged.tag}"', "Cache-Control": "private, no-cache"}
    if tagged.body is None:
        return Response(status_code=304, headers=headers)
    return Response(tagged.body, 200, headers, "application/json")
