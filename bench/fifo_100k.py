"""The lots of 100,000 transactions, first in first out, beside one exact multiplication and one addition for each.

And those of 20,000 rows over 500 instruments, as a large portfolio has them. What a book came to is made into values
with names when somebody first looks; how long that takes stands beside it.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, localcontext

from bench.measure import Report, side_by_side
from tickfolio.domain.ledger import CostMethod, Rules, Transaction, TransactionType
from tickfolio.domain.matching import match_ledger, match_lots
from tickfolio.domain.money import EXACT

COUNT = 100_000
GOAL_MILLISECONDS = 300
PORTFOLIO_COUNT, INSTRUMENTS = 20_000, 500
PORTFOLIO_GOAL_MILLISECONDS = 60


def made_ledger():
    """Two buys of 10 and one sale of 15, again and again: sales cut lots, and lots pile up."""
    rows = []
    for number in range(COUNT):
        sells = number % 3 == 2
        rows.append(
            Transaction(
                id=f"{number:06}",
                instrument_id="made",
                type=TransactionType.SELL if sells else TransactionType.BUY,
                traded_on=date(1990, 1, 1) + timedelta(days=number // 10),
                quantity=Decimal(15 if sells else 10),
                price=Decimal(10_000 + number % 977) / 100,
                sequence=number,
                fees=Decimal("0.35"),
                fx_rate=Decimal(1),
            )
        )
    return rows


def made_portfolio():
    """Two buys of 10 and one sale of 15 again and again, in 500 instruments that take turns."""
    rows = made_ledger()[:PORTFOLIO_COUNT]
    kinds = [(row.type, row.quantity) for row in rows]
    return [
        replace(row, instrument_id=f"made {number % INSTRUMENTS}", type=kind, quantity=quantity)
        for number, row in enumerate(rows)
        for kind, quantity in [kinds[number // INSTRUMENTS]]
    ]


def read_all(book):
    """Every lot, sale and change of a book."""
    return [len(tuple(entries)) for entries in (book.lots, book.sales, book.changes)]


if __name__ == "__main__":
    told = Report()
    ledger, portfolio = made_ledger(), made_portfolio()
    symbols = {row.instrument_id: "MADE" for row in portfolio}

    def plain():
        with localcontext(EXACT):
            total = Decimal(0)
            for row in sorted(ledger, key=lambda row: (row.traded_on, row.sequence)):
                total += row.quantity * row.price
            return total

    fifo, pool, looked_at, many, sums = side_by_side(
        lambda: match_lots(ledger, CostMethod.FIFO, "MADE"),
        lambda: match_lots(ledger, CostMethod.AVERAGE, "MADE"),
        lambda: read_all(match_lots(ledger, CostMethod.FIFO, "MADE")),
        lambda: match_ledger(portfolio, {"": Rules(CostMethod.FIFO)}, symbols),
        plain,
    )
    told.figure("FIFO", fifo)
    told.figure("average cost", pool)
    told.figure("FIFO, every lot, sale and change looked at", looked_at)
    told.figure("sorting, multiplying and adding alone", sums)
    told.figure("transactions a second, FIFO", f"{COUNT / fifo.wall_seconds:9,.0f}")
    told.ratio("FIFO, ms CPU", fifo.cpu_seconds * 1e3, at_most=GOAL_MILLISECONDS)
    told.ratio("average cost, ms CPU", pool.cpu_seconds * 1e3, at_most=GOAL_MILLISECONDS)
    told.ratio("20,000 rows of 500 instruments, ms CPU", many.cpu_seconds * 1e3, at_most=PORTFOLIO_GOAL_MILLISECONDS)
    told.ratio("FIFO ÷ plain", fifo.cpu_seconds / sums.cpu_seconds)
    told.ratio("average ÷ plain", pool.cpu_seconds / sums.cpu_seconds)
    told.end()
