"""Each wall between the rooms stands: a planted import through it is seen by import-linter."""

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.infrastructure.source_tree import PACKAGE, PROJECT, complain, name_of, parsed, python_files

# The contract, and a file with an import that breaks it.
PLANTED = {
    "Imports only go down": ("domain/planted.py", "import tickfolio.services"),
    "Pure rooms know no framework, no network, no disk, no environment": ("reports/planted.py", "import pathlib"),
    "SQL only in storage": ("services/planted.py", "import sqlalchemy"),
    "HTTP out only in providers": ("services/planted.py", "import httpx2"),
    "The web framework only in api and main": ("services/planted.py", "import fastapi"),
    "The clock and chance only in main": ("services/planted.py", "import time"),
    "Providers do not know each other": ("providers/amfi.py", "import tickfolio.providers.yahoo"),
}


@pytest.fixture(scope="module")
def copied_package(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("walls")
    shutil.copytree(PACKAGE, folder / "tickfolio", ignore=shutil.ignore_patterns("pages", "__pycache__"))
    shutil.copy(PROJECT / "pyproject.toml", folder)
    return folder


def lint(folder: Path) -> str:
    """What import-linter says of the package in that folder, one line for each contract."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200", "NO_COLOR": "1"}
    told = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return told.stdout + told.stderr


def contracts() -> list[dict]:
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    return settings["tool"]["importlinter"]["contracts"]


def test_every_wall_is_tried():
    assert {contract["name"] for contract in contracts()} == PLANTED.keys()


def test_all_walls_stand(copied_package):
    told = lint(copied_package)

    assert [name for name in PLANTED if f"{name} KEPT" not in told] == [], told


@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_import_is_seen(contract, copied_package):
    name, planted = PLANTED[contract]
    path = copied_package / "tickfolio" / name
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(f"{before or ''}\n{planted}\n", encoding="utf-8")
    try:
        told = lint(copied_package)
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_text(before, encoding="utf-8")

    assert f"{contract} BROKEN" in told, told


def test_a_room_that_nobody_placed_is_seen(copied_package):
    room = copied_package / "tickfolio" / "attic"
    room.mkdir()
    (room / "__init__.py").touch()
    try:
        told = lint(copied_package)
    finally:
        shutil.rmtree(room)

    assert "tickfolio.attic" in told
    assert "Imports only go down KEPT" not in told


def back_doors(tree: ast.AST) -> list[str]:
    """Imports of the standard library's own HTTP clients, which import-linter cannot name: it knows whole libraries."""
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                found += [name.name for name in names]
            case ast.ImportFrom(module=str(module), names=names):
                found += [module, *(f"{module}.{name.name}" for name in names)]
    return sorted({"urllib.request", "http.client"} & set(found))


def test_nobody_goes_out_by_the_standard_library():
    complain(f"{name_of(path)}: {name}" for path in python_files("tickfolio") for name in back_doors(parsed(path)))


@pytest.mark.parametrize(
    "planted", ["import http.client", "from http import client", "from http.client import HTTPException"]
)
def test_a_planted_back_door_is_seen(planted):
    assert back_doors(ast.parse(planted)) == ["http.client"]
