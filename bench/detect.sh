#!/bin/sh
# What `reeve detect` makes of CloudTrail in a processor second, beside the least that reading it costs: a table in Markdown on standard output.
#
#   bench/detect.sh [--build DIR] [--megabytes N] [--small-megabytes N] [--rules DIR] [--keep DIR] [--only gz|json|peers] [--peers]
#
# The logs are made by seed from the recorded events of ../shared/corpora/cloudtrail (bench_make_cloudtrail): a gigabyte in files of 2,000 events,
# and a part of it in files of 8, packed and plain. For each: the floor (gunzip and simdjson, fifteen strings pulled out: bench_detect_floor)
# and `reeve detect` with the 57 rules of ../shared/corpora/sigma, with a hundred copies of each under other event names, and with Reeve's own; one
# thread, by turns with the floor, best of five. Bars: 0.75 of the floor from gzip and 0.7 from plain with 57 rules, at most 15 % less with 5,700, 100 MiB.
#
# --peers: also the program of the crate rsigma, on the 57 rules and --peer-megabytes (300) of the same events as lines of JSON, which is what it reads;
# Reeve on the same file in the same run. Bar: ten times its speed. `--only peers` measures nothing else.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
exec python3 "$root/bench/detect.py" "$@"
