"""Paths into an answer of one's own: where they lead, or as far as they do."""

from datetime import date
from decimal import Decimal

import pytest

from tests.providers.own_answers import in_csv, in_json
from tickfolio.providers.own_answer import OwnFailure, OwnPrice


@pytest.mark.parametrize(
    ("path", "price"),
    [
        ("data.0.price", "99.5"),
        ("data[1].price", "101.25"),
        ("$.data[-1].price", "101.25"),
        ("data.last.price", "101.25"),
        ("data[first].price", "99.5"),
        ("data[code=2].price", "101.25"),
        ('"a.b".net value', "7"),
        ("['a.b'][\"net value\"]", "7"),
        ("last.0", "8"),
        ("deep.x[-1][0]", "3"),
        (" at ", "1795165800"),
    ],
)
def test_a_path_leads_to_the_price(path, price):
    assert in_json(path) == OwnPrice(Decimal(price))


def test_the_whole_answer_may_be_the_price():
    assert in_json("$", document=b" 101.250 ") == OwnPrice(Decimal("101.250"))


@pytest.mark.parametrize(
    ("path", "code", "where", "found"),
    [
        ("data.2.price", "path_not_found", "data.2", "there is a list of 2"),
        ("data.0.nav", "path_not_found", "data.0.nav", "there is an object with code, price"),
        ("data.price", "path_not_found", "data.price", "there is a list of 2"),
        ("data[code=3].price", "path_not_found", "data.code=3", "there is a list of 2"),
        ("at.x", "path_not_found", "at.x", "there is the number 1795165800"),
        ("data[1].on.x", "path_not_found", "data.1.on.x", "there is the text “2026-11-19”"),
        ("data", "not_a_number", "data", "a list of 2"),
        ("data[1].on", "not_a_number", "data[1].on", "the text “2026-11-19”"),
        ("no", "not_a_number", "no", "null"),
        ("a..b", "path_unreadable", None, None),
        ("a[", "path_unreadable", None, None),
        ("a[x]", "path_unreadable", None, None),
        ("", "path_unreadable", None, None),
    ],
)
def test_where_a_path_ends_is_said(path, code, where, found):
    told = in_json(path)

    assert isinstance(told, OwnFailure)
    assert (told.code, told.where, told.found) == (code, where, found)


ROWS = "Date,Symbol,Close\n2026-11-18,INFY,10\n2026-11-18,TCS,30\n2026-11-19,INFY,11\n2026-11-19,TCS,31.50\n\n"


@pytest.mark.parametrize(
    ("path", "price", "day"),
    [
        ("Close", "31.50", 19),
        ("Close[last]", "31.50", 19),
        ("Close[first]", "10", 18),
        ("Close[1]", "30", 18),
        ("Close[-2]", "11", 19),
        ("Close[Symbol=INFY]", "11", 19),
        ("Close [ Date = 2026-11-18 ]", "30", 18),
    ],
)
def test_a_column_and_a_row_lead_to_the_price(path, price, day):
    assert in_csv(ROWS, path, "Date") == OwnPrice(Decimal(price), date(2026, 11, day))


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters_are_known(delimiter):
    assert in_csv("\ufeff" + ROWS.replace(",", delimiter), "Close", "Date") == OwnPrice(
        Decimal("31.50"), date(2026, 11, 19)
    )


def test_a_name_may_have_brackets_and_a_cell_a_new_line():
    text = '"Close [INR]","Note"\n5,"two\nlines"\n'

    assert in_csv(text, "Close [INR]") == OwnPrice(Decimal(5))
    assert in_csv(text, "Close [INR][first]") == OwnPrice(Decimal(5))


@pytest.mark.parametrize(
    ("text", "path", "date_path", "code", "where", "found"),
    [
        (ROWS, "Nav", None, "path_not_found", "Nav", "the first row has Date, Symbol, Close"),
        (ROWS, "Close", "Day", "path_not_found", "Day", "the first row has Date, Symbol, Close"),
        (ROWS, "Close[Name=x]", None, "path_not_found", "Name", "the first row has Date, Symbol, Close"),
        (ROWS, "Close[Symbol=SBIN]", None, "path_not_found", "Close[Symbol=SBIN]", "no such row"),
        (ROWS, "Close[9]", None, "path_not_found", "Close[9]", "no such row"),
        ("", "Close", None, "path_not_found", "Close", "no first row"),
        ("Close\n", "Close", None, "path_not_found", "Close[last]", "no such row"),
        ("Date,Close\n2026-11-19\n", "Close", None, "not_a_number", "Close", "the text “”"),
        ("\x00", "Close", None, "not_csv", None, None),
    ],
)
def test_what_a_table_lacks_is_said(text, path, date_path, code, where, found):
    told = in_csv(text, path, date_path)

    assert isinstance(told, OwnFailure)
    assert (told.code, told.where, told.found) == (code, where, found)
