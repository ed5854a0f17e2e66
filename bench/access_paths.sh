#!/bin/sh
# How long the graph of who can become whom takes, by processor time, against PMapper (PyPI `principalmapper`) on the same made-up account in
# one run: a table in Markdown on standard output.
#
#   bench/access_paths.sh [--build DIR] [--principals N] [--many N] [--no-peer]
#
# The account comes from bench/access_paths.py; the package is fetched by name into the cache of the peers and runs as a process of its own,
# whose time counts from where the account has been read; Reeve's is that of the whole process. A missed bar fails the run: 50 times PMapper,
# 10 s for the many. PMapper takes minutes for a thousand principals.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
exec python3 "$root/bench/access_paths.py" "$@"
