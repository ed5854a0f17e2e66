#!/usr/bin/env python3
"""What a mitigation is bound to, as the control about it sees it: the whole way from the model's file to the verdict.

    python3 tests/model_bound.py

The examples of the control fill its views by hand; here the workspace's model does.
"""

import json
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lib_reeve import NORTHFIELD, Checks, assess, built  # noqa: E402

CONTROL = "threat-model-bound-to-controls"
LONG = "security-services-share-an-administrator"  # passes there; longer than what a string keeps in itself
FAILING = "bucket-not-public"


def model(bound):
    """One threat, and a mitigation for each of `bound`: the ids it names."""
    ids = [f"00000000-0000-4000-8000-{n:012}" for n in range(len(bound) + 1)]
    mitigations = [{"id": ids[n + 1], "numericId": n + 1, "content": f"mitigation {n}", "metadata": [{"key": "custom:reeve-control", "value": name}] if name else []} for n, name in enumerate(bound)]
    return {"schema": 1, "threats": [{"id": ids[0], "numericId": 1, "statement": "A stranger does something"}], "mitigations": mitigations,
            "mitigationLinks": [{"mitigationId": one["id"], "linkedId": ids[0]} for one in mitigations]}


def main():
    checks = Checks()
    if not built(checks, "model_bound"):
        return checks.end()
    rows = (("a control that passes", [LONG], "pass", None), ("a control that fails", [LONG, FAILING], "fail", f"0 bound to no control, 1 to one that does not pass, such as {{}} ({FAILING})"),
            ("nothing", [LONG, ""], "fail", "1 bound to no control, 0 to one that does not pass, such as {}"), ("a detection alone", ["root-credentials-changed"], "not_applicable", None))
    for what, bound, status, said in rows:
        with tempfile.TemporaryDirectory() as folder:
            work = pathlib.Path(folder)
            (work / "reeve.yaml").write_text("organization: Northfield\n")
            (work / "threat-model.tc.json").write_text(json.dumps(model(bound)))
            run = assess(NORTHFIELD, more=["--workspace", work])
            checks.check(run.status in (0, 1), f"{what}: the run", run.err[-300:])
            control = next(c for p in run.report["practices"] for c in p["controls"] if c["id"] == CONTROL)
            checks.check(control["status"] == status, f"a mitigation bound to {what}: {status}", control)
            finding = next((f for f in run.report["findings"] if f["control"] == CONTROL), {})
            if said:
                which = f"00000000-0000-4000-8000-{len(bound):012} of the workspace's model"
                checks.check(said.format(which) in finding.get("reason", ""), f"a mitigation bound to {what}: which", finding.get("reason"))
            some = assess(NORTHFIELD, more=["--workspace", work, "--controls", FAILING])
            checks.check(run.report["risks"] and not some.report["risks"], f"{what}: a run by some controls tells of no threat", len(some.report["risks"]))
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
