#!/usr/bin/env bash
# A release runs where there is nothing: an empty root, a container image from scratch, another processor.
#
#     tests/release_runs.sh amd64|arm64 RELEASE      RELEASE: a folder that `cargo xtask dist --image` wrote to
#
# Needs root for chroot; qemu-user-static for arm64; skopeo and umoci as second readers of the image; minisign.
set -euo pipefail
cd "$(dirname "$0")/.."
arch="$1"
release="$(cd "$2" && echo "$PWD"/v*)"
program="$release/linux-$arch/quantmesh"
work="$(mktemp -d "${TMPDIR:-/tmp}/quantmesh-runs-XXXXXX")"
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

without() { # what is not shown, and why
    echo "passed over: $1 ($2)"
    [ "${QUANTMESH_REQUIRE_TOOLS:-0}" != 1 ] || exit 1
}
have() { # a program, and its package
    command -v "$1" >/dev/null || tests/packages.sh "$2" || return 1
}

(cd "$release" && sha256sum --quiet --check SHA256SUMS)
echo "checksums: sound"

# Static: no interpreter is asked for, and ldd agrees where it can.
if readelf --program-headers "$program" | grep -q INTERP; then
    echo "$program asks for an interpreter" >&2
    exit 1
fi
if readelf --dynamic "$program" | grep -q NEEDED; then
    echo "$program needs a library" >&2
    exit 1
fi
echo "readelf: no INTERP, no NEEDED"
native=$([ "$(uname -m)" = x86_64 ] && echo amd64 || echo arm64)
if [ "$arch" = "$native" ]; then
    ldd "$program" 2>&1 | grep -E 'statically linked|not a dynamic executable'
fi

if [ "$(id -u)" != 0 ]; then
    without "runs in an empty root" "chroot needs root"
    exit 0
fi

# Another processor is emulated by a program that is static as well; it is the only thing beside ours.
chroot="$(command -v chroot)"
emulate=()
emulator=
if [ "$arch" != "$native" ]; then
    have qemu-aarch64-static qemu-user-static || { without "runs of $arch" "qemu-user-static can't be installed"; exit 0; }
    emulator="$(command -v qemu-aarch64-static)"
    emulate=(/emulator)
fi
bare() { # root, program and its words: as a user without a name, without a variable but HOME
    local root="$1"
    shift
    [ -z "$emulator" ] || cp "$emulator" "$root/emulator"
    env -i HOME=/data "$chroot" --userspec=65532:65532 "$root" "${emulate[@]}" "$@"
}
runs() { # root
    local root="$1"
    bare "$root" /quantmesh version | head -1
    bare "$root" /quantmesh backtest --out /data/run >/dev/null
    ls "$root"/data/run/{report.html,trades.csv,equity.csv,result.json} >/dev/null
    bare "$root" /quantmesh doctor >"$work/doctor"
    grep -q 'static linking' "$work/doctor"
    ! grep -q '^fault' "$work/doctor"
}

empty="$work/empty"
mkdir -p "$empty/data"
cp "$program" "$empty/quantmesh"
chown 65532:65532 "$empty/data"
runs "$empty"
echo "empty root: version, backtest and doctor run"

# The same results as outside, on whatever processor.
if [ "$arch" = "$native" ]; then
    "$program" backtest --out "$work/outside" >/dev/null
    cmp "$work/outside/trades.csv" "$empty/data/run/trades.csv"
fi
sha256sum <"$empty/data/run/trades.csv" | sed 's/ .*//; s/^/trades.csv: sha256 /'

# Names: by /etc/hosts, and by a server that /etc/resolv.conf names, in a network of our own with nothing else in it.
mkdir -p "$empty/etc"
echo '127.0.0.1 localhost' >"$empty/etc/hosts"
bare "$empty" /quantmesh doctor --resolve localhost | grep 'name lookup'
rm "$empty/etc/hosts"
if command -v python3 >/dev/null && unshare --net true 2>/dev/null && have ip iproute2; then
    cat >"$work/server.py" <<'PY'
import socket, struct, subprocess, sys
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
server.settimeout(60)
client = subprocess.Popen(sys.argv[1:])
while client.poll() is None:
    server.settimeout(0.2)
    try:
        asked, who = server.recvfrom(512)
    except TimeoutError:
        continue
    end = asked.index(b"\0", 12) + 5
    question = asked[12:end]
    (kind,) = struct.unpack("!H", asked[end - 4 : end - 2])
    record = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + bytes([192, 0, 2, 7]) if kind == 1 else b""
    head = asked[:2] + struct.pack("!HHHHH", 0x8180, 1, 1 if record else 0, 0, 0)
    server.sendto(head + question + record, who)
sys.exit(client.returncode)
PY
    echo 'nameserver 127.0.0.1' >"$empty/etc/resolv.conf"
    unshare --net sh -c 'ip link set lo up && exec "$@"' sh python3 "$work/server.py" \
        env -i HOME=/data "$chroot" --userspec=65532:65532 "$empty" "${emulate[@]}" /quantmesh doctor --resolve exchange.example >"$work/names"
    grep 'exchange.example is 192.0.2.7' "$work/names"
    # And without anything: a clear word, not a crash.
    rm -r "${empty:?}/etc"
    if bare "$empty" /quantmesh doctor --resolve exchange.example >"$work/names" 2>&1; then
        echo "a name was found where there is nobody to ask" >&2
        exit 1
    fi
    grep -A1 'fault *name lookup' "$work/names"
else
    without "a lookup by a name server" "needs python3, ip and the right to make a network"
fi

# The image, read by two programs that did not write it.
image="$(echo "$release"/quantmesh-*-linux-"$arch".oci.tar)"
mkdir "$work/layout"
tar -xf "$image" -C "$work/layout"
tag="$(basename "$release")"
digest="$(python3 -c 'import json, sys; print(next(t["image"]["digest"] for t in json.load(open(sys.argv[1]))["targets"] if t["arch"] == sys.argv[2]))' "$release/release.json" "$arch")"
if have skopeo skopeo; then
    skopeo inspect "oci:$work/layout:$tag" >"$work/inspected"
    grep -F "\"Digest\": \"$digest\"" "$work/inspected"
    grep -F "\"Architecture\": \"$arch\"" "$work/inspected"
    echo "skopeo: the image is sound"
else
    without "the image by skopeo" "it can't be installed by apt"
fi
if have umoci umoci; then
    umoci unpack --image "$work/layout:$tag" "$work/bundle" >/dev/null 2>&1
    root="$work/bundle/rootfs"
    chmod 755 "$work/bundle" "$root"
    cmp "$program" "$root/quantmesh"
    python3 - "$work/bundle/config.json" <<'PY'
import json, sys
process = json.load(open(sys.argv[1]))["process"]
assert (process["user"]["uid"], process["user"]["gid"], process["cwd"]) == (65532, 65532, "/data"), process
assert process["args"][0] == "/quantmesh", process
PY
    runs "$root"
    echo "umoci: version, backtest and doctor run in the image's root as 65532:65532"
else
    without "the image by umoci" "it can't be installed by apt"
fi

# A signature by our chore, checked by somebody else's program.
if have minisign minisign; then
    minisign -G -W -f -p "$work/key.pub" -s "$work/key" >/dev/null
    cp -r "$(dirname "$release")" "$work/signed"
    cargo xtask dist --join "$work/signed" --out "$work/again" --sign-key "$work/key" 2>"$work/said"
    for file in "$work"/again/v*/{SHA256SUMS,*.tar.gz,*.oci.tar}; do
        minisign -V -q -p "$work/key.pub" -m "$file"
    done
    echo "minisign: every signature is sound"
    secret="$(tail -1 "$work/key")"
    if grep -rqF "$secret" "$work/again" "$work/said"; then
        echo "the secret key was written somewhere" >&2
        exit 1
    fi
    echo x >>"$(echo "$work"/again/v*/SHA256SUMS)"
    if minisign -V -q -p "$work/key.pub" -m "$work"/again/v*/SHA256SUMS >/dev/null 2>&1; then
        echo "minisign took a changed file" >&2
        exit 1
    fi
else
    without "signatures by minisign" "it can't be installed by apt"
fi
