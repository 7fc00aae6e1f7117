"""Works receipts of performance out again from their JSON alone, in floats and with the standard library only."""

import math
from datetime import date


def redo(node):
    """The value of a node from those of its parts, by what the API says of each step."""
    if node["op"] is None:
        return float(node["value"])
    parts = [redo(part) for part in node["parts"]]
    return {
        "sum": lambda: math.fsum(parts),
        "difference": lambda: parts[0] - math.fsum(parts[1:]),
        "product": lambda: math.prod(parts),
        "quotient": lambda: parts[0] / parts[1],
        "percent": lambda: 100 * parts[0] / parts[1],
        "negate": lambda: -parts[0],
        "share": lambda: min(parts[0] * parts[1] / parts[2], parts[0]),
        "link": lambda: (math.prod(parts) - 1) * 100,
        "annualise": lambda: ((1 + parts[0] / 100) ** (365 / parts[1]) - 1) * 100,
        "xirr": lambda: rate([date.fromisoformat(part["fact"]["on"]) for part in node["parts"]], parts),
        "volatility": lambda: deviation(parts) * math.sqrt(252),
        "sharpe": lambda: mean(parts) / deviation(parts) * math.sqrt(252),
        "sortino": lambda: mean(parts) / math.sqrt(mean([min(one, 0) ** 2 for one in parts])) * math.sqrt(252),
    }[node["op"]]()


def mean(values):
    return math.fsum(values) / len(values)


def deviation(values):
    return math.sqrt(math.fsum((one - mean(values)) ** 2 for one in values) / (len(values) - 1))


def rate(days, flows):
    """The one rate between −90 % and 1000 % by halving, in percent."""
    low, high = -0.9, 10.0

    def worth(at_rate):
        return math.fsum(
            flow / (1 + at_rate) ** ((day - days[0]).days / 365) for day, flow in zip(days, flows, strict=True)
        )

    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if (worth(low) > 0) == (worth(middle) > 0) else (low, middle)
    return low * 100


def steps(node):
    yield node
    for part in node["parts"]:
        yield from steps(part)
