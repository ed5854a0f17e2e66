"""A hundred scenarios of ten thousand draws by `reeve model risk` and by pyfair. Called by bench/model.sh.

Each program runs as a whole process, from its start to its answer, and both must say the same within sampling error. Processor time is what the system
counted for the process and its children; least of several runs, since others may use the machine meanwhile. What has to be quick over an estate
is in bench/model_estate.py; --only says what to measure.
"""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import model_estate  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEER = "pyfair==0.1a13"
BAR, GOAL = 10, 20
DRIFT_BAR = 2.0  # seconds, of the wall
SCENARIOS, SIMULATIONS = 100, 10000
RUNS = 5  # of each program, of which the least counts

# pyfair's own way of several risks: a metamodel of FAIR models whose inputs are those of the file.
PEER_PROGRAM = """
import json, sys
import pyfair
asked = json.load(open(sys.argv[1]))
models = []
for one in asked["scenarios"]:
    model = pyfair.FairModel(name=one["id"], n_simulations=asked["simulations"], random_seed=asked["seed"])
    model.input_data("Threat Event Frequency", **one["tef"])
    model.input_data("Vulnerability", **one["vulnerability"])
    model.input_data("Loss Magnitude", **one["loss"])
    model.calculate_all()
    risk = model.export_results()["Risk"]
    models.append({"id": one["id"], "mean": float(risk.mean()), **{f"p{p}": float(risk.quantile(p / 100)) for p in (50, 90, 95, 99)}})
json.dump({"scenarios": models}, sys.stdout)
"""


def scenarios():
    def pert(low, mode, high):
        return {"low": low, "mode": mode, "high": high}

    return {"simulations": SIMULATIONS, "seed": 1,
            "scenarios": [{"id": f"s{n}", "tef": pert(1, 5 + n % 7, 30), "vulnerability": pert(0.05, 0.2 + n % 5 / 20, 0.6), "loss": pert(1000, 20000 + 100 * n, 500000)} for n in range(SCENARIOS)]}


def measured(words):
    """(least processor seconds, its wall seconds, most resident MiB, answer)"""
    best = None
    for _ in range(RUNS):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        if best is None or cpu < best[0]:
            best = cpu, wall, after.ru_maxrss / 1024, json.loads(done.stdout)
    return best


def row(name, result):
    print(f"| {name} | {result[0]:.3f} | {result[1]:.3f} | {result[2]:.0f} |")


def drifts(program):
    """Whether recomputing after a drift takes longer than it may; prints what it takes, the least of several."""
    if not program.exists():
        print(f"\n{program} is not built: what a drift costs is not shown")
        return True
    runs = [json.loads(subprocess.run([str(program)], capture_output=True, text=True, check=True).stdout) for _ in range(3)]
    best = {key: min(run[key] for run in runs) for key in ("cold", "drift", "drift_all")}
    first = runs[0]
    print(f"\n{first['threats']:,} threats of {first['simulations']:,} draws, {first['workers']} threads: {best['cold']:.2f} s at first, {best['drift']:.2f} s after a drift of a control that "
          f"{first['touched']} of them have, {best['drift_all']:.2f} s after one that all have (bar {DRIFT_BAR} s)\n")
    return best["drift_all"] > DRIFT_BAR


def against_peer(ours, folder):
    """Whether pyfair is not left as far behind as it should be, or says something else."""
    python = folder / "peer" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder / "peer")], check=True)
        subprocess.run([str(python), "-m", "pip", "-q", "install", "--pre", PEER], check=True, stdout=sys.stderr)
    program = folder / "peer.py"
    program.write_text(PEER_PROGRAM)
    theirs = measured([str(python), str(program), str(folder / "scenarios.json")])
    row(PEER.replace("==", " "), theirs)
    apart = [one["id"] for one, other in zip(ours[3]["scenarios"], theirs[3]["scenarios"]) if abs(one["mean"] - other["mean"]) > 6 * one["standard_error"]]
    times = theirs[0] / ours[0]
    print(f"\n{times:.1f} times less processor time (bar {BAR}, goal {GOAL}); {len(apart)} of {SCENARIOS} means further apart than sampling explains")
    return times < BAR or bool(apart)


def simulation(build, folder, peer):
    if not (build / "reeve").exists():
        print(f"\n{build / 'reeve'} is not built: what simulating costs is not shown")
        return True
    asked = folder / "scenarios.json"
    asked.write_text(json.dumps(scenarios()))
    ours = measured([str(build / "reeve"), "model", "risk", "--scenarios", str(asked), "--format", "json"])
    print(f"{SCENARIOS} scenarios of {SIMULATIONS:,} simulations, {os.cpu_count()} processors\n\n| program | processor s | wall s | MiB |\n|---|---|---|---|")
    row("reeve model risk", ours)
    return peer and against_peer(ours, folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=str(ROOT / "build"))
    parser.add_argument("--dir")
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--only", choices=["simulation", "drift", "change", "derivation"], action="append", help="measure this; may be repeated")
    parser.add_argument("--resources", type=int, default=1_000_000, help="of the estate that is derived")
    parser.add_argument("--keep", action="store_true", help="the generated estate, in --dir")
    options = parser.parse_args()
    build = pathlib.Path(options.build).resolve()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(options.dir or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        missed = []
        for name, measure in (("simulation", lambda: simulation(build, folder, not options.no_peer)), ("drift", lambda: drifts(build / "bench_fair")),
                              ("change", lambda: model_estate.changes(build)), ("derivation", lambda: model_estate.derivation(build, folder, options.resources, options.keep))):
            if (not options.only or name in options.only) and measure():
                missed.append(name)
            sys.stdout.flush()
        if missed:
            print(f"A bar was missed, or nothing was measured: {', '.join(missed)}")
        return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
