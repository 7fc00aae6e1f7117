"""What companies were called before, and which names are those of fund houses."""

import pytest

from tickfolio.domain.fund_houses import house_of
from tickfolio.domain.renames import rename_of, renames_from


@pytest.mark.parametrize(
    ("exchange", "old", "new"),
    [("NSE", "ZOMATO", "ETERNAL"), ("BSE", "ZOMATO", "ETERNAL"), ("NASDAQ", "FB", "META"), ("NYSE", "SQ", "XYZ")],
)
def test_an_old_symbol_leads_to_the_one_of_today(exchange, old, new):
    assert rename_of(exchange, old).new == new
    assert [one.new for one in renames_from(old)] == [new]


def test_another_exchange_or_todays_symbol_leads_nowhere():
    assert rename_of("NYSE", "FB") is None
    assert rename_of("NSE", "ETERNAL") is None
    assert renames_from("ETERNAL") == ()


@pytest.mark.parametrize(
    ("text", "house"),
    [
        ("HDFCMF", "HDFC"), ("hdfc mutual fund", "HDFC"), ("SBI  Mutual Fund", "SBI"), ("ICICIPRUMF", "ICICIPRU"),
        ("ADITYA_BIRLA_MF", "ADITYA BIRLA"), ("Quant AMC", "QUANT"), ("DSP MUTUALFUND", "DSP"),
        # a scheme, shares (two of them of companies that manage funds), and a word that only ends in MF
        ("HDFC Flexi Cap Fund", None), ("INFY", None), ("HDFCAMC", None), ("UTIAMC", None), ("MF", None), ("", None),
    ],
)  # fmt: skip
def test_a_house_is_known_by_how_brokers_shorten_it(text, house):
    assert house_of(text) == house
