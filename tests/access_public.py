#!/usr/bin/env python3
"""`reeve access public` against answers that were written down from AWS's pages first (tests/access/public.json).

    python3 tests/access_public.py

Each yes must come with a request that goes through, by the naive evaluator (access_oracle.py) and by `reeve access simulate`. Each no is held
against strangers who try: every action that the policy may mean, from anybody, from another account, from another tenant of a shared identity
provider, with every value of each context key that a stranger can have. tests/peers/access_public_z3.py asks a solver the same.
"""

import itertools
import json
import pathlib
import re
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from access_oracle import answer  # noqa: E402
from lib_access import has_simulate, simulate  # noqa: E402
from lib_reeve import ROOT, Checks, built, reeve  # noqa: E402

CASES = json.loads((ROOT / "tests" / "access" / "public.json").read_text())
OWNER, STRANGER = "111122223333", "990000000097"
ORGANIZATION = "o-a1b2c3d4e5"
ALL = [{"name": "all", "policy": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}}]
ANONYMOUS = {"s3", "sqs", "sns", "lambda"}


def listed(value):
    return value if isinstance(value, list) else [value]


def ask(case, folder):
    path = folder / (case["id"] + ".json")
    path.write_text(json.dumps(case["policy"]))
    more = []
    if "restricted" in case:
        more += ["--restrict-public-buckets", case["restricted"]]
    if "rcp" in case:
        guard = folder / (case["id"] + ".rcp.json")
        guard.write_text(json.dumps(case["rcp"]))
        more += ["--rcp", guard]
    return reeve("access", "public", path, "--resource", case["resource"], "--account", OWNER, "--organization-id", ORGANIZATION, "--format", "ndjson", *more)


def document(case, principal, action, resource, context):
    context = {key: value for key, value in context.items() if value is not None}
    if isinstance(principal, str) and principal.startswith("arn:aws:iam:"):
        account = principal.split(":")[4]
        context.setdefault("aws:PrincipalArn", principal)
        context.setdefault("aws:PrincipalAccount", account)
        context.setdefault("aws:PrincipalIsAWSService", "false")
        if ":role/" in principal:
            principal = f"arn:aws:sts::{account}:assumed-role/{principal.rsplit('/', 1)[-1]}/session"
    if principal == "*":
        principal = {"type": "Anonymous"}
        context.setdefault("aws:PrincipalAccount", "anonymous")
    context.setdefault("aws:SecureTransport", "true")
    out = {"id": case["id"], "engine": True,
           "request": {"principal": principal, "action": action, "resource": {"resource": resource, "accountId": OWNER}, "contextVariables": context},
           "identityPolicies": ALL if isinstance(principal, str) and principal.startswith("arn:") and "provider/" not in principal else [],
           "resourcePolicy": case["policy"]}
    return out


def verdicts(checks, folder):
    yes = []
    for case in CASES:
        done = ask(case, folder)
        lines = done.out.splitlines()
        if not checks.check(done.status == 0 and len(lines) == 1, f"{case['id']} is answered", f"{done.status} {done.err}"):
            continue
        got = json.loads(lines[0])
        checks.check(got["public"] == case["public"], f"{case['id']} is {case['public']}: {case['why']} ({case['page']})", lines[0])
        if "unknown" in case:
            checks.check(sorted(case["unknown"]) == sorted(got["unknown"]), f"{case['id']} names what would decide", lines[0])
        checks.check(("witness" in got) == (got["public"] == "yes"), f"{case['id']}: a yes and nothing else has a witness", lines[0])
        if got["public"] == "yes" and "witness" in got:
            yes.append((case, got))
    return yes


def witnesses(checks, yes):
    documents = []
    for case, got in yes:
        request = got["witness"]
        checks.check(request["action"] in got["actions"], f"{case['id']}: the witness's action is among those that are open", json.dumps(got))
        documents.append(document(case, request["principal"], request["action"], request["resource"], request["context"]))
        found = answer(documents[-1])
        checks.check(found.result == "Allowed", f"{case['id']}: the naive evaluator lets the witness through", f"{found} {json.dumps(request)}")
    checks.check(len(documents) >= 25, "there are enough of them", str(len(documents)))
    if not has_simulate():
        checks.skip("reeve access simulate", "this program does not have it yet", "that it lets the witnesses through")
        return
    for (case, got), told in zip(yes, simulate(documents)):
        checks.check(told["result"] == "Allowed", f"{case['id']}: `access simulate` lets the witness through", f"{json.dumps(told)} {json.dumps(got['witness'])}")


def filled(pattern):
    """Texts that an IAM pattern matches."""
    return sorted({re.sub(r"[*?]", "", pattern), pattern.replace("*", "x").replace("?", "x"), pattern.replace("*", "x/y").replace("?", "x")})


# What a stranger can be of a key, where what it is decides.
def values_of(key, operator, given, account):
    low = key.lower()
    if low in ("aws:principalorgid", "aws:sourcevpce", "aws:sourcevpc"):
        return [None, {"o": "o-strangers9", "v": "vpce-99999999"}["o" if "org" in low else "v"]]
    if low == "aws:principalorgpaths":
        return [None, ["o-strangers9/r-zz11/ou-zz11-11111111/"]]
    if low in ("aws:principalaccount", "kms:calleraccount"):
        return [account]
    if low == "aws:principalarn":
        return [None]  # follows from the principal
    if low in ("aws:sourcearn", "aws:sourceaccount", "aws:sourceowner"):
        return [None]  # of services alone
    if low == "aws:sourceip":
        return [None, "203.0.113.9", "2001:db8::9"]
    if low.endswith(":sub"):
        return [None, "repo:strangers/app:ref:refs/heads/main"]
    if operator.lower().startswith("bool"):
        return ["true", "false"]
    if operator == "Null":
        return [None, "x"]
    texts = [text for one in given for text in filled(str(one))]
    return [None, "stranger", *texts]


def tries(case):
    service = case["resource"].split(":")[2]
    catalogue = json.loads((ROOT / "content" / "actions" / "iam.json").read_text())["services"]
    prefix = {"iam": "sts"}.get(service, service)
    names = [f"{prefix}:{name}" for name in catalogue[prefix]["actions"]]
    patterns = [term for one in case["policy"]["Statement"] for term in listed(one.get("Action", one.get("NotAction")))]
    meant = [name for name in names if any(re.fullmatch(re.escape(term).replace(r"\*", ".*").replace(r"\?", "."), name, re.I) for term in patterns)]
    actions = meant[:6] + names[:2]
    object_actions = {"s3:GetObject", "s3:PutObject"}
    callers = [f"arn:aws:iam::{STRANGER}:user/u", f"arn:aws:iam::{STRANGER}:role/reader"]
    if service in ANONYMOUS:
        callers.append("*")
    for one in case["policy"]["Statement"]:
        if isinstance(one.get("Principal"), dict) and "token.actions" in str(one["Principal"].get("Federated", "")):
            callers.append(one["Principal"]["Federated"])
    for caller, action in itertools.product(callers, actions):
        # An object's action asks for an object, the others for the resource itself.
        resource = case["resource"] + "/x" if service == "s3" and ("Object" in action or action in object_actions) else case["resource"]
        account = "anonymous" if caller == "*" else STRANGER
        keys = {}
        for one in case["policy"]["Statement"]:
            for operator, entries in one.get("Condition", {}).items():
                for key, given in entries.items():
                    if key.split(":")[0].lower() in catalogue and key.split(":")[0].lower() not in (prefix, "aws"):
                        continue  # no request of this service has it
                    keys.setdefault(key, []).extend(v for v in values_of(key, operator.split(":")[-1], listed(given), account) if v not in keys.get(key, []))
        for chosen in itertools.islice(itertools.product(*keys.values()), 400):
            yield document(case, caller, action, resource, dict(zip(keys, chosen)))


def strangers(checks):
    asked = 0
    for case in CASES:
        if case["public"] != "no" or "restricted" in case or "rcp" in case:
            continue
        through = None
        for one in tries(case):
            asked += 1
            if answer(one).result == "Allowed":
                through = one
                break
        checks.check(through is None, f"{case['id']}: no stranger gets through", json.dumps(through and through["request"]))
    checks.check(asked > 300, "strangers did try", str(asked))
    # The tries are worth something: those who may come in do.
    open_cases = [case for case in CASES if case["public"] == "yes"]
    found = sum(any(answer(one).result == "Allowed" for one in tries(case)) for case in open_cases)
    checks.check(found >= len(open_cases) * 3 // 4, "they get in where it is open", f"{found} of {len(open_cases)}")


def main():
    checks = Checks()
    if not built(checks, "who is public"):
        return checks.end()
    checks.check(len(CASES) >= 60 and len({case["id"] for case in CASES}) == len(CASES), "sixty policies, each once", str(len(CASES)))
    with tempfile.TemporaryDirectory() as name:
        yes = verdicts(checks, pathlib.Path(name))
    witnesses(checks, yes)
    strangers(checks)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
