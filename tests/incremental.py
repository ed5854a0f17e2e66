#!/usr/bin/env python3
"""Incremental equals full: random changes to the example estate, judged in one workspace kept between them and afresh each time.

    python3 tests/incremental.py [--changes 25] [--seed 1] [--reeve PROGRAM] [--stop]

After each change `reeve assess ESTATE --workspace W` and `reeve assess ESTATE` must say the same but for the history that only
the first can know (estate_changes.HISTORY). Every tenth step judges twice without a change between, and several changes are made
at once now and then, as real exports do. A failure names the seed, the step and the changes since the last equal step; the suite
runs 25 changes, `--changes 1000` is the acceptance run.
"""

import argparse
import pathlib
import random
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from estate_changes import ROOT, Estate, Failed, assess, first_difference, is_built, without_history  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--changes", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reeve", default=str(ROOT / "build" / "reeve"))
    parser.add_argument("--all", action="store_true", help="compare passes too (slower)")
    parser.add_argument("--stop", action="store_true", help="stop at the first difference and leave the folder for a look")
    options = parser.parse_args()
    if not is_built(options.reeve, "that incremental equals full"):
        return 0
    reeve = str(pathlib.Path(options.reeve).resolve())
    rng = random.Random(options.seed)
    more = ["--all"] if options.all else []
    passed = failed = 0
    folder = tempfile.mkdtemp(prefix="reeve-incremental-")
    estate = Estate(pathlib.Path(folder) / "estate", rng)
    (pathlib.Path(folder) / "work").mkdir()
    (pathlib.Path(folder) / "work" / "reeve.yaml").write_text("organization: Northfield Group\n")
    done, since = 0, []
    while done < options.changes:
        for _ in range(0 if passed and done % 10 == 9 and since == [] and rng.random() < 0.5 else rng.choice([1, 1, 1, 1, 3])):
            since.append(estate.change())
            done += 1
        try:
            kept = assess(reeve, "estate", folder, workspace="work", more=more)
            fresh = assess(reeve, "estate", folder, more=more)
            difference = first_difference(without_history(kept), without_history(fresh))
        except Failed as error:
            difference = str(error)
        if difference is None:
            passed, since = passed + 1, []
            continue
        failed += 1
        print(f"FAILED seed {options.seed}, after {done} changes: incremental against full: {difference}")
        print("".join(f"    since the last equal step: {said}\n" for said in since[-6:]), end="")
        since = []
        if options.stop:
            print(f"left for a look: {folder}")
            break
    if not options.stop or not failed:
        import shutil

        shutil.rmtree(folder)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
