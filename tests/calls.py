#!/usr/bin/env python3
"""`reeve content calls` names what to ask of AWS: as the AWS CLI spells it, and in files that `assess` then finds.

    python3 tests/calls.py
"""

import json
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lib_reeve import Checks, built, reeve  # noqa: E402

OWN_NAMES = {"s3": "s3api", "config": "configservice"}  # of the AWS CLI
ACCOUNT = "111122223333"


def spelling(checks, calls):
    try:
        from botocore import xform_name
    except ImportError:
        return checks.skip("spelling", "botocore is not installed (tests/requirements.txt)", "calls")
    for one in calls:
        service, operation = one["call"].split(":")
        words = one["command"].split()
        checks.check(words[:3] == ["aws", OWN_NAMES.get(service, service), xform_name(operation, "-")], f"{one['call']} as the AWS CLI spells it", one["command"])
        checks.check(one["file"].startswith(f"{service}-{xform_name(operation, '-')}"), f"{one['call']}: its file", one["file"])


def an_export(checks, calls):
    """An export made by the list, every answer empty: each file is taken for the answer to its call."""
    with tempfile.TemporaryDirectory() as folder:
        base = pathlib.Path(folder) / "export" / ACCOUNT
        expected = {}
        for one in calls:
            path = base / "eu-west-1" / one["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                continue
            path.write_text("{}")
            expected[str(path)] = one["call"]
        run = reeve("assess", pathlib.Path(folder) / "export", "--format", "json", "--as-of", "2026-11-22T00:00:00Z")
        if not checks.check(run.status in (0, 1, 3), "an export of empty answers is judged", run.err[-400:]):
            return
        sources = {source["path"]: source for source in json.loads(run.out)["sources"]}
        for path, call in expected.items():
            source = sources.get(path, {})
            checks.check(source.get("status") == "read" and source.get("operation") == call, f"{call} is found in {path[len(str(base)) + 1:]}", str(source))


def main():
    checks = Checks()
    if not built(checks, "calls"):
        return checks.end()
    run = reeve("content", "calls", "--format", "json")
    calls = json.loads(run.out)
    checks.check(run.status == 0 and len(calls) > 200, "there are calls", f"{run.status}, {len(calls)}")
    commands = [one["command"] for one in calls]
    checks.check(len(set(commands)) == len(commands), "each is named once", str(sorted(c for c in commands if commands.count(c) > 1)[:6]))
    for one in calls:
        operation = one["call"].split(":")[1]
        harmless = operation.startswith(("Get", "List", "Describe", "BatchGet", "GenerateCredentialReport", "GenerateServiceLastAccessedDetails", "Select", "Search"))
        checks.check(harmless, f"{one['call']} only reads")
        checks.check(one["tells_about"], f"{one['call']} tells about something")
    text = reeve("content", "calls").out
    checks.check(all(command in text for command in commands), "the text names the same")
    spelling(checks, calls)
    an_export(checks, calls)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
