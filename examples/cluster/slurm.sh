#!/usr/bin/env bash
# A search divided among the tasks of a Slurm array. From the folder with the configuration:
#
#     sbatch --array=0-3 slurm.sh search.toml out 4
#
# The third word is how many shards there are; tasks are numbered from 0. Each task writes a file of its own into the folder, which every
# node must see. A task that failed is run again alone, in the same folder, and goes on where it stopped:
#
#     sbatch --array=2 slurm.sh search.toml out 4
#
# When all are done:
#
#     quantmesh optimize merge results out
#
#SBATCH --job-name=quantmesh
#SBATCH --cpus-per-task=1
#SBATCH --output=quantmesh-%A-%a.log
set -euo pipefail
config="${1:?the configuration file}" out="${2:?the folder of the shards}" shards="${3:?how many shards there are}"

exec "${QUANTMESH:-quantmesh}" optimize "$config" --out "$out" --shards "$shards" --threads "${SLURM_CPUS_PER_TASK:-1}" --resume
