#!/usr/bin/env bash
# The web pages: which files they are made of, the schema they are typed by, their build.
#   web.sh sources   lists the files the build depends on (nothing where there are no pages)
#   web.sh openapi   writes web/openapi.json, and leaves it alone when nothing changed
#   web.sh build     npm ci, types, build; the result goes to tickfolio/api/pages
#   web.sh check     what `npm run check` checks
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.venv
here=$PWD
export npm_config_update_notifier=false

sources() {
    [ -f web/package.json ] || return 0
    find web \( -name node_modules -o -name dist -o -name 'test-results' -o -name '.*' \) -prune -o -type f \
        ! -path web/openapi.json ! -path web/src/api/schema.d.ts ! -name '* *' ! -name '*#*' -print
}

openapi() {
    [ -d web ] || return 0
    $venv/bin/tickfolio openapi >$venv/.stamps/openapi.json
    cmp -s $venv/.stamps/openapi.json web/openapi.json || cp $venv/.stamps/openapi.json web/openapi.json
}

has_node() {
    command -v npm >/dev/null && node -e '
        const [major, minor] = process.versions.node.split(".").map(Number);
        process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' 2>/dev/null
}

# Node from the machine when it is 20.19 or newer; else from PyPI, into the virtual environment.
find_node() {
    has_node && return
    export PATH="$here/$venv/bin:$PATH"
    has_node && return
    echo "setup: no Node 20.19 or newer here; installing one into $venv"
    $venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tools/node.txt
    has_node || { echo "setup: Node could not be installed; the web pages need Node 20.19 or newer" >&2; exit 1; }
}

install_modules() {
    local installed=node_modules/.tickfolio-lock
    if ! cmp -s package-lock.json $installed; then
        echo "setup: installing the web's locked packages"
        npm ci --no-audit --no-fund --loglevel=error
        cp package-lock.json $installed
    fi
}

build() {
    if [ ! -f web/package.json ]; then
        echo "setup: there is no web/package.json, so no web pages are built"
        return
    fi
    find_node
    cd web
    install_modules
    echo "setup: building the web pages"
    npm run --silent types
    npm run --silent build
}

check() {
    find_node
    cd web
    npm run --silent check
    npm run --silent test
}

case "${1:-}" in
    sources | openapi | build | check) "$1" ;;
    *) echo "web.sh: say sources, openapi, build or check" >&2; exit 1 ;;
esac
