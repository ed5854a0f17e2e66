#!/bin/sh
# How fast and in how much memory `reeve assess` judges estates of growing size: a table in Markdown on standard output.
#
#   bench/assess.sh [--max RESOURCES] [--controls N] [--build DIR] [--dir DIR] [--keep]
#
# For 10,000, 100,000 and 1,000,000 resources (1,000 to an account; at most --max, default 1,000,000) it writes Config snapshots with
# bench_make_config, judges them in a new workspace, judges them again unchanged, and holds the first report against the planted
# truth: every planted fault found, none invented. Each by N controls (110; bench/some_controls.py says which), so that the figure does not change with
# every control that content gains, and by all of them. What was generated is kept between runs with --keep.
# The file cache is warm: the files were written just before. Times are wall and CPU seconds of the whole program, memory its peak.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
max=1000000 some=110 build=$root/build dir=${TMPDIR:-/tmp}/reeve-bench-assess keep=
while [ $# -gt 0 ]; do
  case $1 in
    --max) max=$2; shift 2 ;;
    --controls) some=$2; shift 2 ;;
    --build) build=$(cd "$2" && pwd); shift 2 ;;
    --dir) dir=$2; shift 2 ;;
    --keep) keep=1; shift ;;
    *) echo "bench/assess.sh: \`$1\` is not understood; expected --max, --controls, --build, --dir or --keep" >&2; exit 2 ;;
  esac
done
for program in reeve bench_make_config; do
  [ -x "$build/$program" ] || { echo "bench/assess.sh: $build/$program is not built; build it, or name another folder with --build" >&2; exit 2; }
done
[ -x /usr/bin/time ] || { echo "bench/assess.sh: /usr/bin/time is not there; install the package \`time\`" >&2; exit 2; }
mkdir -p "$dir"
status=0

# run NAME ARGUMENT…: NAME.time holds what /usr/bin/time measured; exit status 0 and 1 of assess are both an answer.
run() {
  name=$1; shift
  /usr/bin/time -f '%e %U %S %M' -o "$name.time" "$@" > "$name.json" 2> "$name.err" || [ $? -eq 1 ] || { cat "$name.err" >&2; exit 1; }
  grep -v 'exited with' "$name.time" > "$name.figures" # time says so when a run ends with 1
}

echo "| resources | controls | applicable pairs | findings | planted, found | wall s | CPU s | peak MiB | rerun wall s | rerun peak MiB |"
echo "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
for resources in 10000 100000 1000000; do
  [ "$resources" -le "$max" ] || continue
  here=$dir/$resources
  if [ ! -f "$here/truth.json" ]; then
    rm -rf "$here"
    "$build/bench_make_config" "$here" --accounts $((resources / 1000)) --resources 1000 >&2
  fi
  cd "$here"
  for by in "--controls $(python3 "$root/bench/some_controls.py" "$build/reeve" . "$some")" ""; do
    rm -rf work && mkdir work && echo "organization: bench" > work/reeve.yaml
    # shellcheck disable=SC2086 # two words or none
    run first "$build/reeve" assess export --workspace work --format json $by
    # shellcheck disable=SC2086
    run again "$build/reeve" assess export --workspace work --format json $by
    figures=$(python3 "$root/bench/check_assess.py" "$here" first.json) || { status=1; figures="$figures (wrong, see above)"; }
    awk -v row="$figures" 'NR == 1 { w = $1; c = $2 + $3; m = $4 / 1024 } NR == 2 { rw = $1; rm = $4 / 1024 }
      END { n = split(row, f, "\t"); printf "| %s | %s | %s | %s | %s | %.2f | %.2f | %.0f | %.2f | %.0f |\n", f[1], f[2], f[3], f[4], f[5], w, c, m, rw, rm }' first.figures again.figures
  done
  cd "$root"
  [ "$keep" ] || rm -rf "$here"
done
exit $status
