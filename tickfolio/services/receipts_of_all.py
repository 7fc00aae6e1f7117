"""Receipts of all portfolios together: what the summary and the performance of all say, in the base currency.

Holdings are explained as in their own portfolio, with every amount in the base currency; cash in its own currency, at
the latest rate.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from tickfolio.domain.errors import NotFound
from tickfolio.domain.money import exact
from tickfolio.reports.receipt import Receipt
from tickfolio.reports.receipt_cash import Till, open_till
from tickfolio.reports.receipt_evidence import Evidence
from tickfolio.reports.receipt_holding import HOLDING_FIGURES
from tickfolio.reports.receipt_nodes import leaf, money
from tickfolio.reports.receipt_portfolio import PORTFOLIO_FIGURES, PortfolioEvidence, explain_portfolio
from tickfolio.services import evidence
from tickfolio.services.evidence import Read, Valued, read_ledger, value_all_now, value_of_part
from tickfolio.services.performance_answer import Asked
from tickfolio.services.performance_of_all import work_out_all
from tickfolio.services.projection import Knot
from tickfolio.services.receipts import (
    Grounds,
    explain,
    explain_one,
    explain_returns,
    explain_whole,
    list_evidence,
    no_such_figure,
)
from tickfolio.services.summaries import Part
from tickfolio.storage.database import Tx
from tickfolio.storage.people import User


def explain_of_all(
    tx: Tx, user: User, portfolio_id: str | None, figure: str, holding_id: str | None, asked: Asked, today: date
) -> Receipt:
    """The receipt of a figure of all portfolios, of one holding in them, or of one of them (`portfolio_id`).

    Of one of them it is a figure of the summary of all, and so in the base currency. Raises: as `explain`.
    """
    portfolio = None if portfolio_id is None else tx.portfolios.load(user.id, portfolio_id)
    held_in = None if holding_id is None else tx.holdings.load(user.id, holding_id).portfolio_id
    if portfolio is not None and held_in is not None and held_in != portfolio.id:
        raise NotFound("holding")
    if portfolio is None:
        grounds = Grounds(lambda wanted: work_out_all(tx, user, wanted, today), lambda: _list_holdings(tx, user))
        found = explain_returns(tx, user, grounds, figure, holding_id, asked, today)
        if found is not None:
            return found
    if holding_id is not None and held_in is not None and figure in HOLDING_FIGURES:
        if figure == "cash":  # it lies in its portfolio's currency, and is explained there
            return explain(tx, user, held_in, figure, holding_id, asked, today)
        whole, _ = value_all_now(tx, user)
        return explain_one(tx, tx.portfolios.load(user.id, held_in), whole, holding_id, figure)
    if holding_id is None and figure in PORTFOLIO_FIGURES:
        return _explain_parts(tx, user, portfolio_id, figure)
    raise no_such_figure(holding_id)


def _list_holdings(tx: Tx, user: User) -> tuple[Sequence[Evidence], bool]:
    whole, parts = value_all_now(tx, user)
    knot = _knot(tx, user, parts)
    read = read_ledger(tx, user.base_currency, knot)
    return _evidence(whole, parts, read), len(knot.rows) <= evidence.NESTED_ROWS_MAX


def _knot(tx: Tx, user: User, parts: Sequence[Part]) -> Knot:
    return Knot(tx.ledgers.rows_of_all(user.id), {part.portfolio.id: part.portfolio for part in parts})


def _evidence(whole: Valued, parts: Sequence[Part], read: Read) -> list[Evidence]:
    """The evidence of every holding of these portfolios, in the order in which they stand in the whole."""
    return [one for part in parts for one in list_evidence(part.portfolio, value_of_part(whole, part), read)]


@exact
def _explain_parts(tx: Tx, user: User, portfolio_id: str | None, figure: str) -> Receipt:
    """The receipt of a figure of all, or of one of them as a part of all."""
    whole, parts = value_all_now(tx, user)
    knot = _knot(tx, user, parts)
    nested = len(knot.rows) <= evidence.NESTED_ROWS_MAX
    read = read_ledger(tx, user.base_currency, knot) if nested else Read()
    names: Mapping[str, str] = {part.portfolio.id: part.portfolio.name for part in parts}
    value = whole.value
    if portfolio_id is not None:
        parts, names = [part for part in parts if part.portfolio.id == portfolio_id], {}
        [value] = [value_of_part(whole, part).value for part in parts]
    tills = [_till(tx, part, whole) for part in parts if part.has_cash] if figure == "cash" else []
    holdings = _evidence(whole, parts, read)
    found = PortfolioEvidence(user.base_currency, bool(tills), value, holdings, nested, names, tills)
    return explain_portfolio(found, figure)


def _till(tx: Tx, part: Part, whole: Valued) -> Till:
    """The cash of a portfolio, as it is explained there."""
    portfolio = part.portfolio
    found = explain_whole(tx, portfolio, "cash")
    balance = found.working or leaf("Cash", found.value, money(portfolio.currency))
    return open_till(portfolio.name, balance, portfolio.currency, whole.value.currency, whole.rates, whole.rate_sources)
