#!/usr/bin/env bash
# Two compilers, one result: the same sources and lock file, built by the compiler at hand and by Debian's, give the same
# backtest. Needs Debian's package archive for the second one; says so and ends well where there is none.
set -euo pipefail
cd "$(dirname "$0")/.."

target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
here="$target/two-compilers"
debian="$here/debian"
mkdir -p "$here"

# Debian's packages are unpacked into a folder of their own: nothing on the system changes.
if [ ! -x "$debian/rustc" ]; then
    packages="rustc-web libstd-rust-web-dev"
    packages="$packages $(apt-cache depends libstd-rust-web-dev 2>/dev/null | sed -n 's/.*Depends: \(libstd-rust-web-[0-9.]*\)$/\1/p' || true)"
    library="$(apt-cache depends 'libstd-rust-web-[0-9]*' 2>/dev/null | sed -n 's/.*Depends: \(libllvm[0-9]*\)$/\1/p' | sort -V | tail -1 || true)"
    rm -rf "$here/packages" "$debian"
    mkdir -p "$here/packages" "$debian"
    # shellcheck disable=SC2086 # a list of names
    if ! (cd "$here/packages" && apt-get download -qq $packages $library >/dev/null 2>&1); then
        echo "passed over: it needs Debian's package archive with rustc-web (apt-get update may help)"
        exit 0
    fi
    for package in "$here"/packages/*.deb; do dpkg -x "$package" "$debian"; done
    libraries="$(dirname "$(find "$debian/usr/lib" -name 'libLLVM*.so*' -print -quit)")"
    printf '#!/bin/sh\nLD_LIBRARY_PATH="%s" exec "%s" "$@"\n' "$libraries" "$debian/usr/bin/rustc" >"$debian/rustc"
    chmod +x "$debian/rustc"
fi

features="${1:-full}"
build() { # name, and whatever cargo is to know
    local name="$1"
    shift
    env "$@" cargo build --quiet --locked --profile devfast --features "$features" --target-dir "$here/$name"
    local program="$here/$name/devfast/quantmesh"
    for config in grid-btcusdt-1d trend-btcusdt-1d; do
        "$program" backtest "examples/configs/$config.toml" --out "$here/out-$name/$config" >/dev/null
    done
    "$program" version --json | sed -n 's/^ *"rustc": "\(.*\)".*/\1/p'
}

ours="$(build ours RUSTC="$(rustup which rustc 2>/dev/null || command -v rustc)")"
theirs="$(build theirs RUSTC="$debian/rustc")"
echo "built by: $ours"
echo "built by: $theirs"
if [ "$ours" = "$theirs" ]; then
    echo "both are the same compiler: nothing is shown" >&2
    exit 1
fi
for file in trades.csv equity.csv; do
    for config in grid-btcusdt-1d trend-btcusdt-1d; do
        cmp "$here/out-ours/$config/$file" "$here/out-theirs/$config/$file"
        echo "the same bytes: $config $file, $(wc -l <"$here/out-ours/$config/$file") lines"
    done
done
