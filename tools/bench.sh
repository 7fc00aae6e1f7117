#!/usr/bin/env bash
# Runs every measurement in bench/, each a program that prints its figure and exits non-zero when it misses its goal.
set -uo pipefail
cd "$(dirname "$0")/.."

failed=()
for file in bench/[a-z]*.py; do
    [ -e "$file" ] || { echo "bench: there is nothing in bench/ to measure"; exit 1; }
    name=$(basename "$file" .py)
    grep -q '__main__' "$file" || continue # a part that the others share
    echo "== $name"
    .venv/bin/python -m "bench.$name" || failed+=("$name")
done
if [ ${#failed[@]} -gt 0 ]; then
    echo "bench: short of their goals: ${failed[*]}"
    exit 1
fi
