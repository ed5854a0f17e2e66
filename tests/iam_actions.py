#!/usr/bin/env python3
"""content/actions/iam.json is what tools/make_iam_actions.py makes of the pinned package, and what it says is the package's: each action's
level, resource types and condition keys are held against the package's own data, read in another way.

    python3 tests/iam_actions.py
"""

import json
import pathlib
import sys
import tarfile

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
sys.path.insert(0, str(ROOT / "tools"))
from lib_reeve import Checks  # noqa: E402
import make_iam_actions  # noqa: E402


def equal(checks, found, wanted, what):
    return checks.check(found == wanted, what, f"{str(found)[:600]} instead of {str(wanted)[:600]}")


def against_the_package(checks, path, table):
    levels = table["levels"]
    seen = wrong = 0
    with tarfile.open(path) as tar:
        for member in tar:
            if not member.name.startswith("package/data/actions/"):
                continue
            service = pathlib.PurePosixPath(member.name).stem
            own = table["services"].get(service, {"actions": {}})
            actions = json.load(tar.extractfile(member))
            wrong += len(own["actions"]) != len(actions)
            for action in actions.values():
                seen += 1
                made = own["actions"].get(action["name"])
                keys = [key.split(" ")[0] for key in own.get("keys", [])]
                right = made and {levels[letter] for letter in made[0]} == set(action["accessLevel"].split(", "))
                right = right and sorted(keys[i] for i in made[2]) == sorted(action.get("conditionKeys", []))
                right = right and sorted(one if isinstance(one, str) else one[0] for one in made[1]) == sorted(r["name"] + "*" * r["required"] for r in action["resourceTypes"])
                if not right:
                    wrong += 1
                    checks.check(wrong > 5, f"{service}:{action['name']} is what the package says", f"{made} {action}")
    checks.check(seen > 20000 and not wrong, "every action is what the package says", f"{seen} actions, {wrong} wrong")


def main():
    checks = Checks()
    text = make_iam_actions.OUT.read_text()
    table = json.loads(text)
    equal(checks, table["source"], f"{make_iam_actions.PACKAGE} {make_iam_actions.VERSION}", "the file is of the pinned version")
    checks.check(len(text.encode()) <= make_iam_actions.BYTES_MAX, "it stays small", str(len(text)))
    equal(checks, table["services"]["s3"]["actions"]["ListAllMyBuckets"][0], "L", "an action that everybody knows")
    path, why = make_iam_actions.packed()
    if not path:
        checks.skip("the package", why, "that content/actions/iam.json is current")
        return checks.end()
    equal(checks, make_iam_actions.text_of(make_iam_actions.read(path)) == text, True, "the file is current: run tools/make_iam_actions.py and review what changes")
    against_the_package(checks, path, table)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
