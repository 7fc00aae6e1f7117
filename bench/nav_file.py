"""AMFI's file of 14,300 schemes, made here: decoded, split, read and priced for 50 holdings, beside splitting alone."""

from datetime import UTC, datetime

from bench.measure import Report, side_by_side
from tickfolio.providers.amfi import AmfiAdapter

ROWS = 14_300
HEADER = "Scheme Code;ISIN Div Payout/ ISIN Growth;ISIN Div Reinvestment;Scheme Name;Plan;Option;Net Asset Value;Date"
NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)


def made_file():
    """As AMFI writes it: sections, fund houses, blank lines and rows, ended by CR and LF."""
    lines = [HEADER]
    for number in range(ROWS):
        if number % 100 == 0:
            lines += [" ", "Open Ended Schemes(Equity Scheme - Made)", " ", f"Made House {number // 100}", " "]
        isin = f"INF{number:08}0"
        name = f"Made Scheme {number} of a House with a Long Name"
        lines.append(
            f"{100_000 + number};{isin};-;{name};Direct Plan;Growth;{10 + number % 900}.{number:05};20-Nov-2026"
        )
    return "\r\n".join([*lines, ""]).encode()


if __name__ == "__main__":
    told = Report()
    body, adapter = made_file(), AmfiAdapter("https://amfi.invalid/NAVAll.txt")
    wanted = [str(100_000 + number * 200) for number in range(50)]

    def parse():
        result = adapter.parse(body, wanted, NOW)
        assert len(result.observations) == len(wanted), result.failures
        assert len(result.listings) == ROWS

    def split():
        return [line.split(";") for line in body.decode().split("\n")]

    parsed, divided = side_by_side(parse, split, turns=7)
    told.figure(f"{ROWS:,} rows, {len(body) / 1e6:.1f} MB, parsed", parsed)
    told.figure("the same text split at its separators", divided)
    told.figure("rows a second", f"{ROWS / parsed.wall_seconds:9,.0f}")
    told.ratio("parsed ÷ split", parsed.cpu_seconds / divided.cpu_seconds)
    told.end()
