import json
from datetime import UTC, datetime

import pytest

from tests.providers.recorded import recorded
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.providers.yahoo import YahooAdapter

NOW = datetime(2026, 11, 20, 9, 10, tzinfo=UTC)
STAMP = int(NOW.timestamp()) - 60
YAHOO = YahooAdapter()


def test_recorded_search_leaves_out_options_and_rows_without_a_symbol():
    found = YAHOO.parse_search(recorded("yahoo/search_AAPL.json").body).listings

    assert [(row.asset_type, row.exchange, row.symbol, row.name, row.currency) for row in found] == [
        (AssetType.STOCK, "NASDAQ", "AAPL", "Apple Inc.", "USD"),
        (AssetType.ETF, "NASDAQ", "AAPU", "Direxion Daily AAPL Bull 2X Shares", "USD"),
    ]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("search_OCDO.L", [("LSE", "OCDO", "OCDO.L", "GBP")]),
        ("search_0P000071W8.TO", [("TSX", "0P000071W8", "0P000071W8.TO", "CAD")]),
        ("search_WSKT.JK", []),
        ("search_ISIN_NO0010123060", []),
    ],
)
def test_recorded_searches(file, expected):
    result = YAHOO.parse_search(recorded(f"yahoo/{file}.json").body)

    assert result.failure is None
    assert [(row.exchange, row.symbol, row.provider_symbol, row.currency) for row in result.listings] == expected


@pytest.mark.parametrize(
    ("exchange", "symbol", "provider_symbol", "expected"),
    [
        ("NSE", "INFY", None, "INFY.NS"),
        ("NYSE", "INFY", None, "INFY"),
        ("NSE", "M&M", None, "M&M.NS"),
        ("NSE", "BAJAJ-AUTO", None, "BAJAJ-AUTO.NS"),
        ("NSE", "INFY.NS", None, "INFY.NS"),
        ("BSE", "500325", None, "500325.BO"),
        ("LSE", "BP.", None, "BP.L"),
        ("LSE", "BT.A", None, "BT-A.L"),
        ("XETRA", "MUV2", None, "MUV2.DE"),
        ("TSX", "TD", None, "TD.TO"),
        ("ASX", "ALL", None, "ALL.AX"),
        ("MILAN", "LDO", None, "LDO.MI"),
        ("EURONEXT_PARIS", "AI", None, "AI.PA"),
        ("EURONEXT_AMSTERDAM", "ASML", None, "ASML.AS"),
        ("SIX", "NESN", None, "NESN.SW"),
        ("TSE", "7203", None, "7203.T"),
        ("HKEX", "00005", None, "0005.HK"),
        ("HKEX", "700", None, "0700.HK"),
        ("SGX", "D05", None, "D05.SI"),
        ("OSLO", "AZT", None, "AZT.OL"),
        ("JSE", "NPN", None, "NPN.JO"),
        ("TASE", "TEVA", None, "TEVA.TA"),
        ("IDX", "WSKT", None, "WSKT.JK"),
        ("NYSE", "BRK.B", None, "BRK-B"),
        ("CRYPTO", "BTC-USD", None, "BTC-USD"),
        ("BSE", "X", "0P0000XVJQ.BO", "0P0000XVJQ.BO"),
        ("AMFI", "120503", "120503", None),
        ("ECB", "EURINR", None, None),
        ("MANUAL", "FLAT", None, None),
        ("DEMO", "SAHYADRI", None, None),
        ("ELSEWHERE", "X", None, None),
        ("NSE", "A,B", None, None),
        ("NSE", "x" * 40, None, None),
    ],
)
def test_fault_18_symbols_come_from_exchange_and_symbol(exchange, symbol, provider_symbol, expected):
    instrument = Instrument("1", AssetType.STOCK, exchange, symbol, symbol, "INR", provider_symbol=provider_symbol)

    assert YAHOO.symbol_of(instrument) == expected


def test_what_search_finds_is_priced_under_the_same_symbol():
    rows = [
        {"symbol": symbol, "exchange": exchange, "quoteType": kind, "shortname": "A  name"}
        for symbol, exchange, kind in [
            ("BRK-B", "NYQ", "EQUITY"),
            ("M&M.NS", "NSI", "EQUITY"),
            ("0005.HK", "HKG", "EQUITY"),
            ("BT-A.L", "LSE", "EQUITY"),
            ("BTC-INR", "CCC", "CRYPTOCURRENCY"),
            ("^NSEI", "NSI", "INDEX"),
            ("EURUSD=X", "CCY", "CURRENCY"),
            ("ES=F", "CME", "FUTURE"),
        ]
    ]
    found = YAHOO.parse_search(json.dumps({"quotes": [*rows, None, 5, {"symbol": ["x"]}]}).encode()).listings

    instruments = [
        Instrument("1", row.asset_type, row.exchange, row.symbol, row.name, "INR", provider_symbol=row.provider_symbol)
        for row in found
    ]

    assert [YAHOO.symbol_of(one) for one in instruments] == ["BRK-B", "M&M.NS", "0005.HK", "BT-A.L", "BTC-INR", "^NSEI"]
    assert [row.symbol for row in found] == ["BRK.B", "M&M", "0005", "BT-A", "BTC-INR", "^NSEI"]
    assert found[4].currency == "INR"
