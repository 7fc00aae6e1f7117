#!/usr/bin/env bash
# Mutation testing of tickfolio/domain, in a copy of the last commit; docs/mutants.md says what lives and why.
set -euo pipefail
cd "$(dirname "$0")/.."

here=$PWD
copy=$(mktemp -d "${TMPDIR:-/tmp}/tickfolio-mutants-XXXXXX")
trap 'rm -rf "$copy"' EXIT
git clone --quiet "$here" "$copy/main"
# The worked cases lie beside a checkout; the tests look for them beside the copy that mutmut makes, too.
if [ -d "$here/../shared" ]; then
    ln -s "$(realpath "$here/../shared")" "$copy/shared"
    ln -s "$(realpath "$here/../shared")" "$copy/main/shared"
fi
cd "$copy/main"
"$here/.venv/bin/python" -m mutmut run --max-children "$(nproc)" | tail -c 400
"$here/.venv/bin/python" -m mutmut results
