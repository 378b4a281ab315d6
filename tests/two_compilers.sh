#!/usr/bin/env bash
# Two compilers, one result: the same sources and lock file, built by the compiler at hand and by Debian's, give the same
# backtest. Needs Debian's package archive for the second one; says so and ends well where there is none.
set -euo pipefail
cd "$(dirname "$0")/.."

target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
here="$target/two-compilers"
mkdir -p "$here"

if ! debian="$(tools/debian-rustc "$target/debian-rust" 2>"$here/said")"; then
    echo "passed over: $(cat "$here/said")"
    [ "${QUANTMESH_REQUIRE_TOOLS:-0}" != 1 ] || exit 1
    exit 0
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
theirs="$(build theirs RUSTC="$debian")"
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
