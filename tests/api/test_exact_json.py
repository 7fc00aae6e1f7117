"""Faults 63 and 66: numbers, names and bodies that are odd; on both databases alike, and never a 5xx."""

import itertools
import json

import pytest

from tests.api.running import a_trade, add_holding, assert_problem, make_portfolio, trade

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def folio(server, asha):
    return f"/portfolios/{make_portfolio(asha)['id']}"


def post_quantity(asha, folio, text, symbol):
    body = (
        f'{{"asset_type": "STOCK", "symbol": "{symbol}", "exchange": "NSE", "avg_buy_price": "1", "quantity": {text}}}'
    )
    return asha.browser.post(f"{folio}/holdings", content=body.encode(), headers=JSON)


@pytest.mark.parametrize("sent", ["json number", "string"])
def test_fault_63_a_number_keeps_its_digits(asha, folio, sent):
    exact = [
        "0.1", "10", "0.000000000000000001", "12345678901234567890", "12345678901234567890.123456789012345678",
        "99999999999999999999.999999999999999999", "1.10", "0.30000000000000004", "9007199254740993",
    ]  # fmt: skip
    for number, text in enumerate(exact):
        answer = post_quantity(asha, folio, f'"{text}"' if sent == "string" else text, f"SYM{number}")

        assert answer.status_code == 201, (text, answer.text)
        assert answer.json()["quantity"] == text

    held = asha.browser.get(f"{folio}/holdings").json()["items"]
    summary = asha.browser.get(f"{folio}/summary").json()["holdings"]
    assert [one["quantity"] for one in held] == [one["quantity"] for one in summary] == exact


NO_QUANTITIES = [
    "1e400", "1e20", "1e-19", "-1e-1", "-1", "0", "-0", "0.0", "-0.0", "NaN", "Infinity", "-Infinity",
    "null", "true", "[]", "{}",
    '"1e5"', '"1e400"', '"١٢"', '"१२"', '"１２"', '"NaN"', '"Infinity"', '"-1"', '"+1"', '"0"', '"-0"', '" 1"', '"1 "',
    '"1,234.5"', '"1.234,5"', '"1_000"', '".5"', '"5."', '""', '"0x10"', '"1/2"', '"1\\u0000"', '"\\ud800"', '"1\\n"',
    '"' + "1" * 39 + '"', "1" * 39, '"0.' + "0" * 18 + '1"', "0." + "0" * 18 + "1", '"' + "9" * 10_000 + '"',
    "9" * 5_000, "1e" + "9" * 100, "1e999999999999999999999",
]  # fmt: skip


def test_fault_63_what_is_no_quantity_is_refused(asha, folio):
    for text in NO_QUANTITIES:
        answer = post_quantity(asha, folio, text, "INFY")

        assert answer.status_code in {400, 422}, (text[:50], answer.text)
        if answer.status_code == 422:
            assert_problem(answer, 422, "invalid_input", "quantity")
        else:
            assert_problem(answer, 400, "not_json")
    assert asha.browser.get(f"{folio}/holdings").json()["items"] == []


@pytest.mark.parametrize(("spelt", "value"), [("1e-7", "0.0000001"), ("1E5", "100000"), ("1.50e1", "15.0")])
def test_a_number_is_its_value_however_it_is_spelt(asha, folio, spelt, value):
    """JavaScript writes 0.0000001 as 1e-7."""
    assert post_quantity(asha, folio, spelt, "INFY").json()["quantity"] == value


def test_a_quantity_times_a_price_is_exact_to_the_last_digit(asha, folio):
    # 99999999999999999999.999999999999999999 × itself = 10^40 − 2·10^20·10^-18 + 10^-36
    #   = 9999999999999999999999999999999999999800 + 10^-36 (2·10^20·10^-18 = 200)
    largest = "99999999999999999999.999999999999999999"
    made = add_holding(asha, folio.rpartition("/")[2], quantity=largest, avg_buy_price=largest)

    assert made["invested"] == "9999999999999999999999999999999999999800." + "0" * 35 + "1"


NO_DAYS = [
    "0", "1", "20240101", '"20240101"', '"0"', '"1700000000"', '"2024-1-5"', '"2024-02-30"', '"2024-01-01T00:00:00"',
    '""', '"٢٠٢٤-٠١-٠١"', '"2024-W01-1"', '" 2024-01-01"', '"2024-01-01\\u0000"', "1.5", "true", '"1899-12-31"',
    '"9999-12-31"',
]  # fmt: skip


def test_only_a_day_is_a_day(asha, folio):
    """A number would be taken for seconds since 1970, and so for another day than was meant."""
    for day in NO_DAYS:
        body = json.dumps(a_trade()).replace('"2026-01-05"', day)
        answer = asha.browser.post(f"{folio}/transactions", content=body.encode(), headers=JSON)

        assert_problem(answer, 422, "invalid_input", "traded_on")


NASTY = {
    "<script>alert(1)</script>": None,
    "'; DROP TABLE portfolios; --": None,
    "=cmd|' /C calc'!A0": None,
    "\u202eevil\u202c": None,
    "😀👨‍👩‍👧‍👦": None,
    "e\u0301": "é",
    "  trimmed  ": "trimmed",
    "🇮🇳 निवेश": None,
    '"quoted" \\ back': None,
    "a" * 100: None,
    "%00 ${jndi:x} {{7*7}}": None,
}
REFUSED = ["", " ", "\u0000", "a\u0000b", "a" * 101, "a" * 10_000, "line\nbreak", "\u2028", "\u200b", "\x7f", "\x1b[2J"]


def test_fault_66_a_name_comes_back_as_it_was_written(asha):
    for name, stored in NASTY.items():
        made = make_portfolio(asha, name)

        assert made["name"] == (stored or name)
        assert asha.browser.get(f"/portfolios/{made['id']}").json() == made
        summary = asha.browser.get(f"/portfolios/{made['id']}/summary")
        assert summary.json()["portfolio"]["name"] == made["name"]
        assert summary.headers["content-type"] == "application/json"


def test_fault_66_what_is_no_name_is_refused_with_its_field(asha, folio):
    for name in REFUSED:
        assert_problem(asha.browser.post("/portfolios", json={"name": name}), 422, "invalid_input", "name")
        tag = asha.browser.get(folio).headers["ETag"]
        changed = asha.browser.patch(folio, json={"name": name}, headers={"If-Match": tag})
        assert_problem(changed, 422, "invalid_input", "name")
        assert_problem(asha.browser.patch("/me", json={"name": name}), 422, "invalid_input", "name")


TEXTS = ("symbol", "exchange", "isin", "currency", "account", "external_id", "note", "type", "price")


def test_fault_66_half_a_character_is_refused_in_every_text(asha, folio):
    for field, text in itertools.product(TEXTS, ("\\ud800", "\\udc00\\ud800", "a\\udfffb", "\\u0000")):
        body = json.dumps(a_trade() | {field: "PLACE"}).replace("PLACE", text)
        answer = asha.browser.post(f"{folio}/transactions", content=body.encode(), headers=JSON)

        assert_problem(answer, 422, answer.json()["code"], field)


@pytest.mark.parametrize("field", ["account", "note"])
def test_fault_66_a_text_is_looked_at_when_it_is_changed_too(asha, folio, field):
    row = trade(asha, folio.rpartition("/")[2], note="before", account="one")

    for text in ("a\u0000b", "line\nbreak", " "):
        answer = asha.browser.patch(f"/transactions/{row['id']}", json={field: text}, headers={"If-Match": '"1"'})
        assert_problem(answer, 422, "invalid_input", field)
    trimmed = asha.browser.patch(f"/transactions/{row['id']}", json={field: " e\u0301 "}, headers={"If-Match": '"1"'})

    assert trimmed.json()[field] == "é"


ODD_BODIES = [
    b"[" * 900 + b"]" * 900,
    b"[" * 100_000,
    b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    b'{"name": ' + b"[" * 900 + b"]" * 900 + b"}",
    b'{"name": "One", "name": "Two"}',
    b'{"name": "One", "\\u006eame": "Two"}',
    b'{"name": "One"} trailing',
    b'{"name": "One",}',
    b"{'name': 'One'}",
    b'{"name": "One" /* comment */}',
    b'\xff\xfe{"name": "One"}',
    b'{"name": "\xc3\x28"}',
    b'{"name": NaN}',
    b'{"name": 1e999999999999}',
    b'{"\\ud800": 1}',
    b'{"name": "One", "\\u0000": 1}',
    b'{"name": "One", "version": 7}',
    b'{"name": "One", "user_id": "1"}',
    b'{"name": "One", "__proto__": {}}',
    b'"name"',
    b"null",
    b"1",
    b" ",
]


def test_an_odd_body_is_refused_and_nothing_is_written(asha):
    for body in ODD_BODIES:
        answer = asha.browser.post("/portfolios", content=body, headers=JSON)

        assert_problem(answer, answer.status_code, "not_json" if answer.status_code == 400 else "invalid_input")
        assert answer.status_code in {400, 422}
    assert asha.browser.get("/portfolios").json()["items"] == []


ODD_IDS = [
    "%00",
    "a%00b",
    "%ff",
    "%F0%9F%98%80",
    "..%2f..",
    "'",
    '"',
    "%25",
    "x" * 5000,
    "%E2%80%AE",
    "١",
    "-",
    "%0a",
    "%20",
    ";",
    "*",
]


READ = ["/portfolios/{}", "/instruments/{}", "/instruments/{}/prices"]
READ += [f"/portfolios/{{}}/{part}" for part in ("summary", "holdings", "transactions")]


def test_an_odd_id_is_not_found(asha):
    for path, odd in itertools.product(READ, ODD_IDS):
        assert_problem(asha.browser.get(path.format(odd)), 404, "not_found")


def test_an_odd_id_is_not_found_when_it_is_to_be_changed(asha):
    for odd in ODD_IDS:
        for kind in ("portfolios", "holdings", "transactions"):
            for method, body in (("PATCH", {}), ("DELETE", None)):
                answer = asha.browser.request(method, f"/{kind}/{odd}", json=body, headers={"If-Match": '"1"'})
                assert_problem(answer, 404, "not_found")
        assert_problem(asha.browser.patch(f"/providers/{odd}", json={"on": True}), 404, "not_found")


def test_odd_questions_are_answered_or_refused(asha, folio):
    odd = [
        "%00",
        "%ff",
        "%F0%9F%98%80",
        "'",
        "%25%25",
        "_",
        "x" * 100,
        "%5C",
        "(((a+)+)+)+$",
        "a" * 101,
        "%E2%80%AE",
        "%20",
    ]
    for text in odd:
        for query in (f"/instruments?q={text}", f"{folio}/transactions?instrument_id={text}"):
            answer = asha.browser.get(query)
            assert answer.status_code in {200, 422}, (query, answer.text)


def test_odd_headers_are_answered_or_refused(asha, folio):
    for value in (b"\xff\xfe", b"'", b"x" * 5000, b"\xe2\x80\xae", b",,,,", b'W/"', b"%00"):
        for header in (
            "If-None-Match",
            "Accept",
            "Accept-Encoding",
            "Accept-Language",
            "X-Forwarded-For",
            "Cookie2",
            "Range",
        ):
            for path in (f"{folio}/summary", "/summary", folio):
                answer = asha.browser.get(path, headers={header: value})
                assert answer.status_code == 200, (header, value, path, answer.text)
        key = asha.browser.post("/portfolios", json={"name": "K"}, headers={"Idempotency-Key": value})
        assert key.status_code in {201, 422}
