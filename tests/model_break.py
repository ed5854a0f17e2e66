#!/usr/bin/env python3
"""One control of the example estate is broken, and healed: mitigation, alarm, risk and roadmap follow, and come back.

    python3 tests/model_break.py [--reeve PROGRAM]

model_break.csv was written first. A row names a control that stands, the fact that breaks it (file, path in it and value, as tests/break_one.py reads
them; without a path a reply that arrives), for which duty the control acts against which threats, and how it stands then. After the change, in a workspace that
has judged the estate before: the control stands so in those threats, its failure is an alarm, each of them costs more and no threat costs less, and the
roadmap says to mend it.
Where the change leaves it unknown (another account may have what is missing), nothing is said to have failed, and the roadmap says to read. Once the fact is as it was, all four say what they said at first.

What the four took after each change is printed; `./dev bench model` holds it to its bar.
"""

import csv
import json
import os
import pathlib
import shutil
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
if "--reeve" in sys.argv[1:-1]:
    os.environ["REEVE"] = sys.argv[sys.argv.index("--reeve") + 1]
from break_one import change, lay_out  # noqa: E402
from lib_reeve import AS_OF, NORTHFIELD, ROOT, Checks, built, reeve  # noqa: E402


class Look:
    """What the two commands say that show all four: `assess` (mitigations, alarms, roadmap) and `model risk`."""

    def __init__(self, estate, workspace):
        where = [estate, "--workspace", workspace, "--as-of", AS_OF, "--format", "json"]
        began = time.monotonic()
        assessed, risk = reeve("assess", *where), reeve("model", "risk", *where)
        self.seconds = time.monotonic() - began
        self.statuses, self.err = (assessed.status, risk.status), assessed.err + risk.err
        self.model, self.roadmap = assessed.report["threat_model"], assessed.report["roadmap"]
        self.risk = risk.report

    def stands(self, control, rule, duty):
        return next((bound["standing"] for threat in self.model["threats"] if threat.get("rule") == rule for bound in threat["bound"] if (bound["id"], bound["duty"]) == (control, duty)), "not bound")

    def failed(self):
        return {alarm["subject"] for alarm in self.model["alarms"] if alarm["kind"] == "control-failed"}

    def costs(self):
        return {one["rule"]: one["residual"]["loss"]["mean"] for one in self.risk["threats"] if one["reckoned"]}

    def step(self, control):
        return next((step["kind"] for step in self.roadmap if step["control"] == control), None)


def rows():
    return list(csv.DictReader((ROOT / "tests" / "model_break.csv").open()))


class Workspace:
    """A copy of the estate, and a workspace with a model that has judged it."""

    def __init__(self, folder):
        self.estate, self.folder = folder / "estate", folder / "workspace"
        lay_out(self.estate, "")
        self.folder.mkdir()
        (self.folder / "reeve.yaml").write_text("organization: Northfield\n")
        reeve("model", "derive", self.estate, "--workspace", self.folder, "--as-of", AS_OF)

    def look(self):
        return Look(self.estate, self.folder)

    def broken(self, row):
        """Breaks it and looks; what was changed is given back with `heal`."""
        self.path = change(self.estate, row)
        return self.look()

    def heal(self):
        original = NORTHFIELD / self.path.relative_to(self.estate)
        shutil.copyfile(original, self.path) if original.exists() else self.path.unlink()
        return self.look()


def follows(checks, workspace, before, row):
    control, rules = row["control"], row["threats"].split()
    costs = before.costs()
    checks.check(control not in before.failed() and before.step(control) is None and all(before.stands(control, rule, row["duty"]) == "effective" for rule in rules), f"{control}: stands at first")
    after = workspace.broken(row)
    then = after.costs()
    checks.check([after.stands(control, rule, row["duty"]) for rule in rules] == [row["stands"]] * len(rules), f"{control}: the mitigation is {row['stands']}", [after.stands(control, rule, row["duty"]) for rule in rules])
    unread = row["stands"] == "unknown"
    checks.check((control in after.failed()) != unread, f"{control}: its failure is an alarm, and what is not known is no failure", sorted(after.failed() - before.failed()))
    checks.check(all(then[rule] > costs[rule] * 1.001 for rule in rules), f"{control}: what it acts against costs more", {rule: (costs[rule], then[rule]) for rule in rules})
    cheaper = {rule: (costs[rule], then[rule]) for rule in costs.keys() & then.keys() if then[rule] < costs[rule] * (1 - 1e-9)}
    checks.check(not cheaper and after.risk["total"]["mean"] > before.risk["total"]["mean"], f"{control}: nothing costs less for it", cheaper)
    checks.check(after.step(control) == ("read" if unread else "mend"), f"{control}: the roadmap says what to do", after.step(control))
    healed = workspace.heal()
    checks.check(healed.model == before.model and healed.risk == before.risk and healed.roadmap == before.roadmap, f"{control}: healed, all is as it was", (healed.costs() == costs, healed.roadmap == before.roadmap))
    return after.seconds


def main():
    checks = Checks()
    if not built(checks, "that a broken control moves the model"):
        return checks.end()
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(pathlib.Path(folder))
        before = workspace.look()
        checks.check(all(status in (0, 1, 3) for status in before.statuses) and before.model["kept"], "the estate is judged by a workspace that keeps a model", before.err[-500:])
        taken = [follows(checks, workspace, before, row) for row in rows()]
        print(f"{len(taken)} controls broken, one at a time: mitigation, alarm, risk and roadmap said so after at most {max(taken):.2f} s")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
