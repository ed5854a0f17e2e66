#!/bin/sh
# How fast, with how much processor time and in how much memory an organization is asked: a table in Markdown on standard output.
#
#   bench/collect.sh [--calls N] [--latency MS] [--build DIR] [--dir DIR] [--engine-only | --collect-only] [--whole]
#
# The organization is the AWS double's (tests/double): 1,000 accounts × 17 Regions × 60 calls by default, about a million, or as many accounts
# as --calls takes; each answer comes 20 ms late. `reeve collect` asks those services whose lists make about 60 calls, with --whole all. The double keeps AWS's published buckets, and refuses what goes over one. Asked twice: by
# the engine alone, replies dropped, and by `reeve collect`, which plans, takes roles and writes a snapshot. A call without an answer, an
# exceeded bucket and a missed bar fail the run: 180 seconds for a million calls (in proportion for fewer), 512 MiB.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
# --peers [--times N] [--keep DIR]: one moto account read by `reeve collect` and by Prowler, through the same counter of HTTP requests.
if [ "${1-}" = --peers ]; then
  shift
  python=python3
  [ -x "$root/build/.venv/bin/python" ] && python="$root/build/.venv/bin/python"
  exec "$python" "$root/bench/collect_peer.py" "$@"
fi
exec python3 "$root/bench/collect.py" "$@"
