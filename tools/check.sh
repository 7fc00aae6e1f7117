#!/usr/bin/env bash
# The fast checks, one line each; all of them run, also after one has failed.
set -uo pipefail
cd "$(dirname "$0")/.."

bin=.venv/bin
failed=()

check() {
    local name=$1 output started=$SECONDS
    shift
    if output=$("$@" 2>&1); then
        printf '  ok      %-12s %3d s\n' "$name" $((SECONDS - started))
    else
        printf '  FAILED  %-12s %3d s: %s\n%s\n' "$name" $((SECONDS - started)) "$*" "$output"
        failed+=("$name")
    fi
}

check format $bin/ruff format --check .
check lint $bin/ruff check .
check types $bin/mypy
check walls $bin/lint-imports
check house-rules $bin/pytest -q -p no:cacheprovider tests/test_house_rules.py tests/test_house_pages.py
check lock $bin/uv lock --check --offline
if [ -f web/package.json ]; then
    check web tools/web.sh check
fi

if [ ${#failed[@]} -gt 0 ]; then
    echo "make check: failed: ${failed[*]}"
    exit 1
fi
echo "make check: all is well"
