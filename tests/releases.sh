#!/usr/bin/env bash
# Releases, shown: the files around them are sound, a release is the same bytes when it is built twice, and what is built
# runs where there is nothing, for both processors of Linux. Each script says what it needs and what it passed over.
set -euo pipefail
cd "$(dirname "$0")/.."
target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"

tests/release_files.sh
tests/reproducible.sh full
native=$([ "$(uname -m)" = x86_64 ] && echo amd64 || echo arm64)
tests/release_runs.sh "$native" "$target/reproducible/release"

# On arm64 itself, that was it.
[ "$native" = amd64 ] || exit 0
command -v aarch64-linux-gnu-gcc >/dev/null || tests/packages.sh gcc-aarch64-linux-gnu libc6-dev-arm64-cross || true
rm -rf "$target/arm64"
if cargo xtask dist --target linux-arm64 --image --allow-dirty --out "$target/arm64" 2>"$target/arm64.log"; then
    grep '^linux-arm64: ' "$target/arm64.log"
    tests/release_runs.sh arm64 "$target/arm64"
elif grep -qE 'needs .aarch64-linux-gnu-gcc|^no compiler for' "$target/arm64.log"; then
    echo "passed over: linux arm64 ($(tail -1 "$target/arm64.log"))"
    [ "${QUANTMESH_REQUIRE_TOOLS:-0}" != 1 ]
else
    cat "$target/arm64.log" >&2
    exit 1
fi
