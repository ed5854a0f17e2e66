#!/bin/sh
# What simulating a hundred scenarios of ten thousand draws costs, beside pyfair: processor time of whole processes, the least of several.
#
#   bench/model.sh [--build DIR] [--dir DIR] [--no-peer]
#
# Writes a table in Markdown. pyfair 0.1a13 is installed by name into DIR (default a temporary folder). Less than ten times pyfair's speed
# fails the run.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
exec python3 "$root/bench/model.py" "$@"
