"""What exactness costs where numbers come in: 10,000 quotes of a source, and 100,000 decimals that people send.

Goal: 10,000 quotes in 0.31 s. The references are the same JSON read into floats, and Decimal's own constructor.
"""

import json
from decimal import Decimal

from bench.measure import Report, side_by_side
from tickfolio.domain.money import ZERO, read_decimal
from tickfolio.providers.json_text import read_json

QUOTES = 10_000
TEXTS = 100_000
GOAL_SECONDS = 0.31

if __name__ == "__main__":
    told = Report()
    body = json.dumps(
        [
            {
                "symbol": f"MADE{number}.NS",
                "regularMarketPrice": 100 + number / 20,
                "chartPreviousClose": 99.5 + number / 20,
                "regularMarketTime": 1_795_000_000 + number,
                "priceHint": 2,
                "currency": "INR",
            }
            for number in range(QUOTES)
        ]
    ).encode()
    texts = [f"{number}.{number % 100:02}" for number in range(TEXTS)]

    exact, floats = side_by_side(lambda: read_json(body), lambda: json.loads(body))
    told.figure(f"{QUOTES:,} quotes, exact", exact)
    told.figure("the same into floats", floats)
    told.ratio("exact ÷ floats", exact.cpu_seconds / floats.cpu_seconds)
    told.ratio("seconds", exact.wall_seconds, at_most=GOAL_SECONDS)

    read, made = side_by_side(
        lambda: [read_decimal(text, "price", above=ZERO) if text != "0.00" else ZERO for text in texts],
        lambda: [Decimal(text) for text in texts],
        turns=3,
    )
    told.figure(f"{TEXTS:,} decimals checked and read", read)
    told.figure("the same by Decimal alone", made)
    told.ratio("checked ÷ alone", read.cpu_seconds / made.cpu_seconds)
    told.end()
