"""Lines of a broker or a registrar, entered as a person with the statement in hand enters them.

A line that is no purchase in itself, or whose instrument stands elsewhere in its file, wants an importer.
"""

from collections.abc import Mapping, Sequence
from typing import Any

_SYMBOL_SIZE_MAX = 40


def rows_as_transactions(inputs: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Positions with the cost of all of it: an opening each, so that nothing is multiplied back from an average."""
    return [opening for row in inputs.get("rows", ()) for opening in _openings(row, inputs["as_of"])]


def _openings(row: Mapping[str, Any], as_of: str) -> list[Mapping[str, Any]]:
    if {"symbol", "shares", "cost_basis"} <= row.keys():
        opening = {
            "type": "OPENING",
            "date": row.get("date", as_of),
            "symbol": row["symbol"],
            "cost": row["cost_basis"],
        }
        return [opening | {"quantity": row["shares"]}]
    if {"plan", "description"} <= row.keys():
        if row.get("units") is None:  # the other plan's half of it: nothing came
            return []
        opening = {"type": "OPENING", "date": row["date"], "symbol": symbol_of_plan(row["plan"]), "cost": row["amount"]}
        return [opening | {"quantity": row["units"], "account": row.get("folio")}]
    raise AssertionError(f"rows of {sorted(row)} want an importer")


def symbol_of_plan(plan: str) -> str:
    """A plan of one's own is called by its name, or by the end of a long one, where the plan stands."""
    return plan[-_SYMBOL_SIZE_MAX:].strip()
