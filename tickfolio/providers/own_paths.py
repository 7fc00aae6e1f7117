"""Where in a document the price stands: a path into JSON, or a column and a row of CSV.

JSON: names and positions, as `data.0.price`, `data[-1].price` or `$.data[last]["net value"]`; a position counts from 0,
and from the end when it is negative; `[code=120503]` is the last object of a list whose `code` is that. `$` alone is
the whole document.
CSV, whose first row names the columns: `Close` or `Close[last]` is the last row, `Close[first]` the first one,
`Close[3]` the fourth, and `Close[Symbol=INFY]` the last one in which the column `Symbol` is that.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from itertools import islice
from typing import Any

PATH_SIZE_MAX = 200
_TOKEN = re.compile(
    r"""\.?(?: \[ \s* (?P<bracket> "[^"]*" | '[^']*' | [^\[\]"']+ ) \s* \]
          | (?<![\]\w]) "(?P<quoted>[^"]+)" | (?P<name>[^.\[\]"]+) )""",
    re.VERBOSE,
)
_POSITION = re.compile(r"-?[0-9]{1,6}", re.ASCII)
_POSITIONS = {"first": 0, "last": -1}
_DELIMITERS = (",", ";", "\t", "|")
_CELL = re.compile(r"(?P<column>.+?)\s*(?:\[(?P<row>[^\[\]]*)\])?", re.DOTALL)
_COLUMNS_TOLD, _NAME_TOLD_MAX = 6, 30


class PathWrong(Exception):
    """A path that cannot be read; the message says where."""


class NothingThere(Exception):
    """The document has nothing under the path: `where` is as far as it leads, `found` what is there instead."""

    def __init__(self, where: str, found: str) -> None:
        super().__init__(f"Nothing at {where}: {found}.")
        self.where = where
        self.found = found


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `text` as it was written, a `name`, a `position`, or where a field (`name`) has a `value`."""

    text: str
    name: str | None = None
    position: int | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A column of CSV and which row of it."""

    column: str
    row: Step


def read_json_path(text: str) -> Sequence[Step]:
    """The steps of a path into JSON. Raises: PathWrong."""
    text = _sized(text)
    rest = text[1:] if text == "$" or text[:2] in {"$.", "$["} else text
    steps: list[Step] = []
    place = 0
    while place < len(rest):
        found = _TOKEN.match(rest, place)
        if found is None or (place > 0 and rest[place] not in ".["):
            raise PathWrong(f"It cannot be read from “{rest[place : place + 20]}” on.")
        steps.append(_step(found))
        place = found.end()
    return steps


def read_csv_path(text: str) -> Cell:
    """The column and the row of a path into CSV; the last row where none is named. Raises: PathWrong."""
    text = _sized(text)
    found = _CELL.fullmatch(text)
    row = None if found is None or found["row"] is None else _selector(found["row"])
    if found is None or row is None:  # what is no row in brackets belongs to the name
        return Cell(text, Step("last", position=-1))
    return Cell(found["column"], row)


def find_in_json(document: object, steps: Sequence[Step]) -> object:
    """What stands there. Raises: NothingThere."""
    place, walked = document, "$"
    for step in steps:
        walked = step.text if walked == "$" else f"{walked}.{step.text}"
        place = _follow(place, step, walked)
    return place


def find_in_csv(text: str, cell: Cell, beside: str | None = None) -> tuple[str, str | None]:
    """The cell, and that of another column in the same row. Raises: NothingThere; ValueError when it is no CSV."""
    try:
        names, rows = _open(text, cell.column)
        wanted = (cell.column, *(() if beside is None else (beside,)), *(() if not cell.row.name else (cell.row.name,)))
        places = {name: _column(names, name) for name in wanted}
        row = _row(rows, cell.row, places)
    except csv.Error as error:
        raise ValueError("not CSV") from error
    if row is None:
        raise NothingThere(f"{cell.column}[{cell.row.text}]", "no such row")
    return _cell(row, places[cell.column]), None if beside is None else _cell(row, places[beside])


def describe(value: object) -> str:
    """What a value is, in a few words, for whoever looks for another one."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case dict():
            return f"an object with {_few(value)}" if value else "an empty object"
        case list():
            return f"a list of {len(value)}"
        case Decimal():
            return f"the number {value}"[: _NAME_TOLD_MAX + 11]
        case _:
            return f"the text “{_short(str(value))}”"


def _step(found: re.Match[str]) -> Step:
    bracket, name = found["bracket"], found["quoted"] or found["name"]
    if bracket is None:
        return Step(name, name=name, position=_position(name))
    if bracket[0] in "\"'":
        return Step(bracket, name=bracket[1:-1])
    step = _selector(bracket)
    if step is None:
        raise PathWrong(f"[{bracket}] is no position, as [0] or [last], and no search, as [code=120503].")
    return step


def _selector(text: str) -> Step | None:
    name, equals, value = text.strip().partition("=")
    if equals and name.strip() and value.strip():
        return Step(text.strip(), name=name.strip(), value=value.strip())
    position = _position(name)
    return None if equals or position is None else Step(text.strip(), position=position)


def _position(text: str) -> int | None:
    text = text.strip()
    return int(text) if _POSITION.fullmatch(text) else _POSITIONS.get(text)


def _follow(place: object, step: Step, walked: str) -> object:
    if isinstance(place, list):
        if step.value is not None:
            found = [one for one in place if isinstance(one, dict) and _text(one.get(step.name)) == step.value]
            if found:
                return found[-1]
        elif step.position is not None and -len(place) <= step.position < len(place):
            return place[step.position]
    elif isinstance(place, dict) and step.value is None and step.name in place:
        return place[step.name]
    raise NothingThere(walked, f"there is {describe(place)}")


def _text(value: object) -> str | None:
    return str(value) if isinstance(value, str | Decimal) else None


def _open(text: str, column: str) -> tuple[list[str], Iterator[list[str]]]:
    """The names of the columns and the rows, by the delimiter that makes the column one of them."""
    first: list[str] = []
    for delimiter in _DELIMITERS:
        rows = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
        names = [name.strip() for name in next(rows, [])]
        if column in names:
            return names, rows
        first = names if len(names) > len(first) else first
    raise NothingThere(column, f"the first row has {_few(dict.fromkeys(first))}" if any(first) else "no first row")


def _column(names: Sequence[str], name: str) -> int:
    if name not in names:
        raise NothingThere(name, f"the first row has {_few(dict.fromkeys(names))}")
    return names.index(name)


def _row(rows: Iterator[list[str]], step: Step, places: Mapping[str, int]) -> list[str] | None:
    filled = (row for row in rows if any(cell.strip() for cell in row))
    if step.value is not None and step.name is not None:
        place = places[step.name]
        filled = (row for row in filled if _cell(row, place) == step.value)
    position = -1 if step.position is None else step.position
    if position >= 0:
        return next(islice(filled, position, None), None)
    found = deque(filled, maxlen=-position)
    return found[0] if len(found) == -position else None


def _cell(row: Sequence[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def _few(names: Mapping[str, Any]) -> str:
    told = [_short(str(name)) for name in islice(names, _COLUMNS_TOLD)]
    return ", ".join(told) + (" …" if len(names) > _COLUMNS_TOLD else "")


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _NAME_TOLD_MAX else f"{text[:_NAME_TOLD_MAX]}…"


def _sized(text: str) -> str:
    text = text.strip()
    if not 0 < len(text) <= PATH_SIZE_MAX or not text.isprintable():
        raise PathWrong(f"It must have 1 to {PATH_SIZE_MAX} characters.")
    return text
