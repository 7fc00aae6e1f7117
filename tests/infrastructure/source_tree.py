"""The project's own files, as the tests of the house rules see them."""

import ast
from collections.abc import Iterable
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = PROJECT / "tickfolio"
GENERATED = ("tickfolio/api/pages/", "web/src/api/schema.d.ts")


def python_files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((PROJECT / folder).rglob("*.py")) if not is_generated(path)]


def web_files(*endings: str) -> list[Path]:
    return [
        path
        for path in sorted((PROJECT / "web" / "src").rglob("*"))
        if path.suffix in endings and not is_generated(path)
    ]


def is_generated(path: Path) -> bool:
    return name_of(path).startswith(GENERATED)


def name_of(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def complain(complaints: Iterable[str]) -> None:
    told = list(complaints)
    assert not told, "\n".join(told)


def text_of(name: str) -> str:
    path = PROJECT / name
    assert path.is_file(), f"{name} is not written"
    return path.read_text(encoding="utf-8")
