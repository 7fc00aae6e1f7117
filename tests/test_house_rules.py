"""The rules of the house that no linter knows, each with a planted violation that shows the rule bites."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infrastructure.source_tree import PACKAGE, PROJECT, complain, name_of, parsed, python_files, web_files

MIGRATIONS = "tickfolio/storage/migrations/versions/"

FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 40

# Exceptions, each with its reason. These lists only shrink: one that is no longer needed fails the test.
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}
FLOATS: dict[str, str] = {
    "tickfolio/domain/returns.py": "rates of return and risk are no money",
    "tickfolio/domain/xirr.py": "a rate is found by search, and is no money",
    "tickfolio/domain/history.py": "a daily series is drawn, not booked",
    "tickfolio/domain/flows.py": "the table of flows is for daily series; the flows themselves are exact",
    "tickfolio/domain/day_split.py": "parts of a day's return are no money",
    "tickfolio/domain/performance.py": "rates of return and risk are no money",
    "tickfolio/domain/drawdown.py": "rates of return are no money",
    "tickfolio/domain/cash_line.py": "a daily series is drawn, not booked",
    "tickfolio/reports/made.py": "what is shown of a daily series becomes a decimal here",
    "tickfolio/services/years.py": "a daily series is drawn, not booked",
    "tickfolio/services/compared.py": "a daily series is drawn, not booked",
    "tickfolio/services/cash_of_all.py": "a daily series is drawn, not booked",
    "tickfolio/services/cash_lines.py": "a daily series is drawn, not booked",
    "tickfolio/domain/benchmark.py": "rates of return and a daily series are no money",
    "tickfolio/reports/receipt_performance.py": "what rates of return are made of is drawn, not booked",
    "tickfolio/reports/receipt_period.py": "what rates of return are made of is drawn, not booked",
    "tickfolio/reports/performance.py": "a daily series is drawn, not booked",
    "tickfolio/services/performance.py": "a daily series is drawn, not booked",
    "tickfolio/storage/closes.py": "a daily series is drawn, not booked",
}
NAMED_BY_A_LIBRARY = {
    "process_bind_param": "SQLAlchemy calls a column type by this name",
    "process_result_value": "SQLAlchemy calls a column type by this name",
    "handle_request": "httpx2 calls a transport by this name",
}

MONEY_ROOMS = ("domain/", "reports/", "services/", "storage/", "providers/")
NO_MONEY_FILES = tuple(f"providers/{name}.py" for name in ("address_check", "http", "limits"))  # bytes and seconds
FLOAT_NAMES = {"float", "Float", "float16", "float32", "float64", "Double", "REAL", "DOUBLE_PRECISION"}
CLOCK_CALLS = {"now", "utcnow", "today"}
CLOCK_OWNERS = {"datetime", "date", "dt", "func", "pendulum"}
MAY_READ_THE_CLOCK = ("tickfolio/main.py", "tickfolio/main/", "tickfolio/cli/")
TIMED = re.compile(r"monotonic|perf_counter|process_time|(?<!after_)seconds|lasted|took", re.IGNORECASE)
BANNED_MODULES = re.compile(r"(^|_)(utils?|helpers?|managers?)$")
BANNED_VERBS = re.compile(r"^_*(handle|process|manage|do)(_|$)")
UNFINISHED = re.compile(r"(#|//|<!--|/\*|\*).*\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
SILENCED = re.compile(
    r"#\s*(noqa|type:\s*ignore)\b(?P<codes>(:\s*[A-Z]+\d+([,\s]+[A-Z]+\d+)*)|\[[\w,\s-]+\])?(?P<reason>.*)"
)
REASON_WORDS_MIN = 2

Function = ast.FunctionDef | ast.AsyncFunctionDef


# --- Sizes -----------------------------------------------------------------------------------------------------------


def is_long(text: str) -> bool:
    return len(text.splitlines()) > FILE_LINES_MAX


def functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, Function]]:
    """Every function with its qualified name."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if not isinstance(node, ast.ClassDef):
                yield prefix + node.name, node
            yield from functions(node, f"{prefix}{node.name}.")
        else:
            yield from functions(node, prefix)


def code_lines(function: Function, lines: list[str]) -> int:
    """Lines from `def` to the end, without the docstring, empty lines and comments."""
    docstring: range | tuple[()] = ()
    if ast.get_docstring(function) is not None:
        docstring = range(function.body[0].lineno, (function.body[0].end_lineno or 0) + 1)
    return sum(
        1
        for number in range(function.lineno, (function.end_lineno or 0) + 1)
        if number not in docstring and lines[number - 1].strip() and not lines[number - 1].lstrip().startswith("#")
    )


def long_functions(text: str) -> list[str]:
    lines = text.splitlines()
    return [name for name, node in functions(ast.parse(text)) if code_lines(node, lines) > FUNCTION_LINES_MAX]


def test_a_file_is_at_most_300_lines():
    files = [path for path in python_files("tickfolio") if not name_of(path).startswith(MIGRATIONS)]
    long = {name_of(path) for path in files + web_files(".svelte", ".ts") if is_long(path.read_text(encoding="utf-8"))}

    complain(f"{name}: more than {FILE_LINES_MAX} lines" for name in sorted(long - LONG_FILES.keys()))
    complain(f"{name}: short again; take it off LONG_FILES" for name in sorted(LONG_FILES.keys() - long))


def test_a_function_is_at_most_40_lines():
    files = [path for path in python_files("tickfolio") if not name_of(path).startswith(MIGRATIONS)]
    long = {f"{name_of(path)}:{name}" for path in files for name in long_functions(path.read_text(encoding="utf-8"))}

    complain(f"{name}: more than {FUNCTION_LINES_MAX} lines" for name in sorted(long - LONG_FUNCTIONS.keys()))
    complain(f"{name}: short again; take it off LONG_FUNCTIONS" for name in sorted(LONG_FUNCTIONS.keys() - long))


def test_planted_sizes_are_seen():
    function_of_41 = "class Book:\n    def f(self):\n" + "        x = 1\n" * 40
    function_of_40 = 'def f():\n    """Two\n    lines."""\n\n    # why\n' + "    x = 1\n" * 39

    assert is_long("x\n" * 301)
    assert not is_long("x\n" * 300)
    assert long_functions(function_of_41) == ["Book.f"]
    assert long_functions(function_of_40) == []


# --- Money and the clock ---------------------------------------------------------------------------------------------


def floats(tree: ast.AST) -> list[int]:
    """The lines where a float stands; seconds may be one, and asking whether something is one is how it is refused."""
    allowed = {id(inner) for node in ast.walk(tree) for part in about_time(node) for inner in ast.walk(part)}
    return [node.lineno for node in ast.walk(tree) if is_float(node) and id(node) not in allowed]


def is_float(node: ast.AST) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in FLOAT_NAMES
        case ast.Constant(value=value):
            return isinstance(value, float)
    return False


def about_time(node: ast.AST) -> list[ast.AST]:
    """The parts of a node that measure seconds, or refuse a float: a float may stand there."""
    match node:
        case (
            ast.AnnAssign(target=ast.Name(id=name))
            | ast.Assign(targets=[ast.Name(id=name)])
            | ast.keyword(arg=str(name))
        ):
            return [node] if is_timed(name) else []
        case ast.arguments():
            defaults = [*zip(reversed([*node.posonlyargs, *node.args]), reversed(node.defaults), strict=False)]
            defaults += zip(node.kwonlyargs, node.kw_defaults, strict=True)
            given = [default for argument, default in defaults if is_timed(argument.arg) and default is not None]
            return [*given, *(inner for inner in ast.walk(node) if isinstance(inner, ast.arg) and is_timed(inner.arg))]
        case ast.Call(func=ast.Name(id="isinstance")):
            return [node]
        case ast.FunctionDef(name=name):
            return [node] if name.endswith("_seconds") else []
    return []


def is_timed(name: str) -> bool:
    return name.lower().endswith("_seconds") or name.lstrip("_") in {"clock", "sleep"}


def clock_reads(tree: ast.AST) -> list[int]:
    """The lines that read a clock instead of being told the time."""
    lines = []
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name, value=ast.Name(id=owner) | ast.Attribute(attr=owner)):
                if (name in CLOCK_CALLS and owner in CLOCK_OWNERS) or (owner == "time" and name in {"time", "time_ns"}):
                    lines.append(node.lineno)
            case ast.ImportFrom(module="time", names=names) if {"time", "time_ns"} & {name.name for name in names}:
                lines.append(node.lineno)
    return lines


def test_no_float_comes_near_money():
    rooms = [path for path in python_files("tickfolio") if in_package(path).startswith(MONEY_ROOMS)]
    near = [path for path in rooms if in_package(path) not in NO_MONEY_FILES]
    found = {name_of(path): floats(parsed(path)) for path in near}

    complain(f"{name}:{line}: a float" for name, lines in found.items() for line in lines if name not in FLOATS)
    complain(f"{name}: no float any more; take it off FLOATS" for name in FLOATS if not found.get(name))


def in_package(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize(
    "planted",
    [
        "x = float('1')",
        "x = 0.5",
        "def f(price: float): ...",
        "t = Column(Float())",
        "import numpy; numpy.float64(1)",
        "def f(a_seconds=1, price=0.5): ...",
    ],
)
def test_a_planted_float_is_seen(planted):
    assert floats(ast.parse(planted)) == [1]


@pytest.mark.parametrize(
    "harmless",
    [
        "TIMEOUT_SECONDS = 0.5",
        "f(timeout_seconds=0.5)",
        "def f(wait_seconds: float): ...",
        "def f(clock: Callable[[], float], *, a_seconds: float = 1.0): ...",
        "isinstance(x, float)",
        "x = 5",
    ],
)
def test_seconds_and_the_refusal_of_floats_are_no_money(harmless):
    assert floats(ast.parse(harmless)) == []


def test_only_main_reads_the_clock():
    below = [path for path in python_files("tickfolio") if not name_of(path).startswith(MAY_READ_THE_CLOCK)]

    complain(f"{name_of(path)}:{line}: reads the clock" for path in below for line in clock_reads(parsed(path)))


@pytest.mark.parametrize(
    "planted",
    [
        *("datetime.now(UTC)", "datetime.datetime.utcnow()", "date.today()", "dt.date.today()", "time.time()"),
        *("from time import time", "func.now()", "f(default=datetime.now)"),
    ],
)
def test_a_planted_clock_is_seen(planted):
    assert clock_reads(ast.parse(planted)) == [1]


# --- Names -----------------------------------------------------------------------------------------------------------


def asserted_seconds(tree: ast.AST) -> list[int]:
    """Lines that assert that something lasted less than a number written there."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert)
        for compared in ast.walk(node.test)
        if isinstance(compared, ast.Compare) and isinstance(compared.ops[-1], ast.Lt | ast.LtE)
        if isinstance(compared.comparators[-1], ast.Constant)
        if TIMED.search(ast.unparse(compared))
    ]


def test_no_test_asserts_a_speed():
    """Machines are shared and noisy: `HANGS_SECONDS` tells what is bounded from what hangs, `make bench` measures."""
    complain(
        f"{name_of(path)}:{line}: asserts seconds"
        for path in python_files("tests")
        for line in asserted_seconds(parsed(path))
    )


@pytest.mark.parametrize(
    "planted", ["assert time.monotonic() - began < 5", "assert 1 < lasted <= 1.5", "assert f(seconds < 2)"]
)
def test_a_planted_speed_is_seen(planted):
    assert asserted_seconds(ast.parse(planted)) == [1]


def banned_names(path: str, tree: ast.AST) -> list[str]:
    """The parts of a path and the functions that say nothing of what they are or give."""
    parts = [part for part in Path(path).with_suffix("").parts if BANNED_MODULES.search(part)]
    return parts + [
        name for name, node in functions(tree) if BANNED_VERBS.match(node.name) and node.name not in NAMED_BY_A_LIBRARY
    ]


def test_names_say_what_a_thing_is():
    complain(
        f"{name_of(path)}: `{name}` says nothing"
        for path in python_files("tickfolio")
        for name in banned_names(name_of(path), parsed(path))
    )


@pytest.mark.parametrize(
    ("path", "source", "banned"),
    [
        ("tickfolio/storage/utils.py", "", ["utils"]),
        ("tickfolio/date_helpers/days.py", "", ["date_helpers"]),
        ("tickfolio/a.py", "def handle_upload(): ...", ["handle_upload"]),
        ("tickfolio/a.py", "class A:\n    async def _process(self): ...", ["A._process"]),
        ("tickfolio/a.py", "def domain_of(): ...\ndef processor(): ...", []),
    ],
)
def test_a_planted_name_is_seen(path, source, banned):
    assert banned_names(path, ast.parse(source)) == banned


# --- Unfinished and silenced -----------------------------------------------------------------------------------------


def own_text_files() -> list[Path]:
    endings = (".svelte", ".ts", ".js", ".css", ".html")
    others = [
        path for folder in ("tools", "deploy", ".ci") for path in sorted((PROJECT / folder).glob("*")) if path.is_file()
    ]
    return [*python_files("tickfolio", "tests", "bench", "tools"), *web_files(*endings), *others, PROJECT / "Makefile"]


def unfinished(text: str) -> list[int]:
    return [number for number, line in enumerate(text.splitlines(), 1) if UNFINISHED.search(line)]


def unreasoned(text: str) -> list[int]:
    """The lines that silence a checker without naming the rule, or without a reason behind it."""
    lines = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        silenced = SILENCED.search(token.string) if token.type == tokenize.COMMENT else None
        if silenced and (not silenced["codes"] or len(re.findall(r"\w{2,}", silenced["reason"])) < REASON_WORDS_MIN):
            lines.append(token.start[0])
    return lines


def test_nothing_is_left_unfinished():
    complain(
        f"{name_of(path)}:{line}: finish it, or write down elsewhere what is missing"
        for path in own_text_files()
        for line in unfinished(path.read_text(encoding="utf-8"))
    )


def test_a_silenced_checker_is_given_a_reason():
    complain(
        f"{name_of(path)}:{line}: silences a checker without its rule and a reason behind it"
        for path in python_files("tickfolio", "tests", "bench", "tools")
        for line in unreasoned(path.read_text(encoding="utf-8"))
    )


def test_planted_leftovers_are_seen():
    mark = "TO" + "DO"

    assert unfinished(f"x = 1\n# {mark}: later\n<!-- {mark} -->\n// {mark}") == [2, 3, 4]
    assert unfinished("currency = 'XXX'") == []


@pytest.mark.parametrize(
    ("comment", "lines"),
    [
        ("# no" + "qa", [1]),
        ("# no" + "qa: S603", [1]),
        ("# no" + "qa: S603, S607 - the command is our own", []),
        ("# type: " + "ignore", [1]),
        ("# type: " + "ignore[attr-defined]", [1]),
        ("# type: " + "ignore[attr-defined]  # the stub of the library lacks it", []),
    ],
)
def test_a_planted_silence_is_seen(comment, lines):
    assert unreasoned(f"x = 1  {comment}\n") == lines
