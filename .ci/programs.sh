#!/bin/sh
# Sees to it that programs are there which no Python package brings: programs.sh WANTED_BY 'PROGRAM [PACKAGE...]'...
# A program's package has its name; PACKAGEs are installed with it. No service needs any of them.
set -eu

wanted_by=$1
shift
missing=
for program in "$@"; do
    name=${program%% *}
    command -v "$name" >/dev/null || [ -x "/usr/sbin/$name" ] || missing="$missing $program"
done
if [ -z "$missing" ]; then
    exit 0
fi
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
    echo "$wanted_by needs$missing: install them (on Debian: sudo apt-get install$missing)." >&2
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
    echo "Cannot install$missing for $wanted_by: the package archive does not answer (see above)." >&2
    exit 1
}
