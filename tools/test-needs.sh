#!/usr/bin/env bash
# What the tests need beside Python: PostgreSQL, Redis, Chromium. As root on Debian it installs what is missing; else it
# says what is missing, and the tests that need it are skipped, or under CI fail.
set -euo pipefail

has_postgresql() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null; }
has_redis() { command -v redis-server >/dev/null || command -v valkey-server >/dev/null; }
has_chromium() { [ -x /usr/bin/chromium ]; }

missing() {
    has_postgresql || echo postgresql
    has_redis || echo redis-server
    has_chromium || echo chromium
}

# A page without a font shows nothing.
with_companions() { if [ "$1" = chromium ]; then echo "chromium fonts-liberation"; else echo "$1"; fi; }

install() {
    local package
    echo "test: installing from Debian's packages: $*"
    apt-get update -qq || echo "test: the list of Debian's packages could not be brought up to date" >&2
    for package in "$@"; do # one at a time: what can be had is had, even when another cannot
        # RUNLEVEL=1 keeps the packages from starting servers of their own: the tests start theirs.
        # shellcheck disable=SC2046 # several words on purpose
        RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(with_companions "$package") \
            >/dev/null || echo "test: $package could not be installed" >&2
    done
}

mapfile -t packages < <(missing)
if [ ${#packages[@]} -gt 0 ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    install "${packages[@]}"
    mapfile -t packages < <(missing)
fi
if [ ${#packages[@]} -gt 0 ]; then
    echo "test: missing, and not to be installed from here: ${packages[*]} (as root: apt-get install ${packages[*]})" >&2
    [ -z "${CI:-}" ] || exit 1
fi
