"""Identity: a symbol that was changed, an ISIN that was changed, a fund house; found by whatever name people have."""

from datetime import date

import pytest

from tests.builders import ScriptedSource, buy, named
from tickfolio.domain.errors import AdministratorOnly, AliasExists, InvalidInput, NotFound
from tickfolio.domain.fund_houses import house_of
from tickfolio.domain.instruments import AssetType
from tickfolio.providers.provider import Listing
from tickfolio.services.aliases import AliasDraft, add_alias, list_aliases, remove_alias
from tickfolio.services.search import search_instruments
from tickfolio.services.sources import Sources
from tickfolio.storage.instrument_aliases import AliasKind

SCHEME = Listing(AssetType.MUTUAL_FUND, "AMFI", "118989", "HDFC Mid Cap Fund - Direct - Growth", "INR", "INF179K01XQ0")
SHARE = Listing(AssetType.STOCK, "NSE", "HDFCBANK", "HDFC Bank", "INR")


@pytest.fixture
def asha(given):
    """The administrator."""
    return given.user(administrator=True)


def add(given, user, instrument, value, **more):
    with given.database.transaction() as tx:
        return add_alias(tx, given.world, user, instrument.id, AliasDraft(AliasKind.SYMBOL, value, **more))


def look(given, user, query, *listings):
    source = ScriptedSource()
    source.listings = listings
    source.search = lambda _query: list(listings)
    return search_instruments(given.database, Sources({"s": source}, frozenset({"s"})), user.id, query, 10)


def held(given, user, portfolio):
    with given.database.reading() as tx:
        rows = tx.holdings.all(user.id, [portfolio.id])
        return {one.symbol for one in tx.instruments.many(row.holding.instrument_id for row in rows).values()}


def test_a_trade_under_the_old_symbol_belongs_to_the_share_of_today(given, asha, portfolio):
    # NSE changed ZOMATO to ETERNAL on 9 April 2025.
    given.record(asha, portfolio, buy("ZOMATO", "10", "100"))
    given.record(asha, portfolio, buy("ETERNAL", "5", "300"))

    assert held(given, asha, portfolio) == {"ETERNAL"}
    with given.database.reading() as tx:
        [alias] = list_aliases(tx, asha, given.instrument("ETERNAL").id)[1]
    assert (alias.value, alias.until, alias.exchange) == ("ZOMATO", date(2025, 4, 9), "NSE")


def test_the_same_letters_on_another_exchange_are_another_share(given, asha, portfolio):
    given.record(asha, portfolio, buy(named("ZOMATO", "LSE"), "10", "100"))

    assert held(given, asha, portfolio) == {"ZOMATO"}


def test_a_name_that_somebody_wrote_down_is_found_from_then_on(given, asha, portfolio):
    given.record(asha, portfolio, buy("LTM", "1", "1"))
    share = given.instrument("LTM")

    alias = add(given, asha, share, "ltim", until=date(2026, 2, 1))
    given.record(asha, portfolio, buy("LTIM", "1", "1"))

    assert held(given, asha, portfolio) == {"LTM"}
    [found] = look(given, asha, "ltim").found
    assert (found.instrument.symbol, found.known_as) == ("LTM", alias)
    with pytest.raises(AliasExists):
        add(given, asha, share, "LTIM")
    with given.database.transaction() as tx:
        remove_alias(tx, asha, share.id, alias.id)
    assert look(given, asha, "ltim").found == []


def test_an_old_isin_is_a_name_too(given, asha, portfolio):
    given.record(asha, portfolio, buy("MRF", "1", "1"))
    share = given.instrument("MRF")
    with given.database.transaction() as tx:
        draft = AliasDraft(AliasKind.ISIN, "INE883A01011", until=date(2026, 1, 1))
        add_alias(tx, given.world, asha, share.id, draft)

    given.record(asha, portfolio, buy("INE883A01011", "1", "1"))

    assert held(given, asha, portfolio) == {"MRF"}


def test_only_the_administrator_names_what_is_everybodys(given, asha, portfolio):
    ravi = given.user("Ravi")
    given.record(asha, portfolio, buy("INFY", "1", "1"))

    with pytest.raises(AdministratorOnly):
        add(given, ravi, given.instrument("INFY"), "INFOSYS")


@pytest.mark.parametrize(
    ("value", "more", "code"),
    [
        ("two words", {}, "not_a_symbol"),
        ("", {}, "blank"),
        ("OK", {"since": date(2026, 1, 2), "until": date(2026, 1, 2)}, "too_early"),
    ],
)
def test_a_name_that_can_be_none_is_refused(given, asha, portfolio, value, more, code):
    given.record(asha, portfolio, buy("INFY", "1", "1"))

    with pytest.raises(InvalidInput) as refused:
        add(given, asha, given.instrument("INFY"), value, **more)
    assert refused.value.field_code == code


def test_somebody_elses_own_instrument_is_not_found_by_any_name(given, asha, portfolio):
    given.record(asha, portfolio, buy(named("Flat", "MANUAL"), "1", "1"))
    with given.database.reading() as tx:
        [own] = tx.instruments.search(asha.id, ["flat"], 10)
    add(given, asha, own, "HOUSE")

    assert [one.known_as.value for one in look(given, asha, "house").found] == ["HOUSE"]
    assert look(given, given.user("Ravi"), "house").found == []
    with pytest.raises(NotFound):
        add(given, given.user("Ben"), own, "MINE")


def test_a_fund_house_is_no_fund_and_says_so(given, asha, portfolio):
    for name in ("HDFCMF", "SBIMF", "ICICI_PRU_MF"):
        with pytest.raises(InvalidInput) as refused:
            given.record(asha, portfolio, buy(named(name, asset_type=AssetType.MUTUAL_FUND), "1", "1"))
        assert refused.value.field_code == "fund_house"
    given.record(asha, portfolio, buy(named("118989", asset_type=AssetType.MUTUAL_FUND), "1", "1"))


def test_who_looks_for_a_fund_house_finds_its_schemes_first(given, asha):
    told = look(given, asha, "HDFCMF", SHARE, SCHEME)

    assert told.fund_house == "HDFC"
    assert [one.instrument.symbol for one in told.found] == ["118989", "HDFCBANK"]
    assert look(given, asha, "HDFC", SHARE, SCHEME).fund_house is None


def test_the_share_of_a_company_that_manages_funds_is_found_by_its_symbol(given, asha):
    manager = Listing(AssetType.STOCK, "NSE", "HDFCAMC", "HDFC Asset Management Company", "INR")

    told = look(given, asha, "hdfcamc", SCHEME, manager)

    assert told.fund_house is None
    assert told.found[0].instrument.symbol == "HDFCAMC"


def test_what_a_fund_house_is_called():
    assert house_of("HDFCMF") == "HDFC"
    assert house_of("Parag Parikh  Mutual Fund") == "PARAG PARIKH"
    assert house_of("Nippon AMC") == "NIPPON"
    assert [house_of(text) for text in ("118989", "INF179K01XQ0", "MF", "AMC", "HDFC Mid Cap Fund", "")] == [None] * 6
