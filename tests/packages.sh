#!/usr/bin/env bash
# Installs Debian packages that a test needs, as root or by sudo without a password; fails where that is not possible.
set -euo pipefail
command -v apt-get >/dev/null || exit 1
if [ "$(id -u)" = 0 ]; then
    root=(env)
elif sudo -n true 2>/dev/null; then
    root=(sudo -n)
else
    exit 1
fi
install=("${root[@]}" DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@")
# Lists may be missing or old on a new machine.
"${install[@]}" >/dev/null 2>&1 || { "${root[@]}" apt-get update >/dev/null 2>&1 && "${install[@]}" >/dev/null 2>&1; }
