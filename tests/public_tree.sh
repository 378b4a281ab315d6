#!/usr/bin/env bash
# The public tree as somebody without access to anything private has it: exported, then built and tested with a home of its
# own that shares nothing but the cache of crates, and with no network. Says so and ends well where this is that tree.
set -euo pipefail
cd "$(dirname "$0")/.."

if grep -qs '^placeholder = true' strategies/*/Cargo.toml; then
    echo "passed over: this is the public tree, and what it exports is itself"
    exit 0
fi
there="$(mktemp -d)"
trap 'rm -rf "$there"' EXIT
cargo xtask publish --out "$there/quantmesh"

# What crates from outside were built to is shared, as their cache is; the tree itself is built anew, since it lies elsewhere.
target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
mkdir -p "$there/home" "$there/cargo-home"
ln -s "$(realpath "${CARGO_HOME:-$HOME/.cargo}")/registry" "$there/cargo-home/registry"
export RUSTUP_HOME="${RUSTUP_HOME:-$HOME/.rustup}"
export HOME="$there/home" CARGO_HOME="$there/cargo-home" CARGO_TARGET_DIR="$target"
# Cargo is told to stay offline; whoever tries all the same runs into a port where nobody listens.
export CARGO_NET_OFFLINE=true https_proxy=http://127.0.0.1:9 http_proxy=http://127.0.0.1:9 no_proxy=127.0.0.1,localhost
unset SSH_AUTH_SOCK
# The material that tests share is not part of the tree, and tests that need it say that they are passed over.
export QUANTMESH_REQUIRE_SHARED=0

cd "$there/quantmesh"
git rev-parse >/dev/null 2>&1 && { echo "the export is inside a repository" >&2; exit 1; }
# People have it as a clone.
git init --quiet && git add --all
git -c user.name=a -c user.email=a@b -c commit.gpgsign=false commit --quiet --message "the public tree"
cargo build --locked
cargo test --locked --workspace --exclude cargo-quantmesh --exclude loopback
# These two resolve builds of customers anew, and for that ask the public registry; they have access to nothing else.
env -u https_proxy -u http_proxy -u CARGO_NET_OFFLINE cargo test --locked -p cargo-quantmesh -p loopback
cargo xtask features --check
"$target/debug/quantmesh" strategies list
for feature in $(sed -n 's/^name = "\([a-z_]*\)"$/\1/p' $(grep -l '^placeholder = true' strategies/*/Cargo.toml)); do
    said="$(cargo build --locked --features "$feature" 2>&1)" && { echo "$feature builds in the public tree" >&2; exit 1; }
    grep -F "error: the feature \`$feature\` is sold, and this tree holds only its placeholder" <<<"$said" ||
        { printf '%s\n' "$said" >&2; exit 1; }
done
cmp -s Cargo.lock "$OLDPWD/Cargo.lock" && { echo "the lock file still names what paid crates need" >&2; exit 1; }
echo "the public tree builds and passes its tests"
