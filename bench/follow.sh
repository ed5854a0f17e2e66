#!/bin/sh
# How long a finding takes from its event on a snapshot of 100,000 resources: two lines on standard output.
#
#   bench/follow.sh [RESOURCES]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
exec python3 "$root/bench/follow.py" "$root/build/reeve" "$@"
