#!/usr/bin/env python3
"""Questions over IAM that is broken, refused, huge or strange: named, degraded, never "cannot" or "safe" by what was not read.

    python3 tests/access_hard_input.py [--reeve PROGRAM]

The truth of each case stands in the table, by AWS's rules, before the program is asked. `rest` is what nobody but the named principals is.
"""

import argparse
import json
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_reeve import Checks  # noqa: E402

A = "111122223333"
IAM = f"arn:aws:iam::{A}:"
LAMBDA = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}


def allow(action, **more):
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*", **more}]}


def role(name, *inline, trust=LAMBDA):
    return {"Path": "/", "RoleName": name, "RoleId": "AROA" + name.upper().ljust(17, "X"), "Arn": IAM + "role/" + name, "CreateDate": "2025-01-01T00:00:00Z",
            "AssumeRolePolicyDocument": trust, "InstanceProfileList": [], "AttachedManagedPolicies": [], "RoleLastUsed": {},
            "RolePolicyList": [{"PolicyName": f"own{i}", "PolicyDocument": text} for i, text in enumerate(inline)]}


def dump(*roles):
    return json.dumps({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": list(roles), "Policies": []})


def trusts(name):
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": IAM + "role/" + name}, "Action": "sts:AssumeRole"}]}


QUIET = role("quiet")
ASSUME = allow("sts:AssumeRole")
STATEMENTS = [{"Sid": f"S{i}", "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": f"arn:aws:sqs:eu-west-1:{A}:q{i}"} for i in range(200)]
NOT_ACTIONS = [f"s3:Put{i}*" for i in range(3000)]
QUESTION = ("ec2:RunInstances", None)

# What it is, the dump, the question, who is what, exit status, what is said on standard error.
CASES = [
    ("circular trust", dump(role("a", ASSUME, trust=trusts("b")), role("b", ASSUME, trust=trusts("a")), QUIET), ("sts:AssumeRole", IAM + "role/a"), {"b": "yes"}, 0, ""),
    ("200 statements", dump(role("many", {"Version": "2012-10-17", "Statement": STATEMENTS}), QUIET), ("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{A}:q199"), {"many": "yes"}, 0, ""),
    ("an operator that does not exist", dump(role("odd", allow("ec2:*", Condition={"StringAlmost": {"aws:x": "y"}})), QUIET), QUESTION, {"odd": "unknown"}, 3, "StringAlmost"),
    ("a huge NotAction", dump(role("huge", {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "NotAction": NOT_ACTIONS, "Resource": "*"}]}), QUIET), QUESTION, {"huge": "yes"}, 0, ""),
    ("a huge NotAction that names it", dump(role("huge", {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "NotAction": NOT_ACTIONS + ["ec2:Run*"], "Resource": "*"}]}), QUIET),
     QUESTION, {}, 0, ""),
    ("no Effect", dump(role("bad", {"Version": "2012-10-17", "Statement": [{"Action": "*", "Resource": "*"}]}), QUIET), QUESTION, {"bad": "unknown"}, 3, "Effect"),
    ("Action and NotAction", dump(role("bad", allow("ec2:*", NotAction="s3:*")), QUIET), QUESTION, {"bad": "unknown"}, 3, "NotAction"),
    ("a policy that is a number", dump(role("bad", 7), QUIET), QUESTION, {"bad": "unknown"}, 3, "policy"),
    ("a policy of broken JSON text", dump(role("bad", '{"Statement": ['), QUIET), QUESTION, {"bad": "unknown"}, 3, "inline own0"),
    ("a trust policy of broken JSON text", dump(role("odd", trust='{"Version"'), role("all", ASSUME), QUIET), ("sts:AssumeRole", IAM + "role/odd"), {"all": "unknown", "odd": "unknown", "quiet": "unknown"}, 3,
     "trust policy"),
    ("a broken Deny beside an Allow", dump(role("bad", allow("ec2:*"), {"Statement": [{"Effect": "Deny"}]}), QUIET), QUESTION, {"bad": "unknown"}, 3, "Statement"),
]


def run(*words):
    return subprocess.run([str(lib_reeve.REEVE), "access", *words], capture_output=True, text=True, timeout=120)


def answers(done):
    records = [json.loads(line) for line in done.stdout.splitlines()]
    return {record["principal"].split("/")[-1]: record["answer"] for record in records if record["principal"].startswith(IAM)}


def check_table(checks, file):
    for what, text, (action, resource), truth, status, said in CASES:
        file.write_text(text)
        words = [action] + ([resource] if resource else [])
        done = run("who-can", *words, "--authorization-details", str(file))
        checks.check(answers(done) == truth, f"{what}: who-can says {answers(done)}, truth is {truth}: {done.stderr[:300]}")
        checks.check(done.returncode == status, f"{what}: exit status {done.returncode}, not {status}: {done.stderr[:300]}")
        checks.check(said in done.stderr and (not said or file.name in done.stderr), f"{what}: `{said}` and the file are not named: {done.stderr[:300]}")
        for name, can in truth.items():
            done = run("can", "role/" + name, *words, "--authorization-details", str(file))
            checks.check(answers(done) == {name: can}, f"{what}: can says {answers(done)}, truth is {can}: {done.stdout[:300]}{done.stderr[:300]}")
        # The other questions name the same and say the same of how complete they are.
        for other in ("cross-account", "unused", "public", "paths"):
            done = run(other, "--authorization-details", str(file), "--format", "ndjson")
            checks.check(done.returncode == status and said in done.stderr, f"{what}: {other} ends with {done.returncode}, not {status}, or does not name `{said}`: {done.stderr[:300]}")


# A role's trust or an identity's policy that cannot be read is never told as closed, unused or harmless.
def check_open(checks, file):
    for what, text in (("broken JSON", '{"Version"'), ("no policy", 7), ("no Effect", {"Statement": [{"Principal": "*", "Action": "sts:AssumeRole"}]}),
                       ("an unknown operator", {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole", "Condition": {"StringAlmost": {"aws:x": "y"}}}]})):
        file.write_text(dump(role("odd", trust=text), QUIET))
        done = run("public", "--authorization-details", str(file), "--format", "ndjson")
        rows = {r["resource"]: r for r in map(json.loads, done.stdout.splitlines())}
        odd = rows.get(IAM + "role/odd", {})
        checks.check(done.returncode == 3 and odd.get("public") == "unknown" and odd.get("unknown"), f"public: a trust of {what} is unknown: {odd} {done.stderr[:200]}")
        checks.check(rows.get(IAM + "role/quiet", {}).get("public") == "no", f"public: beside a trust of {what} the others are told: {rows}")
        done = run("cross-account", "--authorization-details", str(file), "--format", "ndjson")
        rows = [r for r in map(json.loads, done.stdout.splitlines()) if r["resource"] == IAM + "role/odd"]
        checks.check(done.returncode == 3 and rows and all(r["answer"] == "unknown" for r in rows), f"cross-account: a trust of {what} is unknown: {rows}")
        file.write_text(dump(role("weak", text, trust=trusts("quiet")), QUIET, role("boss", allow("*"))))
        done = run("paths", "--authorization-details", str(file), "--format", "ndjson")
        checks.check(done.returncode == 3, f"paths: an identity policy of {what} leaves the answer incomplete: {done.returncode} {done.stderr[:200]}")


def check_large_policies(checks, file):
    """200 statements, a NotAction of 3,000 patterns and circular trust: every question ends soon, with the truth."""
    many = {"Version": "2012-10-17", "Statement": STATEMENTS + [{"Effect": "Allow", "Action": "iam:CreatePolicyVersion", "Resource": "*"}]}
    ring = [role(f"ring{i}", ASSUME, trust=trusts(f"ring{(i + 1) % 50}")) for i in range(50)]
    wide = role("wide", {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "NotAction": NOT_ACTIONS, "Resource": "*"}]})
    file.write_text(dump(role("many", many), *ring, wide, QUIET))
    for words in (["paths"], ["public"], ["cross-account"], ["unused"], ["chokepoints"]):
        begin = time.monotonic()
        done = run(*words, "--authorization-details", str(file), "--format", "ndjson")
        checks.check(done.returncode in (0, 1) and time.monotonic() - begin < 60, f"large policies: {words[0]} ends with {done.returncode} after {time.monotonic() - begin:.0f} s: {done.stderr[:200]}")


def check_diff(checks, root):
    """Two policies: a difference is found, what cannot be read is named, and nothing unknown is equivalent."""
    def diff(a, b):
        for name, text in (("a.json", a), ("b.json", b)):
            (root / name).write_text(text if isinstance(text, str) else json.dumps(text))
        begin = time.monotonic()
        done = run("diff", str(root / "a.json"), str(root / "b.json"), "--format", "ndjson")
        checks.check(time.monotonic() - begin < 60, f"diff took {time.monotonic() - begin:.0f} s")
        return done
    for what, text in (("broken JSON", '{"Statement": ['), ("no Effect", {"Statement": [{"Action": "*", "Resource": "*"}]}), ("a number", "7"), ("nothing", "")):
        done = diff(allow("s3:*"), text)
        checks.check(done.returncode == 3 and "b.json" in done.stderr and '"equivalent":"yes"' not in done.stdout, f"diff with {what}: {done.returncode} {done.stdout[:200]} {done.stderr[:200]}")
    many = {"Version": "2012-10-17", "Statement": STATEMENTS}
    done = diff(many, {"Version": "2012-10-17", "Statement": STATEMENTS[:-1]})
    checks.check('"equivalent":"yes"' not in done.stdout, f"200 statements against 199 are not equivalent: {done.stdout[:300]}")
    wide = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "NotAction": NOT_ACTIONS, "Resource": "*"}]}
    done = diff(wide, {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "NotAction": NOT_ACTIONS[:-1], "Resource": "*"}]})
    checks.check(done.returncode in (0, 1, 3), f"a NotAction of 3,000: {done.returncode} {done.stderr[:200]}")


def check_denied_resources(checks, root):
    """What a bucket's, key's or queue's policy says was refused: unknown by name, never `no`."""
    folder = root / A / "us-east-1"
    (folder / "s3api-get-bucket-policy").mkdir(parents=True)
    (folder / "s3api-get-bucket-acl").mkdir()
    (folder / "sts-get-caller-identity.json").write_text(json.dumps({"Account": A, "UserId": "AIDA", "Arn": IAM + "user/x"}))
    (folder / "iam-get-account-authorization-details.json").write_text(dump(QUIET))
    (folder / "s3api-list-buckets.json").write_text(json.dumps({"Buckets": [{"Name": n, "CreationDate": "2025-01-01T00:00:00Z"} for n in ("shut", "odd")], "Owner": {"ID": "x"}}))
    denied = "An error occurred (AccessDenied) when calling the GetBucketPolicy operation: no\n"
    (folder / "s3api-get-bucket-policy" / "shut").write_text(denied)
    (folder / "s3api-get-bucket-policy" / "odd").write_text(json.dumps({"Policy": '{"Statement": ['}))
    done = run("public", "--source", str(root), "--format", "ndjson")
    rows = {r["resource"]: r for r in map(json.loads, done.stdout.splitlines())}
    for bucket in ("shut", "odd"):
        row = rows.get(f"arn:aws:s3:::{bucket}", {})
        checks.check(row.get("public") == "unknown" and row.get("by_policy") == "unknown" and row.get("by_access_list") == "unknown", f"public: {bucket} is unknown: {row}")
    checks.check("AccessDenied" in rows.get("arn:aws:s3:::shut", {}).get("why", ""), f"public: the refusal is named: {rows.get('arn:aws:s3:::shut')}")
    checks.check(done.returncode == 3 and "odd" in done.stderr, f"public: the policy that is no JSON is named: {done.returncode} {done.stderr[:300]}")


def check_large(checks, file):
    """6 MB: of 4,000 roles every hundredth may run instances, and those alone."""
    filler = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": f"arn:aws:sqs:eu-west-1:{A}:queue-{i}"} for i in range(10)]}
    file.write_text(dump(*(role(f"r{i:04}", filler, *([allow("ec2:Run*")] if i % 100 == 0 else [])) for i in range(4000))))
    checks.check(file.stat().st_size > 6_000_000, "the dump has less than 6 MB")
    begin = time.monotonic()
    done = run("who-can", "ec2:RunInstances", "--authorization-details", str(file))
    checks.check(answers(done) == {f"r{i:04}": "yes" for i in range(0, 4000, 100)}, f"6 MB: {len(answers(done))} roles: {done.stderr[:300]}")
    checks.check(time.monotonic() - begin < 20, "6 MB took 20 seconds")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024  # of the largest of all that ran so far, this one among them
    checks.check(peak < 300, f"6 MB: {peak:.0f} MiB, more than 300")


def check_denied(checks, root):
    """Refused, so that nothing of IAM is known: no question may be answered with silence and status 0."""
    folder = root / A / "us-east-1"
    folder.mkdir(parents=True)
    for call in ("GetAccountAuthorizationDetails", "ListRoles", "ListUsers"):
        name = "".join("-" + c.lower() if c.isupper() else c for c in call).lstrip("-")
        (folder / f"iam-{name}.json").write_text(f"An error occurred (AccessDenied) when calling the {call} operation: User is not authorized to perform: iam:{call}\n")
    for words in (["who-can", "s3:GetObject"], ["can", "role/x"], ["cross-account"], ["unused"], ["public"]):
        done = run(*words, "--source", str(root))
        checks.check(done.returncode == 3 and done.stderr, f"denied: {words[0]} ends with {done.returncode}: {done.stdout[:200]}{done.stderr[:300]}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--reeve", type=pathlib.Path, default=lib_reeve.REEVE)
    lib_reeve.REEVE = parser.parse_args().reeve
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        check_table(checks, root / "details.json")
        check_large(checks, root / "details.json")
        check_denied(checks, root / "denied")
        check_open(checks, root / "details.json")
        check_large_policies(checks, root / "details.json")
        check_diff(checks, root)
        check_denied_resources(checks, root / "resources")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
