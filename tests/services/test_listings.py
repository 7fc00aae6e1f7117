"""What an exchange's own list says of identities: codes, changed ISINs, and another symbol of the same ISIN."""

from datetime import date

import pytest

from tests.builders import buy, named
from tickfolio.domain.instruments import AssetType
from tickfolio.providers.provider import Listing
from tickfolio.services.listings import compare_listings, record_listings, store_listings
from tickfolio.storage.instrument_aliases import AliasKind

TODAY = date(2026, 11, 20)


def share(symbol, isin, exchange="BSE", **more):
    return Listing(AssetType.STOCK, exchange, symbol, f"{symbol} Limited", "INR", isin, **more)


def tell(given, *listings):
    with given.database.transaction() as tx:
        record_listings(tx, given.world, listings)


def names_of(given, instrument):
    with given.database.reading() as tx:
        return [(one.kind, one.value, one.exchange, one.until) for one in tx.aliases.of([instrument.id])]


def proposals(given):
    with given.database.reading() as tx:
        instruments = tx.instruments.on_exchange("NSE")
        found = tx.action_proposals.of([one.id for one in instruments])
    return [(one.kind.value, one.to_symbol, one.ex_on) for one in found]


@pytest.fixture
def ril(given, asha, portfolio):
    given.record(asha, portfolio, buy(named("RELIANCE", "BSE"), "1", "1"))
    return given.instrument("RELIANCE", "BSE")


def test_a_share_is_found_by_the_number_of_its_exchange(given, asha, portfolio, ril):
    for _ in range(2):  # told twice, written down once
        tell(given, share("RELIANCE", "INE002A01018", code="500325"))

    assert names_of(given, ril) == [(AliasKind.CODE, "500325", "BSE", None)]
    given.record(asha, portfolio, buy(named("500325", "BSE"), "2", "1"))
    with given.database.reading() as tx:
        [held] = tx.holdings.all(asha.id, [portfolio.id])
    assert (held.holding.instrument_id, held.holding.quantity) == (ril.id, 3)


def test_a_share_that_nobody_knew_is_found_by_its_number_from_the_first_list_on(given, asha, portfolio):
    tell(given, share("RELIANCE", "INE002A01018", code="500325"))

    given.record(asha, portfolio, buy(named("500325", "BSE"), "2", "1"))

    ril = given.instrument("RELIANCE", "BSE")
    assert names_of(given, ril) == [(AliasKind.CODE, "500325", "BSE", None)]
    with given.database.reading() as tx:
        assert [one.holding.instrument_id for one in tx.holdings.all(asha.id, [portfolio.id])] == [ril.id]


def test_one_that_somebody_records_while_a_list_is_read_gets_its_number_from_the_next(given, asha, portfolio):
    told = [share("RELIANCE", "INE002A01018", code="500325"), share("TCS", "INE467B01029", code="532540")]
    with given.database.reading() as tx:
        changes = compare_listings(tx, given.world, told)
    given.record(asha, portfolio, buy(named("RELIANCE", "BSE"), "1", "1"))
    ril = given.instrument("RELIANCE", "BSE")

    with given.database.transaction() as tx:
        store_listings(tx, given.world, changes)

    assert names_of(given, ril) == []
    assert names_of(given, given.instrument("TCS", "BSE")) == [(AliasKind.CODE, "532540", "BSE", None)]
    tell(given, *told)
    assert names_of(given, ril) == [(AliasKind.CODE, "500325", "BSE", None)]


def test_the_number_of_a_share_whose_symbol_changes_stays_its_own(given, asha, portfolio, ril):
    tell(given, share("RELIANCE", "INE002A01018"))

    tell(given, share("RELI", "INE002A01018", code="500325"))

    assert names_of(given, ril) == [(AliasKind.CODE, "500325", "BSE", None)]
    with given.database.reading() as tx:
        assert [one.symbol for one in tx.instruments.on_exchange("BSE")] == ["RELIANCE"]


def test_an_isin_that_changes_leaves_the_old_one_as_a_name(given, ril):
    tell(given, share("RELIANCE", "INE002A01018"))
    tell(given, share("RELIANCE", "INE002A01026"))

    assert given.instrument("RELIANCE", "BSE").isin == "INE002A01026"
    assert names_of(given, ril) == [(AliasKind.ISIN, "INE002A01018", None, TODAY)]


def test_another_symbol_of_the_same_isin_is_proposed_and_is_no_new_share(given, asha, portfolio):
    given.record(asha, portfolio, buy("LTIM", "1", "1"))
    tell(given, share("LTIM", "INE214T01019", "NSE"))
    tell(given, share("LTM", "INE214T01019", "NSE"), share("INFY", "INE009A01021", "NSE"))

    assert proposals(given) == [("SYMBOL", "LTM", TODAY)]
    with given.database.reading() as tx:
        assert [one.symbol for one in tx.instruments.on_exchange("NSE")] == ["LTIM", "INFY"]


def test_two_symbols_of_one_isin_that_are_both_listed_are_two(given, asha, portfolio):
    given.record(asha, portfolio, buy("ABC", "1", "1"))
    tell(given, share("ABC", "INE214T01019", "NSE"))
    tell(given, share("ABC", "INE214T01019", "NSE"), share("ABCDVR", "INE214T01019", "NSE"))

    assert proposals(given) == []
    assert given.instrument("ABCDVR").isin == "INE214T01019"


def test_what_nobody_holds_needs_nobodys_decision(given):
    tell(given, share("OLD", "INE214T01019", "NSE"))
    tell(given, share("NEW", "INE214T01019", "NSE"))

    assert proposals(given) == []
    assert given.instrument("NEW").isin == "INE214T01019"


def test_a_source_that_gives_no_isins_does_not_change_any(given, asha, portfolio):
    fund = named("118989", asset_type=AssetType.MUTUAL_FUND)
    given.record(asha, portfolio, buy(fund, "1", "1"))
    for isin in ("INF179K01XQ0", "INF179K01XR8"):
        tell(given, Listing(AssetType.MUTUAL_FUND, "AMFI", "118989", "HDFC Mid Cap", "INR", isin))

    assert given.instrument("118989", "AMFI", AssetType.MUTUAL_FUND).isin == "INF179K01XQ0"
