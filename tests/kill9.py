#!/usr/bin/env python3
"""Kill -9 at random points of `reeve assess --workspace`: the store opens, and no finding is lost or doubled.

    python3 tests/kill9.py [--points 10] [--seed 1] [--reeve PROGRAM]

Before each kill the estate changes, so that the killed run has something to write. Afterwards SQLite must find the store whole, the
next run in the workspace must end well and say what a fresh run says, and each finding must have one id, used once. The points are
spread over the time that an undisturbed run takes, a fifth of them at once after another without a run between. The suite kills 10
times; `--points 50` is the acceptance run.
"""

import argparse
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from estate_changes import ROOT, Estate, Failed, assess, first_difference, is_built, without_history  # noqa: E402


def store_problem(workspace):
    """What SQLite says of the databases in the workspace; None if they are whole."""
    for path in sorted((workspace / ".reeve").rglob("*")):
        if path.is_file() and path.read_bytes()[:15] == b"SQLite format 3":
            try:
                # Not read-only: whoever opens first rolls back what the killed program left in its journal.
                with sqlite3.connect(path) as db:
                    answer = db.execute("PRAGMA integrity_check").fetchone()[0]
            except sqlite3.Error as error:
                answer = str(error)
            if answer != "ok":
                return f"{path.name}: {answer}"
    return None


def doubled(report):
    seen = set()
    for finding in report["findings"]:
        if finding["id"] in seen:
            return f"finding {finding['id']} ({finding['control']}, {finding['resource']['uid']}) stands twice in the report"
        seen.add(finding["id"])
    return None


def killed_after(reeve, folder, seconds):
    run = subprocess.Popen([reeve, "assess", "estate", "--format", "json", "--workspace", "work"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        run.wait(seconds)
        return False
    except subprocess.TimeoutExpired:
        run.kill()
        run.wait()
        return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reeve", default=str(ROOT / "build" / "reeve"))
    options = parser.parse_args()
    if not is_built(options.reeve, "that the store survives kill -9"):
        return 0
    reeve = str(pathlib.Path(options.reeve).resolve())
    rng = random.Random(options.seed)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="reeve-kill9-"))
    estate = Estate(folder / "estate", rng)
    work = folder / "work"
    work.mkdir()
    (work / "reeve.yaml").write_text("organization: Northfield Group\n")
    started = time.monotonic()
    assess(reeve, "estate", folder, workspace="work")
    whole = time.monotonic() - started
    passed = failed = killed = 0
    for point in range(options.points):
        said = [estate.change() for _ in range(rng.choice([1, 2, 4]))]
        for _ in range(rng.choice([1, 1, 1, 1, 3])):
            after = rng.uniform(0, whole)
            while not killed_after(reeve, folder, after):
                after /= 2  # it had ended; what it wrote stands, and the next run has less to do
            killed += 1
        problem = store_problem(work)
        if problem is None:
            try:
                kept, fresh = assess(reeve, "estate", folder, workspace="work"), assess(reeve, "estate", folder)
                problem = doubled(kept) or first_difference(without_history(kept), without_history(fresh)) or store_problem(work)
            except Failed as error:
                problem = str(error)
        passed += problem is None
        if problem is not None:
            failed += 1
            print(f"FAILED seed {options.seed}, point {point + 1}, killed after {after * 1000:.0f} ms of {whole * 1000:.0f}: {problem}")
            print("".join(f"    {s}\n" for s in said), end="")
    shutil.rmtree(folder)
    print(f"{killed} runs were killed")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
