"""The rows of bench/access.sh."""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

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
    """Logged events a second held against one policy, by wall time and by what two cores would do: they differ where others use the machine."""
    done = subprocess.run([sys.executable, str(ROOT / "bench" / "access_events.py"), "--events", str(options.events),
                           "--build", str(options.build), "--dir", str(work / "events")],
                          capture_output=True, text=True, check=True)
    rows = []
    for line in done.stdout.splitlines()[2:]:
        log, _, threads, _, _, by_wall, by_cpu, _ = [cell.strip() for cell in line.strip("|").split("|")]
        if threads == "2":
            figure, by_wall = 2 * int(by_cpu.replace(",", "")), int(by_wall.replace(",", ""))
            rows.append((f"events in two processor seconds, 2 threads, {log}", figure, "1,000,000", figure >= 1e6))
            rows.append((f"events/s by wall time, 2 threads, {log}", by_wall, "1,000,000", by_wall >= 1e6))
    return rows


def public(options, work):
    """How long `access public` thinks about one resource's policy, over those of its own suite."""
    done = subprocess.run([str(options.build / "bench_public"), str(ROOT / "tests" / "access" / "public.json"), "50"], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    median = told["median_us"]
    return [(f"public, {told['policies']} policies, median, microseconds", median, "1,000", told["policies"] >= 60 and median <= 1000),
            (f"public, the slowest ({told['slowest']}), microseconds", told["most_us"], "", True)]


def who_can(options, work):
    """One question over every principal of an organization, read from files: the program tells how long the question took, the rest is reading."""
    folder = work / "organization"
    subprocess.run([sys.executable, str(ROOT / "bench" / "make_iam.py"), str(folder), "--accounts", str(options.accounts), "--principals", "1000"], check=True)
    command = [str(options.build / "reeve"), "access", "who-can", "s3:GetObject", "arn:aws:s3:::payroll/*", "--source", str(folder), "--format", "text",
               "--context", "aws:SecureTransport=true"]
    begun = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        said = running.stdout.read()
        _, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - begun
    counts, told = re.fullmatch(r"(?s).*?\n(\S+ principals can, .*) · (\d+ m?s)\n", said).groups()
    asked = int(told.split()[0]) if told.endswith(" ms") else 1000 * int(told.split()[0])
    shutil.rmtree(folder)
    principals, mebibytes = options.accounts * 1000, used.ru_maxrss / 1024
    whole = options.accounts >= 1000
    return [(f"who-can over {principals:,} principals ({counts}), milliseconds", asked, "1,000", running.returncode == 0 and asked <= 1000),
            (f"reading {principals:,} principals, milliseconds", 1000 * wall - asked, "", True),
            ("reading them, milliseconds of processor time", 1000 * (used.ru_utime + used.ru_stime) - asked, "", True),
            ("most memory, MiB", mebibytes, "1,024" if whole else "", not whole or mebibytes <= 1024)]


PARTS = {"decisions": decisions, "events": events, "public": public, "who-can": who_can}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--accounts", type=int, default=1000, help="of a thousand principals each")
    parser.add_argument("--only", action="append", choices=PARTS, help="this part alone")
    parser.add_argument("--no-peer", dest="peer", action="store_false")
    options = parser.parse_args()
    missed = 0
    print("| what | figure | bar | |\n|---|---:|---:|---|")
    with tempfile.TemporaryDirectory() as folder:
        for part in options.only or PARTS:
            for what, figure, bar, held in PARTS[part](options, pathlib.Path(folder)):
                missed += not held
                print(f"| {what} | {figure:,.0f} | {bar} | {'held' if held and bar else '' if held else 'MISSED'} |", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
