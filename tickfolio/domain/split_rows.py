"""Splits as rows of a ledger: an instrument's own hold for everybody, one that a person enters for that portfolio."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from fractions import Fraction

from tickfolio.domain.ledger import WITH_RATIO, Transaction, TransactionType
from tickfolio.domain.money import ZERO
from tickfolio.domain.splits import Split, count_once

Said = tuple[str, str, date, Fraction]


def with_splits(rows: Iterable[Transaction], splits: Sequence[Split]) -> list[Transaction]:
    """The rows with the instruments' own splits in each portfolio; the same day and ratio counts once."""
    told = list(rows)
    entered = [row for row in told if row.type in WITH_RATIO]
    if entered:
        told = [row for row in told if row.type not in WITH_RATIO]
    said: dict[Said, Transaction] = {}
    for row in sorted(entered, key=lambda row: (row.sequence, row.id)):
        said.setdefault(_key(row), row)
    told += said.values()
    if splits:
        portfolios = _portfolios(told)
        for split in count_once(splits):
            own = [_as_row(split, portfolio) for portfolio in portfolios[split.instrument_id]]
            told += [row for row in own if _key(row) not in said]
    return told


def _portfolios(rows: Iterable[Transaction]) -> Mapping[str, AbstractSet[str]]:
    """The portfolios in which an instrument is, by instrument."""
    portfolios: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        portfolios[row.instrument_id].add(row.portfolio_id)
        if row.to_instrument_id is not None:
            portfolios[row.to_instrument_id].add(row.portfolio_id)
    return portfolios


def splits_of(rows: Iterable[Transaction], splits: Iterable[Split]) -> Sequence[Split]:
    """All splits that hold in a portfolio: its own rows' and the instruments' own, each once."""
    entered = [
        Split(row.instrument_id, row.traded_on, row.ratio, row.type is TransactionType.BONUS)
        for row in rows
        if row.ratio is not None
    ]
    return count_once([*entered, *splits])


def _key(row: Transaction) -> Said:
    ratio = row.ratio
    return row.portfolio_id, row.instrument_id, row.traded_on, ratio.value if ratio else Fraction(1)


def _as_row(split: Split, portfolio_id: str) -> Transaction:
    kind = TransactionType.BONUS if split.is_bonus else TransactionType.SPLIT
    return Transaction(
        id=f"{kind.value} {split.on.isoformat()}",
        instrument_id=split.instrument_id,
        type=kind,
        traded_on=split.on,
        quantity=ZERO,
        price=ZERO,
        sequence=0,
        portfolio_id=portfolio_id,
        ratio=split.ratio,
    )
