"""The clock of each market through HTTP."""

from datetime import UTC, datetime

import pytest

from tests.api.running import add_holding, assert_problem, make_portfolio, running, wait_until
from tests.providers.market import Market
from tests.providers.udiff_rows import file, row, zipped


def market(answer, exchange):
    assert answer.status_code == 200, answer.text
    return next(one for one in answer.json()["items"] if one["exchange"] == exchange)


def put(person, path, **body):
    return person.browser.put(f"/markets/{path}", json=body)


@pytest.fixture
def ravi(server):
    """The first one here: the administrator."""
    return server.person("Ravi")


def test_every_market_that_has_a_clock_is_listed(ravi):
    answer = ravi.browser.get("/markets")

    codes = [one["exchange"] for one in answer.json()["items"]]
    assert codes[:6] == ["NSE", "BSE", "AMFI", "NYSE", "NASDAQ", "LSE"]
    assert "ECB" in codes
    assert not {"CRYPTO", "MANUAL", "CASH", "DEMO"} & set(codes)
    nse = market(answer, "NSE")
    assert (nse["name"], nse["zone"]) == ("National Stock Exchange of India", "Asia/Kolkata")
    assert (market(answer, "AMFI")["hours"], market(answer, "AMFI")["opens_at"]) == ([], None)


def test_a_day_is_written_down_and_taken_back(ravi):
    day = {"kind": "session", "name": "Muhurat", "opens": "18:00", "closes": "19:00"}
    answer = put(ravi, "NSE/days/2098-10-26", **day)

    assert market(answer, "NSE")["days"][-1] == day | {"day": "2098-10-26", "own": True}
    # the same again changes nothing but what it says
    again = put(ravi, "NSE/days/2098-10-26", kind="closed", name="Diwali")
    assert market(again, "NSE")["days"][-1] == {
        "day": "2098-10-26",
        "kind": "closed",
        "name": "Diwali",
        "opens": None,
        "closes": None,
        "own": True,
    }
    gone = ravi.browser.delete("/markets/NSE/days/2098-10-26")
    assert "2098-10-26" not in [one["day"] for one in market(gone, "NSE")["days"]]
    assert_problem(ravi.browser.delete("/markets/NSE/days/2098-10-26"), 404, "not_found")


def test_hours_are_written_down_and_taken_back(ravi):
    answer = put(ravi, "LSE/hours", since="2098-01-01", opens="07:30", closes="17:00")

    assert market(answer, "LSE")["hours"] == [
        {"since": None, "opens": "08:00", "closes": "16:35", "own": False},
        {"since": "2098-01-01", "opens": "07:30", "closes": "17:00", "own": True},
    ]
    gone = ravi.browser.delete("/markets/LSE/hours/2098-01-01")
    assert [one["own"] for one in market(gone, "LSE")["hours"]] == [False]


@pytest.mark.parametrize(
    ("path", "body", "field", "code"),
    [
        ("NSE/days/2026-12-01", {"kind": "half", "name": "x"}, "kind", "literal_error"),
        ("NSE/days/2026-12-01", {"kind": "closed"}, "name", "missing"),
        ("NSE/days/2026-12-01", {"kind": "closed", "name": " "}, "name", "blank"),
        ("NSE/days/2026-12-01", {"kind": "closed", "name": "x" * 101}, "name", "string_too_long"),
        ("NSE/days/2026-12-01", {"kind": "session", "name": "x"}, "opens", "missing"),
        (
            "NSE/days/2026-12-01",
            {"kind": "session", "name": "x", "opens": "9:15", "closes": "15:30"},
            "opens",
            "string_pattern_mismatch",
        ),
        (
            "NSE/days/2026-12-01",
            {"kind": "session", "name": "x", "opens": "24:00", "closes": "15:30"},
            "opens",
            "string_pattern_mismatch",
        ),
        (
            "NSE/days/2026-12-01",
            {"kind": "session", "name": "x", "opens": "15:30", "closes": "09:15"},
            "closes",
            "not_after_opens",
        ),
        ("NSE/days/2026-12-01", {"kind": "closed", "name": "x", "opens": "09:15"}, "opens", "not_a_session"),
        ("NSE/days/1999-12-01", {"kind": "closed", "name": "x"}, "day", "too_early"),
        ("NSE/hours", {"since": "2100-01-01", "opens": "09:15", "closes": "15:30"}, "since", "too_far_ahead"),
        ("NSE/hours", {"since": 1, "opens": "09:15", "closes": "15:30"}, "since", "not_a_date"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(ravi, path, body, field, code):
    answer = put(ravi, path, **body)

    assert_problem(answer, 422, "invalid_input")
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [(field, code)]


@pytest.mark.parametrize(
    "path", ["MOON/days/2026-12-01", "CRYPTO/days/2026-12-01", "NSE/days/soon", "nse/days/2026-12-01"]
)
def test_a_market_or_a_day_that_is_none_is_not_found(ravi, path):
    assert_problem(put(ravi, path, kind="closed", name="x"), 404, "not_found")


def test_a_change_is_a_new_content_of_every_summary(ravi):
    before = ravi.browser.get("/summary").headers["ETag"]

    put(ravi, "NSE/days/2098-10-26", kind="closed", name="Diwali")

    assert ravi.browser.get("/summary", headers={"If-None-Match": before}).status_code == 200


def test_whoever_is_not_the_administrator_looks_and_does_not_touch(server, ravi):
    asha = server.person("Asha")

    assert asha.browser.get("/markets").status_code == 200
    assert_problem(put(asha, "NSE/days/2026-12-01", kind="closed", name="x"), 403, "administrator_only")


@pytest.mark.enable_socket
def test_the_day_s_file_is_asked_for_by_what_the_administrator_wrote_down(sqlite_url, clock):
    """On Monday 23 November 2026, 17:30 in India: an ordinary day until it is written down as a holiday."""
    path = "/content/cm/BhavCopy_NSE_CM_0_0_0_20261120_F_0000.csv.zip"
    clock.now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    with Market(now=clock) as market:
        market.set_file(path, zipped(file(row("INFY", "1500.00"))), "application/zip")
        with running(sqlite_url, works=True, clock=clock, providers="nse", nse_url=market.url) as server:
            ravi = server.person("Ravi")
            wait_until(lambda: path in market.paths("nse"), "the list of all, from the last file that is there")
            before = market.paths("nse")

            put(ravi, "NSE/days/2026-11-23", kind="closed", name="Mourning")
            add_holding(ravi, make_portfolio(ravi)["id"], "INFY")
            after = wait_until(lambda: market.paths("nse")[len(before) :], "the price of what is new")

    assert "_20261123_" in before[0]
    assert "_20261120_" in after[0]
