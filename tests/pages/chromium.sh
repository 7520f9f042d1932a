#!/bin/sh
# Sees to it that there is a Chromium, in which the tests open the pages. No service needs it.
set -eu

if command -v chromium >/dev/null; then
    exit 0
fi
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
    echo 'make test opens pages in a browser: install chromium (on Debian: sudo apt-get install chromium fonts-liberation).' >&2
    exit 1
fi

export DEBIAN_FRONTEND=noninteractive
# Waits for whoever else installs something.
get() {
    apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" >/dev/null
}
install() {
    get install --yes --no-install-recommends chromium fonts-liberation
}

# A fresh machine has no lists, and old lists name files that are gone: both fail, and an update helps both.
install 2>/dev/null || { get update && install; } || {
    echo 'Cannot install chromium, in which make test opens pages: the package archive does not answer (see above).' >&2
    exit 1
}
