import struct
import tracemalloc
from zipfile import ZIP_BZIP2

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.providers.recorded import recorded
from tests.providers.udiff_rows import COLUMNS, HEADER, file, row, zipped
from tickfolio.providers.provider import Failure, FailureKind
from tickfolio.providers.udiff_file import UNPACKED_BYTES_MAX, read_iso_day, read_price, read_udiff_file
from tickfolio.providers.zip_file import unzip_one

ONE = file(row("INFY", "1512.60"))


def refused(body: bytes, exchange: str = "NSE") -> FailureKind:
    result = read_udiff_file(body, exchange)
    assert isinstance(result, Failure)
    return result.kind


def test_a_file_is_read_zipped_or_not():
    plain = read_udiff_file(ONE, "NSE")

    assert read_udiff_file(zipped(ONE), "NSE") == plain
    assert not isinstance(plain, Failure)
    (told,) = plain
    assert (told.symbol, told.series, told.isin, told.close, told.previous_close, told.volume, told.on) == (
        "INFY",
        "EQ",
        "INE000A01010",
        "1512.60",
        "100.00",
        "1000",
        "2026-11-20",
    )


def test_the_recorded_file_of_nse_is_read_whole():
    rows = read_udiff_file(recorded("nse/BhavCopy_NSE_CM_0_0_0_20250618_F_0000.csv").body, "NSE")

    # 2,994 lines, the first of which is the header
    assert len(rows) == 2993


@pytest.mark.parametrize(
    "path",
    [
        "nse/legacy_cm_bhav_header.csv",
        "nse/sec_bhavdata_full_16122025_head.csv",
        "nse/api_quote_equity.json",
        "bse/legacy_EQ090221_head.csv",
        "bse/error_200_html_for_missing_file.txt",
    ],
)
def test_recorded_answers_that_are_no_such_file_are_refused_whole(path):
    assert refused(recorded(path).body) is FailureKind.CONTRACT_CHANGED


@pytest.mark.parametrize(
    "header",
    [
        "",
        HEADER + ",Riskometer",
        HEADER.replace("ClsPric,", "ClosePric,"),
        HEADER.replace(",Rsvd4", ",TckrSymb"),
        HEADER.replace(",PrvsClsgPric", ",PrvClsgPric"),
        "SYMBOL,SERIES,OPEN,HIGH,LOW,CLOSE,LAST,PREVCLOSE,TOTTRDQTY,TOTTRDVAL,TIMESTAMP,TOTALTRADES,ISIN,",
    ],
)
def test_an_unknown_header_refuses_the_whole_file(header):
    assert refused(file(row("INFY", "1512.60"), header=header)) is FailureKind.CONTRACT_CHANGED


def test_columns_are_found_by_name_wherever_they_stand():
    turned = ",".join(reversed(COLUMNS))
    body = file(",".join(reversed(row("INFY", "1512.60").split(","))), header=turned)

    assert read_udiff_file(body, "NSE") == read_udiff_file(ONE, "NSE")


def test_a_column_that_nobody_reads_may_be_missing():
    shorter = HEADER.removesuffix(",Rsvd4")
    body = file(row("INFY", "1512.60").removesuffix(","), header=shorter)

    assert read_udiff_file(body, "NSE") == read_udiff_file(ONE, "NSE")


def test_rows_of_another_width_and_blank_lines_are_left_out():
    body = file(row("INFY", "1512.60"), row("A,B", "1"), "", "INFY,1", row("TCS", "3000.00"))

    rows = read_udiff_file(body, "NSE")

    assert not isinstance(rows, Failure)
    assert [told.symbol for told in rows] == ["INFY", "TCS"]


def test_a_byte_order_mark_carriage_returns_and_quotes_will_do():
    told = row("INFY", "1512.60", FinInstrmNm='"INFOSYS, LIMITED"')
    body = b"\xef\xbb\xbf" + file(told).replace(b"\n", b"\r\n")

    rows = read_udiff_file(body, "NSE")

    assert not isinstance(rows, Failure)
    assert rows[0].name == "INFOSYS, LIMITED"


def test_a_quote_that_is_never_closed_refuses_the_file_instead_of_swallowing_it():
    body = file(row("INFY", "1512.60", FinInstrmNm='"INFOSYS'), row("TCS", "3000.00"))

    assert refused(body) is FailureKind.CONTRACT_CHANGED


@pytest.mark.parametrize("cells", [{"Src": "BSE"}, {"Sgmt": "FO"}, {"Src": ""}])
def test_the_file_of_another_market_is_refused(cells):
    assert refused(file(row("INFY", "1512.60"), row("TCS", "3000.00", **cells))) is FailureKind.CONTRACT_CHANGED


def test_a_header_without_rows_is_no_data():
    assert refused(file()) is FailureKind.NO_DATA


# --- Zips ------------------------------------------------------------------------------------------------------------


def test_fault_20_a_zip_bomb_is_refused_before_it_is_large():
    bomb = zipped(bytes(UNPACKED_BYTES_MAX + 1))

    assert len(bomb) < 100_000
    assert refused(bomb) is FailureKind.CONTRACT_CHANGED


def test_fault_20_no_more_is_unpacked_than_is_allowed():
    bomb = zipped(bytes(20_000_000))

    tracemalloc.start()
    unzip_one(bomb, 1_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 2_000_000


def test_what_a_zip_says_of_its_own_size_is_not_believed():
    body = zipped(bytes(5_000))
    # the size after unpacking stands 24 bytes behind the start of the entry in the list at the end
    entry = body.index(b"PK\x01\x02")
    lying = body[: entry + 24] + struct.pack("<I", 10) + body[entry + 28 :]

    assert isinstance(unzip_one(lying, 1_000), Failure)
    assert isinstance(unzip_one(body, 4_999), Failure)
    assert unzip_one(body, 5_000) == bytes(5_000)


@pytest.mark.parametrize(
    "body",
    [
        zipped(),
        zipped(ONE, ONE),
        zipped(ONE, compression=ZIP_BZIP2),
        zipped(ONE)[:-30],
        zipped(ONE)[:60],
        b"PK\x03\x04",
        b"PK\x03\x04" + bytes(200),
        # the flag of an encrypted member, 8 bytes behind the start of its entry in the list
        zipped(ONE).replace(zipped(ONE)[zipped(ONE).index(b"PK\x01\x02") :][:9], b"PK\x01\x02\x14\x03\x14\x00\x01"),
    ],
    ids=["empty", "two", "bzip2", "cut", "cut early", "a mark", "a mark and nothing", "encrypted"],
)
def test_a_zip_that_is_not_one_plain_file_is_refused(body):
    assert isinstance(unzip_one(body, UNPACKED_BYTES_MAX), Failure)


@settings(max_examples=300, deadline=None)
@given(at=st.integers(0, 400), byte=st.integers(0, 255))
def test_a_zip_with_a_broken_byte_is_the_file_or_a_failure(at, byte):
    body = bytearray(zipped(ONE))
    body[at % len(body)] = byte

    content = unzip_one(bytes(body), UNPACKED_BYTES_MAX)

    assert isinstance(content, Failure) or content == ONE


# --- Cells -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "0", "0.00", "-5", "N.A.", "-", "NaN", "1e5", "1,234.5", "١٢", "9" * 30])
def test_fault_06_07_08_what_is_no_price_is_none(text):
    assert read_price(text) is None


@pytest.mark.parametrize("text", ["", "2026-02-30", "20-Nov-2026", "20261120", "2026-W47-5", "٢٠٢٦-11-20"])
def test_what_is_no_day_is_none(text):
    assert read_iso_day(text) is None


cells = st.text(max_size=8) | st.sampled_from(["INFY", "EQ", "NSE", "CM", "2026-11-20", '"', "1.5"])
bodies = st.one_of(
    st.binary(max_size=300),
    st.lists(st.lists(cells, min_size=30, max_size=36).map(",".join), max_size=4).map(
        lambda rows: file(*rows).decode(errors="replace").encode(errors="replace")
    ),
    st.binary(max_size=100).map(lambda tail: b"PK\x03\x04" + tail),
)


@settings(max_examples=300, deadline=None)
@given(body=bodies)
def test_any_bytes_are_rows_or_a_failure(body):
    rows = read_udiff_file(body, "NSE")

    assert isinstance(rows, Failure) or rows
