#!/bin/sh
# What `reeve model` costs, as tables in Markdown; a missed bar fails the run.
#
#   bench/model.sh [--build DIR] [--dir DIR] [--no-peer] [--only simulation|drift|change|derivation]... [--resources N] [--keep]
#
# simulation  a hundred scenarios of ten thousand draws, beside pyfair 0.1a13 (installed by name into DIR, default a temporary folder): processor time
# drift       10,000 risks recomputed once a control stands otherwise
# change      from a fact broken in the example estate to mitigations, alarms, roadmap and risk
# derivation  a threat model derived of a million resources (bench_make_config writes them into DIR: 150 MB, and 1.5 GB of store)
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
exec python3 "$root/bench/model.py" "$@"
