#!/usr/bin/env bash
# A release built twice is the same bytes: in other folders, by another user with another home and another cargo home, with a
# copy of the compiler elsewhere, another time zone, language, mask and number of jobs, and some minutes later. Archive,
# image, bill of materials and notes as well; and nothing in them names a folder or a user of this machine.
#
#     tests/reproducible.sh [features]     leaves the release in target/reproducible/release
#
# What is committed is built, with changes to files that git knows.
set -euo pipefail
cd "$(dirname "$0")/.."
root="$(pwd -P)"
features="${1:-full}"
target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
kept="$target/reproducible"
platform="linux-$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')"
revision="$(git rev-parse HEAD)"
elsewhere="$(mktemp -d "${TMPDIR:-/tmp}/quantmesh-elsewhere-XXXXXX")"
trap 'rm -rf "$elsewhere"' EXIT
rm -rf "$kept"
mkdir -p "$kept"
options=(--target "$platform" --features "$features" --image --toolchain stock --allow-dirty)

started=$SECONDS
cargo build --quiet --locked --package xtask
cargo xtask dist "${options[@]}" --out "$kept/release" 2>"$kept/first.log" || { cat "$kept/first.log" >&2; exit 1; }
echo "built here in $((SECONDS - started)) s"

# The other place: a clone with the same changes, crates as they were downloaded, the compiler under another path.
tree="$elsewhere/a deep/er/tree"
mkdir -p "$elsewhere/home" "$elsewhere/cargo/registry" "$elsewhere/tools" "$elsewhere/tmp"
git clone --quiet --no-hardlinks "$root" "$tree"
git -C "$tree" checkout --quiet --detach "$revision"
git diff --binary HEAD | git -C "$tree" apply --allow-empty
cp -r "${CARGO_HOME:-$HOME/.cargo}"/registry/{index,cache} "$elsewhere/cargo/registry/"
if [ -f "${CARGO_HOME:-$HOME/.cargo}/config.toml" ]; then
    cp "${CARGO_HOME:-$HOME/.cargo}/config.toml" "$elsewhere/cargo/"
fi
sysroot="$(rustc --print sysroot)"
mkdir -p "$elsewhere/compiler/lib"
for part in bin libexec lib; do
    [ ! -d "$sysroot/$part" ] || cp -r "$sysroot/$part" "$elsewhere/compiler/"
done
# Chores do not end up in what is released, so they are not built a second time.
cp "$target/debug/xtask" "$elsewhere/xtask"
mkdir -p "$tree/target/tools"
cp -r "$target"/tools/bin "$target"/tools/cargo-auditable-* "$tree/target/tools/"

run=(env -i)
if [ "$(id -u)" = 0 ]; then
    chown -R 65534:65534 "$elsewhere"
    run=(setpriv --reuid 65534 --regid 65534 --clear-groups env -i)
else
    echo "the same user builds twice: only root can build as another"
fi
started=$SECONDS
(
    umask 077
    cd "$tree"
    "${run[@]}" PATH="$elsewhere/compiler/bin:/usr/local/bin:/usr/bin:/bin" HOME="$elsewhere/home" USER=quantmesh-somebody \
        LOGNAME=quantmesh-somebody CARGO_HOME="$elsewhere/cargo" CARGO_NET_OFFLINE=true CARGO_BUILD_JOBS=1 TMPDIR="$elsewhere/tmp" \
        TZ=Pacific/Apia LANG=C.UTF-8 LC_ALL=C RUSTFLAGS="-Copt-level=0" \
        "$elsewhere/xtask" dist "${options[@]}" --out ../release
) 2>"$kept/second.log" || { cat "$kept/second.log" >&2; exit 1; }
echo "built elsewhere in $((SECONDS - started)) s"

mv "$elsewhere/a deep/er/release" "$kept/second"
diff -r "$kept/release" "$kept/second"
rm -r "$kept/second"
(cd "$kept/release" && find . -type f | sort | xargs sha256sum)
echo "the same bytes: every file of both releases"

# Archives are looked into as well.
open="$elsewhere/open"
mkdir -p "$open"
cp -r "$kept/release" "$open/"
for archive in "$kept"/release/v*/*.tar.gz "$kept"/release/v*/*.oci.tar; do
    mkdir "$open/$(basename "$archive")"
    tar -xf "$archive" -C "$open/$(basename "$archive")"
done
for layer in "$open"/*.oci.tar/blobs/sha256/*; do
    gzip -cdq "$layer" >"$layer.tar" 2>/dev/null || rm -f "$layer.tar"
done
leaks=0
for name in "$root" "$target" "${CARGO_HOME:-$HOME/.cargo}" "$HOME/" "${RUSTUP_HOME:-$HOME/.rustup}" "$sysroot" "$elsewhere" \
    quantmesh-elsewhere quantmesh-somebody /registry/src/ "$(uname -n)"; do
    # A name of one or two letters would be found in any program.
    [ "${#name}" -gt 3 ] || continue
    if grep -rlaF -e "$name" "$open"; then
        echo "found in it: $name" >&2
        leaks=1
    fi
done
[ "$leaks" = 0 ] || exit 1
echo "no folder, user or machine is named in it"
