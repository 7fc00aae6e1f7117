"""The lots of 100,000 transactions, first in first out, beside one exact multiplication and one addition for each."""

from datetime import date, timedelta
from decimal import Decimal, localcontext

from bench.measure import Report, side_by_side
from tickfolio.domain.ledger import CostMethod, Transaction, TransactionType
from tickfolio.domain.matching import match_lots
from tickfolio.domain.money import EXACT

COUNT = 100_000


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


if __name__ == "__main__":
    told = Report()
    ledger = made_ledger()

    def plain():
        with localcontext(EXACT):
            total = Decimal(0)
            for row in sorted(ledger, key=lambda row: (row.traded_on, row.sequence)):
                total += row.quantity * row.price
            return total

    fifo, pool, sums = side_by_side(
        lambda: match_lots(ledger, CostMethod.FIFO, "MADE"),
        lambda: match_lots(ledger, CostMethod.AVERAGE, "MADE"),
        plain,
        turns=2,
    )
    told.figure("FIFO", fifo)
    told.figure("average cost", pool)
    told.figure("sorting, multiplying and adding alone", sums)
    told.figure("transactions a second, FIFO", f"{COUNT / fifo.wall_seconds:9,.0f}")
    told.ratio("FIFO ÷ plain", fifo.cpu_seconds / sums.cpu_seconds)
    told.ratio("average ÷ plain", pool.cpu_seconds / sums.cpu_seconds)
    told.end()
