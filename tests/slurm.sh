#!/usr/bin/env bash
# The Slurm script of examples/cluster on a real Slurm: a controller and two node daemons on this machine, from Debian's packages. An
# array of four tasks, one of which is lost and run again, gives the bytes of one run. Passed over where Slurm can't be had.
set -euo pipefail
cd "$(dirname "$0")/.."

skip() { echo "passed over: tests/slurm.sh needs $1"; exit 0; }
wants() { [ "${QUANTMESH_REQUIRE_TOOLS:-0}" = 1 ] && { echo "tests/slurm.sh needs $1" >&2; exit 1; }; skip "$1"; }
[ "$(id -u)" = 0 ] || skip "root, for the daemons of Slurm"
PATH="$PATH:/usr/sbin"
command -v slurmctld >/dev/null && command -v slurmd >/dev/null && command -v munged >/dev/null ||
    tests/packages.sh slurm-wlm munge || wants "slurm-wlm and munge, which can't be installed here"

cargo build --locked --quiet
program="$(realpath "${CARGO_TARGET_DIR:-target}")/debug/quantmesh"

there="$(mktemp -d)"
running=()
clean() {
    code=$?
    # Last started, first ended; each by its own number.
    for ((at = ${#running[@]} - 1; at >= 0; at--)); do kill "${running[at]}" 2>/dev/null || true; done
    wait 2>/dev/null || true
    if [ "$code" != 0 ]; then tail -n 20 "$there"/*.log "$there"/jobs/*.log 2>/dev/null >&2 || true; fi
    rm -rf "$there"
    exit "$code"
}
trap clean EXIT
mkdir -p "$there"/{state,spool-a,spool-b,munge,jobs}
chmod 755 "$there"
chmod 700 "$there/munge"

# Waits until a command says yes, for a minute at most.
until_true() { timeout 60 bash -c 'until "$@" >/dev/null 2>&1; do sleep 0.2; done' _ "$@"; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

head -c 1024 /dev/urandom >"$there/munge/key"
chmod 400 "$there/munge/key"
# As whoever owns the key, which is root here.
munged --foreground --force --key-file="$there/munge/key" --socket="$there/munge/socket" --pid-file="$there/munge/pid" \
    --log-file="$there/munge/munged.log" --seed-file="$there/munge/seed" >"$there/munged.log" 2>&1 &
running+=($!)
until_true munge --socket="$there/munge/socket" --no-input

export SLURM_CONF="$there/slurm.conf"
host="$(hostname -s)"
cat >"$SLURM_CONF" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CryptoType=crypto/munge
AuthInfo=socket=$there/munge/socket
MpiDefault=none
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SlurmdTimeout=60
KillWait=1
MessageTimeout=30
StateSaveLocation=$there/state
SlurmdSpoolDir=$there/spool-%n
SlurmctldPidFile=$there/slurmctld.pid
SlurmdPidFile=$there/slurmd-%n.pid
SlurmctldLogFile=$there/slurmctld.log
SlurmdLogFile=$there/slurmd-%n.log
NodeName=a NodeHostname=$host NodeAddr=127.0.0.1 Port=$(free_port) CPUs=1 State=UNKNOWN
NodeName=b NodeHostname=$host NodeAddr=127.0.0.1 Port=$(free_port) CPUs=1 State=UNKNOWN
PartitionName=all Nodes=a,b Default=YES MaxTime=INFINITE State=UP
CONF
slurmctld -D -c -f "$SLURM_CONF" >"$there/controller.log" 2>&1 &
running+=($!)
for node in a b; do
    slurmd -D -N "$node" -f "$SLURM_CONF" >"$there/node-$node.log" 2>&1 &
    running+=($!)
done
until_true bash -c '[ "$(sinfo --noheader --format=%t --Node | grep -c "^idle$")" = 2 ]'

cp examples/cluster/slurm.sh "$there/jobs/"
cat >"$there/jobs/search.toml" <<'CONF'
[[instrument]]
symbol = "BTCUSDT"
[instrument.data]
builtin = "btcusdt_1d"
[[strategy]]
id = "trend_following"
[optimize]
constraints = ["short_period < long_period"]
[optimize.params]
short_period = { from = 5, to = 25, step = 5 }
long_period = { from = 10, to = 80, step = 10 }
CONF
cd "$there/jobs"
export QUANTMESH="$program"
array() { sbatch --wait --quiet --export=ALL --array="$1" slurm.sh search.toml out 4; }

# A task whose program fails is a failed shard: nothing of it is joined.
QUANTMESH=/bin/false array 2 && { echo "a failed task went unnoticed" >&2; exit 1; }
array 0,1,3
"$program" optimize merge joined out 2>missing.log && { echo "a missing shard went unnoticed" >&2; exit 1; }
grep -F "of shard 2/4" missing.log
# It is run alone; one that is there already is run once more, and changes nothing.
array 2
array 1
grep -hoE 'shard [0-3]/4' quantmesh-*.log | sort -u | wc -l | grep -qx 4
"$program" optimize merge joined out >/dev/null
"$program" optimize search.toml --out whole >/dev/null
diff -r whole joined
for node in a b; do grep -q "NodeList=$node " "$there/slurmctld.log" || { echo "node $node had nothing to do" >&2; exit 1; }; done
echo "slurm $(slurmctld -V | cut -d' ' -f2): four tasks on two nodes, one lost and run again: the bytes of one run ($(wc -l <whole/results.csv) rows)"
