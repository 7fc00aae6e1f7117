"""What is written in the Indian way: financial years and quarters, and numbers as the web formats them."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.cases.runner import Case, Figures
from tests.cases.stage import Stage
from tests.infrastructure.source_tree import PROJECT
from tickfolio.domain.financial_year import financial_year, quarter

WEB = PROJECT / "web"
# The web's own module, turned into what node runs by the bundler that builds the pages.
_SCRIPT = """
const { buildSync } = require('esbuild')
const built = buildSync({ entryPoints: ['src/lib/format.ts'], bundle: true, format: 'cjs', write: false })
const module_ = { exports: {} }
new Function('module', 'exports', built.outputFiles[0].text)(module_, module_.exports)
const { money, compact } = module_.exports
const told = JSON.parse(process.argv[1])
const values = told.values.map((n) => money(n, 'INR'))
console.log(JSON.stringify({ values, compact: told.compact.map((n) => compact(n, 'INR')) }))
"""


def write_labels(case: Case, stage: Stage) -> Figures:
    """The labels of days, and the texts of amounts in rupees."""
    inputs = case.inputs
    unknown = inputs.keys() - {"dates", "values", "compact"}
    assert not unknown, f"no adapter knows the inputs {sorted(unknown)}"
    days = [date.fromisoformat(day) for day in inputs.get("dates", ())]
    found: dict[str, Any] = {"fy": [financial_year(day) for day in days], "quarter": [quarter(day) for day in days]}
    if "values" in inputs or "compact" in inputs:
        texts = formatted_by_the_web(inputs.get("values", ()), inputs.get("compact", ()))
        found |= {"formatted": texts["values"], "compact": texts["compact"]}
    return found


def formatted_by_the_web(values: Sequence[Decimal], compact: Sequence[Decimal]) -> dict[str, list[str]]:
    """Amounts in rupees in full and in short, by the module that writes every number of the pages."""
    node = shutil.which("node")
    if node is None or not (WEB / "node_modules" / "esbuild").is_dir():
        pytest.skip("numbers are formatted by the web, and node or its packages are not here")
    told = json.dumps({"values": [str(one) for one in values], "compact": [str(one) for one in compact]})
    done = subprocess.run([node, "-e", _SCRIPT, told], cwd=WEB, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))
