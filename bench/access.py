"""The rows of bench/access.sh."""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "peers")]
import iam_simulate  # noqa: E402
import lib_access_cases  # noqa: E402


def decisions(options, work):
    """Decisions a second over small documents: [(what, figure, bar, held)]."""
    file = work / "cases.ndjson"
    kept = []
    for number in range(options.cases):
        document = lib_access_cases.case(1, number)
        document["engine"] = True
        kept.append(json.dumps(document))
    file.write_text("\n".join(kept) + "\n")

    def ours(threads, explain):
        line = subprocess.run([str(options.build / "bench_decide"), str(file), str(threads), str(options.seconds), "explain" if explain else "quiet"],
                              capture_output=True, text=True, check=True).stdout
        return json.loads(line)["per_second"]

    quiet, told, both, both_told = ours(1, False), ours(1, True), ours(2, False), ours(2, True)
    rows = [("Reeve, 2 threads, without explanations", both, "2,000,000", both >= 2e6), ("Reeve, 2 threads, with explanations", both_told, "1,000,000", both_told >= 1e6),
            ("Reeve, 1 thread, without explanations", quiet, "", True), ("Reeve, 1 thread, with explanations", told, "", True)]
    if options.peer:
        home, why = iam_simulate.peer()
        if home is None:
            print(f"no comparison: {why}", file=sys.stderr)
        else:
            done = subprocess.run(["node", str(ROOT / "bench" / "access_peer.mjs"), str(home), str(file), str(options.seconds)], capture_output=True, text=True, check=True)
            peer = json.loads(done.stdout)["per_second"]
            rows.append(("iam-simulate's core, 1 thread, as it always explains", peer, "", True))
            rows.append(("times the package, 1 thread each, with explanations", told / peer, "20", told / peer >= 20))
            rows.append(("times the package, 1 thread each, without", quiet / peer, "50", quiet / peer >= 50))
    return rows


def events(options, work):
    """Logged events a second held against one policy; the bar is for two cores, so it is held to twice a processor second's share."""
    done = subprocess.run([sys.executable, str(ROOT / "bench" / "access_events.py"), "--events", str(options.events),
                           "--build", str(options.build), "--dir", str(work / "events")],
                          capture_output=True, text=True, check=True)
    rows = []
    for line in done.stdout.splitlines()[2:]:
        log, _, threads, _, _, by_wall, by_cpu, _ = [cell.strip() for cell in line.strip("|").split("|")]
        if threads == "2":
            figure, bar = 2 * int(by_cpu.replace(",", "")), log.endswith("ndjson")
            rows.append((f"events in two processor seconds, 2 threads, {log}", figure, "1,000,000" if bar else "", not bar or figure >= 1e6))
            rows.append((f"events/s by wall time, 2 threads, {log}", int(by_wall.replace(",", "")), "", True))
    return rows


PARTS = [decisions, events]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--no-peer", dest="peer", action="store_false")
    options = parser.parse_args()
    missed = 0
    print("| what | figure | bar | |\n|---|---:|---:|---|")
    with tempfile.TemporaryDirectory() as folder:
        for part in PARTS:
            for what, figure, bar, held in part(options, pathlib.Path(folder)):
                missed += not held
                print(f"| {what} | {figure:,.0f} | {bar} | {'held' if held and bar else '' if held else 'MISSED'} |", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
