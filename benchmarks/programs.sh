#!/bin/sh
# Sees to it that there are wrk, which asks over HTTP faster than Python can, and nginx, which the gateway is measured against.
set -eu

missing=
for program in wrk nginx; do
    command -v "$program" >/dev/null || [ -x "/usr/sbin/$program" ] || missing="$missing $program"
done
if [ -z "$missing" ]; then
    exit 0
fi
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
    echo "make bench needs$missing: install them (on Debian: sudo apt-get install$missing)." >&2
    exit 1
fi

export DEBIAN_FRONTEND=noninteractive
# Waits for whoever else installs something.
get() {
    apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" >/dev/null
}
install() {
    get install --yes --no-install-recommends $missing
}

# A fresh machine has no lists, and old lists name files that are gone: both fail, and an update helps both.
install 2>/dev/null || { get update && install; } || {
    echo "Cannot install$missing for make bench: the package archive does not answer (see above)." >&2
    exit 1
}
