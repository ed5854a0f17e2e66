#!/bin/sh
# How fast and in how much memory `reeve check` judges templates, beside cfn-guard 3.2.1 and checkov in the same run: a table in Markdown
# on standard output.
#
#   bench/check.sh [--build DIR] [--dir DIR] [--times N] [--templates DIR] [--no-checkov]
#
# The rules are AWS Control Tower's 237, by name from npm; the templates the 80 of ../shared/corpora/templates that are no conformance
# packs. cfn-guard and the rules are fetched as tests/peers does, checkov by pip into a folder of its own; what cannot be fetched is
# named and left out. Programs take turns, each N times (default 5), and the least processor time counts, since others may compile meanwhile.
# Before a figure is printed the verdicts of both are compared, rule by rule and template by template; one that differs fails the run.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
exec python3 "$root/bench/check.py" "$@"
