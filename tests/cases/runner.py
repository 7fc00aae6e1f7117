"""Reads worked cases and complaints, and compares what the product shows with what each of them expects.

An adapter gives the figures of a case as a mapping from the expected key to the figure, or to a function that fetches
it. What it does not know is a failure that names the key: nothing that a case expects is passed over.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from tests.infrastructure.source_tree import PROJECT

Figures = Mapping[str, Any]
AREA_OF_COMPLAINTS = "complaint"
_PLACES = re.compile(r"_(\d)dp$")
_INDEX = re.compile(r"\[\d+\]")
# A plain number, alone or with its explanation in brackets behind it.
_NUMBER = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)(?: \(.*\))?")
# A daily series is drawn: its days but the last are told to six decimals.
_SERIES = Decimal("0.0000005")


@dataclass(frozen=True, slots=True)
class Case:
    """One file: what goes in, what has to come out, how near, and what another tracker showed in its place."""

    id: str
    area: str
    inputs: Mapping[str, Any]
    expected: Mapping[str, Any]
    tolerance: Mapping[str, Any]
    shown_wrongly: Mapping[str, Any] = field(default_factory=dict)
    folder: Path = Path()


def cases_folder() -> Path:
    """Where the cases are: the environment says, or else beside the checkout."""
    named = os.environ.get("TICKFOLIO_CASES")
    return Path(named) if named else PROJECT.parent / "shared" / "cases"


def load_cases(folder: Path) -> list[Case]:
    """Every file of the folder and of those in it, by name; numbers are exact."""
    return [read_case(path, folder) for path in sorted(folder.rglob("*.json"))]


def read_case(path: Path, folder: Path) -> Case:
    told = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)
    return Case(
        id=told["id"],
        area=told["area"],
        inputs=told["inputs"],
        expected=told["expected"],
        tolerance=told.get("tolerance", {}),
        shown_wrongly=told.get("shown_wrongly", {}),
        folder=folder,
    )


def differences(case: Case, figures: Figures) -> list[str]:
    """What is not as the case expects it, a line for each; none when all of it is."""
    return [*_compare(case.expected, figures, case.tolerance, ""), *_wrongly_shown(case, figures)]


def _compare(expected: Any, figure: Any, tolerance: Mapping[str, Any], place: str) -> Iterator[str]:
    if callable(figure):
        try:
            figure = figure()
        except AssertionError as error:
            yield f"{place}: {error}"
            return
    if isinstance(expected, Mapping):
        yield from _compare_mapping(expected, figure, tolerance, place)
    elif isinstance(expected, list):
        if not isinstance(figure, list) or len(figure) != len(expected):
            yield f"{place}: shown {figure}, expected {expected}"
            return
        for number, (one, other) in enumerate(zip(expected, figure, strict=True)):
            yield from _compare(one, other, tolerance, f"{place}[{number}]")
    elif not is_same(expected, figure, tolerance, place):
        yield f"{place}: shown {figure}, expected {expected}"


def _compare_mapping(
    expected: Mapping[str, Any], figure: Any, tolerance: Mapping[str, Any], place: str
) -> Iterator[str]:
    if not isinstance(figure, Mapping):
        yield f"{place}: shown {figure}, expected {dict(expected)}"
        return
    for key, one in expected.items():
        inside = f"{place}.{key}" if place else key
        if key in figure:
            yield from _compare(one, figure[key], tolerance, inside)
        else:
            yield f"{inside}: no adapter knows this expected key"


def is_same(expected: Any, figure: Any, tolerance: Mapping[str, Any], place: str) -> bool:
    """Whether a figure is the expected one, as near as the case wants it. `place` is the path of keys to it."""
    wanted = as_number(expected)
    if wanted is None or expected is None:
        return type(figure) is type(expected) and figure == expected
    shown = as_number(figure)
    if shown is None:
        return False
    places = _PLACES.search(_INDEX.sub("", place))
    if places:
        shown = rounded(shown, int(places[1]))
    return abs(shown - wanted) <= nearness(place, tolerance)


def nearness(place: str, tolerance: Mapping[str, Any]) -> Decimal:
    """How far a figure may be off: amounts by `abs`, percentages by their own word, ratios by that of percentages."""
    if place.startswith("value_on."):
        return max(_SERIES, tolerance.get("abs", _SERIES))
    points = tolerance.get("abs_percent_points")
    if "percent" in place or "_pct" in place:
        own = (points, tolerance.get("percent_abs"), tolerance.get("pct_abs"))
        return next((one for one in own if one is not None), tolerance.get("abs", Decimal(0)))
    if place.endswith("_exact") and "abs" not in tolerance:
        return tolerance.get("abs_vs_exact", (points or Decimal(0)) / 100)
    return tolerance.get("abs", Decimal(0) if points is None else points)


def as_number(value: Any) -> Decimal | None:
    """A number, however it is written; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int | float | str):
        return None
    try:
        number = Decimal(repr(float(value))) if isinstance(value, float) else Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def rounded(value: Decimal, places: int) -> Decimal:
    """As it is rounded once, at the screen."""
    return value.quantize(Decimal((0, (1,), -places)), rounding=ROUND_HALF_UP)


def _wrongly_shown(case: Case, figures: Figures) -> Iterator[str]:
    """The wrong numbers that are shown all the same. Words, and figures that the product does not have, say nothing."""
    for key, wrong in case.shown_wrongly.items():
        number = _plain_number(wrong)
        figure = figures.get(key)
        if number is None or figure is None or isinstance(figure, Mapping):
            continue
        if key in case.expected and is_same(case.expected[key], number, case.tolerance, key):
            continue
        try:
            shown = figure() if callable(figure) else figure
        except AssertionError as error:
            yield f"{key}: {error}"
            continue
        if is_same(number, shown, case.tolerance, key):
            yield f"{key}: shown {shown}, which is the wrong figure of the complaint"


def _plain_number(wrong: Any) -> Decimal | None:
    found = _NUMBER.fullmatch(wrong) if isinstance(wrong, str) else None
    if isinstance(wrong, str):
        return Decimal(found[1]) if found else None
    return as_number(wrong)
