#!/usr/bin/env python3
"""content/apis is what tools/make_apis.py makes of the pinned botocore, has every operation that content names, and stays small.

    python3 tests/apis.py
"""

import json
import pathlib
import re
import sys
import tempfile

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools")]
import make_apis  # noqa: E402
import mapping_sources  # noqa: E402
from lib_reeve import Checks, built, reeve  # noqa: E402

BYTES_MAX = 1_500_000
# Operations that change something, as AWS's own access levels have it, begin with other words than these.
READS = re.compile(r"(Get|Head|List|Describe|Select|Batch(Get|Describe)|Search|Lookup|Query)[A-Z]|AssumeRole|"
                   r"Generate(ServiceLastAccessedDetails|CredentialReport)$")


def shape_names(shape):
    if "members" in shape:
        for member in shape["members"].values():
            yield member["is"] if isinstance(member, dict) else member
    else:
        yield shape.get("list") or shape["map"]


def current(checks, files):
    pinned = next(line.split("==")[1] for line in (ROOT / "tests" / "requirements.txt").read_text().split() if line.startswith("botocore=="))
    checks.check({service["source"] for service in files.values()} == {"botocore " + pinned}, "made from the pinned botocore")
    site, why = mapping_sources.packages()
    if not site:
        return checks.skip("current", why, "that the files are what the tool makes of the pinned botocore")
    wanted = make_apis.files(site)
    wrong = make_apis.differences(wanted, ROOT / "content" / "apis")
    checks.check(len(wanted) > 80 and not wrong, "the files are current", f"{wrong}: run tools/make_apis.py and review what changes")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name, text in wanted.items():
            (folder / name).write_text(text.replace("IAM", "JAM") if name == "iam.json" else text)
        (folder / "kms.json").unlink()
        (folder / "nobody.json").write_text("{}")
        named = make_apis.differences(wanted, folder)
        checks.check(named == {"iam.json": "is not what the pinned botocore says", "kms.json": "missing", "nobody.json": "nothing asks for it"},
                     "what differs is named", str(named))


def complete(checks, files):
    calls = {one["call"] for one in json.loads(reeve("content", "calls", "--format", "json").out)}
    checks.check(len(calls) > 300, "content names its calls", str(len(calls)))
    for call in sorted(calls):
        service, operation = call.split(":")
        described = files.get(service, {}).get("operations", {}).get(operation)
        checks.check(described is not None and not described.get("writes"), f"{call} is described, as one that reads")


def tidy(checks, files):
    for name, service in files.items():
        named = {operation[key] for operation in service["operations"].values() for key in ("input", "output") if key in operation}
        named |= {one for shape in service["shapes"].values() for one in shape_names(shape)}
        checks.check(set(service["shapes"]) <= named, f"{name} has no shape that nothing needs", str(set(service["shapes"]) - named))
        for operation, described in service["operations"].items():
            checks.check(bool(READS.match(operation)) != bool(described.get("writes")), f"{name}:{operation} says whether it writes")
    total = sum(file.stat().st_size for file in (ROOT / "content" / "apis").glob("*"))
    checks.check(total <= BYTES_MAX, f"all files together have at most {BYTES_MAX} bytes", str(total))


def main():
    checks = Checks()
    if built(checks, "content/apis"):
        files = {file.stem: json.loads(file.read_text()) for file in sorted((ROOT / "content" / "apis").glob("*.json"))}
        current(checks, files)
        complete(checks, files)
        tidy(checks, files)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
