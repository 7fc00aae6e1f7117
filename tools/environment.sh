#!/usr/bin/env bash
# Makes the virtual environment.
#   environment.sh uv        .venv with the pinned uv in it, installed by pip, so by pip's own settings and mirrors
#   environment.sh packages  what uv.lock says, checked by its hashes
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.venv
python=$venv/bin/python

fail() {
    echo "setup: $*" >&2
    exit 1
}

find_python() {
    local candidate
    for candidate in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    fail "Python 3.11 or newer is needed and was not found (PYTHON=/path/to/python names one)."
}

make_venv() {
    local base
    base=$(find_python)
    # Scripts in an environment name it by its whole path: one that was moved or copied is made anew.
    if [ -x $python ] && [ "$(cat $venv/.stamps/place 2>/dev/null)" = "$PWD" ] && $python -m pip --version >/dev/null 2>&1; then
        return
    fi
    echo "setup: making $venv with $("$base" --version)"
    if ! "$base" -m venv --clear $venv 2>/dev/null; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
            "$base" -m venv --clear $venv
        else
            fail "Python's venv is missing; as root: apt-get install python3-venv"
        fi
    fi
    mkdir -p $venv/.stamps
    echo "$PWD" >$venv/.stamps/place
}

install_uv() {
    make_venv
    $python -m pip install --quiet --disable-pip-version-check --require-hashes -r tools/uv.txt
}

install_packages() {
    echo "setup: installing the locked packages"
    # --inexact: what is in the environment beside them, uv itself and maybe Node, stays.
    if $venv/bin/uv sync --quiet --frozen --compile-bytecode --inexact; then
        return
    fi
    # uv takes packages from where the lock found them. Where only pip knows the way (a mirror in its settings), it
    # installs the same packages, held to the same hashes.
    echo "setup: uv could not; trying pip with its own settings"
    local requirements=$venv/.stamps/requirements.txt
    $venv/bin/uv export --quiet --frozen --no-emit-project --output-file $requirements
    $python -m pip install --quiet --disable-pip-version-check --require-hashes -r $requirements
    $python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
}

case "${1:-}" in
    uv) install_uv ;;
    packages) install_packages ;;
    *) fail "say uv or packages" ;;
esac
