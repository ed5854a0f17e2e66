#!/bin/sh
# How many requests a second are decided, by Reeve's engine and by the core of the npm package @cloud-copilot/iam-simulate, over the same
# documents in one run, policies read once on both sides, by processor time: a table in Markdown on standard output.
#
#   bench/access.sh [--build DIR] [--cases N] [--seconds N] [--events N] [--no-peer]
#
# The cases come from tests/lib_access_cases.py. The package is fetched by name into the cache of the peers. A missed bar fails the run: 20 times
# the package with explanations, 50 times without; 1,000,000
# logged events in two processor seconds, as lines (bench/access_events.py). Each part of bench/access.py is a function that gives rows; another part is another one.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
exec python3 "$root/bench/access.py" "$@"
