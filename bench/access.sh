#!/bin/sh
# How quick the questions of `reeve access` are: a table in Markdown on standard output.
#
#   bench/access.sh [--build DIR] [--only PART] [--cases N] [--seconds N] [--events N] [--accounts N] [--no-peer]
#
# decisions  requests a second, by Reeve's engine and by the core of the npm package @cloud-copilot/iam-simulate, over the same documents in one
#            run, policies read once on both sides, by processor time; the cases come from tests/lib_access_cases.py, the package is fetched by
#            name into the cache of the peers. Bars: 20 times the package with explanations, 50 times without
# events     logged events a second held against one policy (bench/access_events.py), lines and gzip files. Bar: 1,000,000
# public     how long one policy takes, over those of tests/access/public.json. Bar: median 1 ms
# who-can    one question over a thousand accounts of a thousand principals (bench/make_iam.py). Bars: 1 s, 1 GiB
#
# A missed bar fails the run. Each part is a function of bench/access.py that gives rows; another part is another one.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
exec python3 "$root/bench/access.py" "$@"
