"""What of `reeve model` has to be quick over an estate: a broken control that shows, and a model derived of a million resources. Called by bench/model.py."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
CHANGE_BAR = 2.0   # seconds of the wall, from a changed snapshot to all that follows from it
DERIVE_BAR = 10.0  # seconds of the wall, for what `model derive` adds to judging
DERIVE_PEAK_BAR = 64  # MiB, of what it adds
TRIES = 2


def changes(build):
    """Whether what follows from a broken control takes longer than it may; prints the least of several for each control."""
    if not (build / "reeve").exists():
        print(f"\n{build / 'reeve'} is not built: what a change costs is not shown")
        return True
    os.environ["REEVE"] = str(build / "reeve")
    sys.path.insert(0, str(ROOT / "tests"))
    import model_break  # reads REEVE as it is loaded

    print("\n| control broken in the example estate | `assess` and `model risk`, wall s |\n|---|---|")
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        workspace = model_break.Workspace(pathlib.Path(folder))
        first = workspace.look()
        for row in model_break.rows():
            took = []
            for _ in range(TRIES):
                after = workspace.broken(row)
                took.append(after.seconds)
                if after.model == first.model or after.risk == first.risk or after.roadmap == first.roadmap:
                    print(f"\n{row['control']} was broken, and something did not move")
                    return True
                workspace.heal()
            worst = max(worst, min(took))
            print(f"| {row['control']} | {min(took):.2f} |")
    print(f"\nMitigations, alarms, roadmap and risk, from a changed snapshot, in a workspace: {worst:.2f} s at most (bar {CHANGE_BAR:.0f} s)\n")
    return worst > CHANGE_BAR


def derivation(build, folder, resources, keep):
    """Whether deriving takes longer than it may; prints its phases, the least of several."""
    for program in ("bench_derive", "bench_make_config"):
        if not (build / program).exists():
            print(f"\n{build / program} is not built: what deriving costs is not shown")
            return True
    folder = folder / f"estate-{resources}"
    workspace = folder / "work"
    if not (folder / "truth.json").exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([str(build / "bench_make_config"), str(folder), "--accounts", str(max(1, resources // 1000)), "--resources", "1000"], check=True, stdout=sys.stderr, stderr=sys.stderr)
    workspace.mkdir(exist_ok=True)
    (workspace / "reeve.yaml").write_text("organization: bench\n")
    try:
        # The first run reads and judges everything, the others find it in the store.
        runs = [json.loads(subprocess.run([str(build / "bench_derive"), str(folder / "export"), str(workspace)], capture_output=True, text=True, check=True).stdout) for _ in range(1 + TRIES)]
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
    best = min(runs, key=lambda run: run["derivation"])
    print(f"\n{best['resources']:,} resources, {best['rules']} rules, {best['threats']} threats derived\n\n| what | wall s |\n|---|---|")
    print(f"| (reading and judging, before: new, known) | ({runs[0]['judged']:.1f}, {min(run['judged'] for run in runs[1:]):.1f}) |")
    for name, key in (("content read", "content"), ("what each threat reaches", "reach"), ("components, flows and boundaries in words", "words"), ("the model", "model"), ("derivation, all of it", "derivation")):
        print(f"| {name} | {best[key]:.2f} |")
    more = best["peak"] - best["peak_before"]
    print(f"\nBar {DERIVE_BAR:.0f} s; peak {best['peak']:.0f} MiB, {more:.0f} MiB more than before (bar {DERIVE_PEAK_BAR})\n")
    return best["derivation"] > DERIVE_BAR or more > DERIVE_PEAK_BAR
