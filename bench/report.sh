#!/bin/sh
# How large the page of a hundred thousand findings is, how long writing it takes after the assessment, and how long its reader waits for
# the first rows, a keystroke in the search and a scroll, in headless Chromium: a table in Markdown on standard output.
#
#   bench/report.sh [--build DIR] [--dir DIR] [--accounts N]
#
# The estate comes from bench_make_config, 1,000 resources to an account (default 140 accounts: a hundred thousand findings). Writing is
# what a run with the page takes longer than one with the terminal's answer, the least of three each. In the browser each wait is the
# least of several, since others may use the machine meanwhile. A missed bar fails the run.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
exec python3 "$root/bench/report.py" "$@"
