"""What stands in one place must stand in its table or on its page too: errors, settings, rooms, words, decisions."""

import ast
import re
from collections.abc import Iterable
from importlib import import_module

from tests.infrastructure.source_tree import PACKAGE, PROJECT, complain, name_of, parsed, python_files, text_of

DECISION_HEADINGS = ("Context", "Decision", "Consequences", "Alternatives", "Enforced by")
WORDS = (
    *("instrument", "transaction", "holding", "lot", "price", "invested", "current value", "profit/loss"),
    *("refresh", "provider", "summary"),
)


def error_classes(trees: Iterable[ast.AST]) -> set[str]:
    """The names of all classes that descend from TickfolioError."""
    bases = {
        node.name: {base.id if isinstance(base, ast.Name) else getattr(base, "attr", "") for base in node.bases}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"TickfolioError"}
    while more := {name for name, parents in bases.items() if parents & found} - found:
        found |= more
    return found - {"TickfolioError"}


def undocumented(settings: dict[str, str | None], page: str) -> list[str]:
    """The settings (name to description) without a description, or without a word on the page."""
    silent = [name for name, description in settings.items() if not description]
    return silent + [name for name in settings if not re.search(rf"\bTICKFOLIO_{name.upper()}\b", page)]


def missing_headings(page: str) -> list[str]:
    return [heading for heading in DECISION_HEADINGS if not re.search(rf"(?m)^#+ {heading}\s*$", page)]


def test_every_error_has_its_line_in_the_table_of_problems():
    problems = import_module("tickfolio.api.problems").PROBLEMS

    in_table = {error.__name__ for error in problems}

    complain(
        f"{name}: not in PROBLEMS" for name in sorted(error_classes(map(parsed, python_files("tickfolio"))) - in_table)
    )


def test_a_planted_error_is_seen():
    sources = ["class TickfolioError(Exception): ...", "class Lost(Gone): ...\nclass Gone(errors.TickfolioError): ..."]

    assert error_classes(map(ast.parse, [*sources, "class Other: ..."])) == {"Gone", "Lost"}


def test_every_setting_is_described_and_documented():
    settings = import_module("tickfolio.settings").Settings

    described = {name: field.description for name, field in settings.model_fields.items()}

    complain(
        f"{name}: no description, or not in docs/configure.md"
        for name in undocumented(described, text_of("docs/configure.md"))
    )


def test_a_planted_setting_is_seen():
    settings = {"port": "the port", "host": None, "data": "where"}

    assert undocumented(settings, "`TICKFOLIO_PORT` `TICKFOLIO_HOST` `TICKFOLIO_DATA_DIR`") == ["host", "data"]


def test_every_room_is_on_the_map():
    page = text_of("docs/map.md")
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()} - {
        "__init__"
    }

    complain(
        f"{room}: not in docs/map.md"
        for room in sorted(rooms)
        if not re.search(rf"`(tickfolio/)?{room}(/|\.py)?`", page)
    )


def test_every_word_is_in_the_words():
    page = text_of("docs/words.md").lower()

    complain(
        f"{word}: not in the table of docs/words.md"
        for word in WORDS
        if not re.search(rf"(?m)^\|[ *`]*{word}[ *`]*\|", page)
    )


def test_every_decision_says_why():
    pages = sorted((PROJECT / "docs" / "decisions").glob("*.md"))

    assert pages, "docs/decisions is empty"
    complain(
        f"{name_of(page)}: a decision is called NNNN-title.md" for page in pages if not re.match(r"\d{4}-", page.name)
    )
    complain(
        f"{name_of(page)}: {missing}"
        for page in pages
        if (missing := missing_headings(page.read_text(encoding="utf-8")))
    )


def test_a_planted_decision_is_seen():
    page = "# 1. Title\n## Context\n## Decision\n## Consequences\nEnforced by nobody.\n"

    assert missing_headings(page) == ["Alternatives", "Enforced by"]
