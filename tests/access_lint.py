#!/usr/bin/env python3
"""`reeve access lint`: a policy that breaks each rule and one that does not, the formats, the kinds, and the published samples.

    python3 tests/access_lint.py

tests/lib_lint_cases.py has the policies. A rule without a case fails; so does a case whose place is wrong, or whose good policy breaks the rule.
"""

import collections
import json
import pathlib
import re
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lib_lint_cases import CASES, GET, bucket, policy, trust  # noqa: E402
from lib_reeve import ROOT, SHARED, Checks, built, reeve  # noqa: E402

SAMPLES = {"service-control-policies": 57, "data-perimeter": 29, "resource-control-policies": 23}
KINDS = {
    "service_control_policies": "scp",
    "resource_control_policies": "rcp",
    "vpc_endpoint_policies": "endpoint",
    "service-control-policies": "scp",
    "resource-control-policies": "rcp",
}


def lints(path, *more):
    done = reeve("access", "lint", path, "--format", "ndjson", *more)
    return [json.loads(line) for line in done.out.splitlines()], done


def each_rule(checks, folder):
    seen = set()
    for rule, (kind, breaks, good) in CASES.items():
        more = ["--kind", kind] if kind else []
        path = folder / f"{rule}.json"
        column = breaks.index("§") + 1
        path.write_text(breaks.replace("§", ""))
        found, done = lints(path, *more)
        places = [(lint["line"], lint["column"]) for lint in found if lint["id"] == rule]
        checks.check(places == [(1, column)], f"{rule} stands at 1:{column}", f"{places or [lint['id'] for lint in found]} {done.err}")
        seen.update(lint["id"] for lint in found)
        path.write_text(good.replace("§", ""))
        found, done = lints(path, *more)
        checks.check(rule not in [lint["id"] for lint in found] and done.status == 0, f"{rule} lets the good policy be", f"{found} {done.err}")
        checks.check(not [lint for lint in found if lint["sort"] == "invalid"], f"{rule}: AWS takes the good policy", found)
    return seen


def every_rule_has_a_case(checks):
    text = (ROOT / "docs" / "formats" / "policy-lint.md").read_text()
    documented = set(re.findall(r"^\| `([a-z-]+)` \| (?:critical|high|medium|low) \|", text, re.M))
    source = (ROOT / "src" / "access" / "lint_rules.cc").read_text()
    rules = set(re.findall(r'^      \{"([a-z-]+)", (?:invalid|idle|risk),', source, re.M))
    checks.check(len(rules) > 60, "the rules are read", len(rules))
    checks.check(rules == set(CASES), "every rule has its two policies", rules ^ set(CASES))
    checks.check(rules == documented, "docs/formats/policy-lint.md lists every rule", rules ^ documented)


def kinds(checks, folder):
    for what, text, kind in (
        ("an identity policy allows", policy(GET), "identity"),
        ("nothing but Denies and no principal is a guardrail", policy(GET.replace("Allow", "Deny")), "scp"),
        ("a principal makes a resource policy", bucket('{"AWS": "111122223333"}'), "resource"),
        ("who may assume a role", trust('{"AWS": "111122223333"}'), "trust"),
        ("Denies for everyone and everything", policy('{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}'), "rcp"),
        (
            "whose the resource is, an endpoint asks",
            policy(
                '{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*", '
                '"Condition": {"StringEquals": {"aws:ResourceOrgID": "o-a1b2c3d4e5"}}}'
            ),
            "endpoint",
        ),
    ):
        path = folder / "kind.json"
        path.write_text(text.replace("GetObject", "GetObjekt").replace("AssumeRole", "AssumeRoll").replace("s3:*", "s3:Nothing"))
        found, _ = lints(path)
        checks.check(found and {lint["policy"] for lint in found} == {kind}, what, found)


def forms(checks, folder):
    path = folder / "answer.json"
    path.write_text(
        json.dumps({"PolicyVersion": {"VersionId": "v1", "Document": json.loads(policy(GET.replace("GetObject", "GetObjekt")))}}, indent=1)
    )
    found, _ = lints(path)
    checks.check([(lint["id"], lint["line"] > 1) for lint in found] == [("action-unknown", True)], "an answer of IAM", found)
    path.write_text(json.dumps({"Policy": policy(GET.replace("GetObject", "GetObjekt"))}))
    found, _ = lints(path)
    checks.check(
        [(lint["id"], lint["line"], lint["column"]) for lint in found] == [("action-unknown", 1, 12)], "a policy as text, at the text's place", found
    )
    path.write_text("Version: '2012-10-17'\nStatement:\n  - Effect: Allow\n    Action: s3:GetObjekt\n    Resource: '*'\n")
    found, _ = lints(path)
    checks.check([(lint["id"], lint["line"], lint["column"]) for lint in found] == [("action-unknown", 4, 13)], "YAML", found)
    text = reeve("access", "lint", path, "--format", "text")
    checks.check(
        "action-unknown" in text.out and text.out.splitlines()[-1] == "1 policy read: 0 invalid, 1 idle, 0 at risk", "text ends in the sum", text.out
    )
    sarif = json.loads(reeve("access", "lint", path, "--format", "sarif").out)["runs"][0]
    region = sarif["results"][0]["locations"][0]["physicalLocation"]["region"]
    checks.check(region == {"startLine": 4, "startColumn": 13} and len(sarif["tool"]["driver"]["rules"]) == len(CASES), "SARIF", region)
    for level, status in (("high", 0), ("medium", 1), ("fail", 1), ("never", 0)):
        checks.check(reeve("access", "lint", path, "--fail-on", level).status == status, f"--fail-on {level} ends with {status}")


def hostile(checks, folder):
    """What is no policy is named with its place and status 3; what is half one is judged without a crash."""
    path = folder / "hostile.json"
    for what, text in (
        ("no JSON", '{"Version": '),
        ("a list", "[1]"),
        ("another map", '{"a": 1}'),
        ("nothing", ""),
        ("text that is no JSON", '{"Policy": "Statement {"}'),
    ):
        path.write_text(text)
        found, done = lints(path)
        checks.check(done.status == 3 and not found and str(path) in done.err, f"{what} is named", f"{done.status} {done.err}")
    for what, text in (
        ("a statement that is text", '{"Version": "2012-10-17", "Statement": "x"}'),
        ("statements that are numbers", '{"Statement": [1, null, [], {}]}'),
        ("elements of wrong types", policy('{"Effect": 1, "Action": {"a": 1}, "Resource": [[]], "Condition": [1], "Principal": 5, "Sid": {}}')),
        (
            "a condition of wrong types",
            policy('{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"StringEquals": 1, "": {"": null}, "Bool": {"a": {}}}}'),
        ),
        ("no UTF-8 expected", policy('{"Effect": "Allow", "Action": ":", "Resource": "${", "Condition": {"ForAllValues:": {"${": "${"}}}')),
        (
            "a huge NotAction",
            policy('{"Effect": "Allow", "NotAction": [' + ", ".join(f'"s3:Nothing{i}"' for i in range(5000)) + '], "Resource": "*"}'),
        ),
        ("a pattern that is hard to match", policy('{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:sqs:::' + "*a" * 400 + '"}')),
        ("200 statements", policy(*[GET] * 200)),
    ):
        path.write_text(text)
        found, done = lints(path)
        checks.check(done.status == 0 and (found or "200" in what), f"{what} is judged", f"{done.status} {done.err[:300]}")
    other = folder / "more"
    other.mkdir()
    (other / "package.json").write_text('{"name": "x"}')
    (other / "policy.json").write_text(policy(GET))
    done = reeve("access", "lint", other, "--format", "text")
    checks.check(
        done.status == 0 and "1 other file is no policy" in done.out, "in a folder, what is no policy is passed over and counted", done.out + done.err
    )


def samples(checks):
    """Published guardrails and perimeters: each is read, and what is wrong with one is named."""
    for name, count in SAMPLES.items():
        root = SHARED / "corpora" / "iam" / name
        if not root.is_dir():
            checks.skip(f"the samples of {name}", f"{root} is not there", f"that {count} published policies are read")
            continue
        files = sorted(path for path in root.rglob("*.json"))
        checks.check(len(files) == count, f"{name} has {count} samples", len(files))
        by_kind = collections.defaultdict(list)
        for path in files:
            by_kind[next(KINDS[part] for part in path.parts[::-1] if part in KINDS)].append(path)
        for kind, paths in by_kind.items():
            done = reeve("access", "lint", *paths, "--kind", kind, "--format", "ndjson")
            found = [json.loads(line) for line in done.out.splitlines()]
            named = {str(path) for path in paths if any(f"{path}:" in line for line in done.err.splitlines())}
            invalid = {lint["file"]: lint for lint in found if lint["sort"] == "invalid"}
            checks.check(done.status == (3 if named else 0), f"{name}, {kind}: the status says whether all could be read", done.err)
            for path in paths:
                # Judged to the end, or named as invalid: by a rule with its place, or because it is no JSON.
                lint = invalid.get(str(path))
                try:
                    is_json = bool(json.loads(path.read_text()))
                except ValueError:
                    is_json = False
                checks.check(is_json != (str(path) in named) and (lint is None or lint["line"] > 0), f"{path.name} is read", f"{done.err} {lint}")
            for file, lint in sorted(invalid.items()):
                print(f"invalid: {pathlib.Path(file).name}:{lint['line']}:{lint['column']}: {lint['id']}: {lint['message']}")


def main():
    checks = Checks()
    if not built(checks, "that policies are judged by their text"):
        return checks.end()
    with tempfile.TemporaryDirectory(prefix="access_lint_") as name:
        folder = pathlib.Path(name)
        every_rule_has_a_case(checks)
        each_rule(checks, folder)
        kinds(checks, folder)
        forms(checks, folder)
        hostile(checks, folder)
    samples(checks)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
