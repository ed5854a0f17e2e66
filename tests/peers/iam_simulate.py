#!/usr/bin/env python3
"""Holds `reeve access simulate` against the npm package @cloud-copilot/iam-simulate, which runs as a process of its own.

    iam_simulate.py --reeve PATH [--requests N] [--seed N] [--keep FILE]

Documents come from tests/lib_access_cases.py. Half are decided as they are given (`engine`), half as the package does by default, with the
action, the resource and the context keys held against its table. Each difference has to belong to a class of docs/access-differences.md; a
class is a test of the document, never of the answers alone. Prints how often each class came and, last, `N passed, N failed, N skipped`.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(pathlib.Path(__file__).resolve().parent)]
import access_oracle  # noqa: E402
import lib_access_cases  # noqa: E402
from lib_access import simulate, verdict  # noqa: E402

CACHE = pathlib.Path(os.environ.get("REEVE_PEER_CACHE", pathlib.Path.home() / ".cache" / "reeve-peers"))
PACKAGE, VERSION = "@cloud-copilot/iam-simulate", "0.1.173"


def peer():
    """The folder that the package stands in, and why not."""
    home = CACHE / "npm-iam-simulate"
    if not (home / "node_modules" / PACKAGE).is_dir():
        if not shutil.which("npm"):
            return None, "npm is not installed"
        home.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(home), f"{PACKAGE}@{VERSION}"],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            return None, f"npm did not bring {PACKAGE}: {done.stderr.strip()[-200:]}"
    return home, ""


def theirs(home, documents):
    lines = "".join(json.dumps(document) + "\n" for document in documents)
    done = subprocess.run(["node", str(pathlib.Path(__file__).with_suffix(".mjs")), str(home)], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def statements(document, *places):
    for place in places:
        for policy in policies(document.get(place)):
            for statement in access_oracle.listed(policy.get("Statement", [])):
                yield policy, statement


def policies(value):
    if isinstance(value, list):
        for item in value:
            yield from policies(item)
    elif isinstance(value, dict):
        if "Statement" in value:
            yield value
        else:
            yield from policies(value.get("policy", value.get("policies")))


EVERYWHERE = ["identityPolicies", "permissionBoundaryPolicies", "sessionPolicy", "resourcePolicy", "serviceControlPolicies", "resourceControlPolicies",
              "vpcEndpointPolicies"]


def without_value(policy, context):
    """Has the policy a variable that is text, has no value, several, or one with a wildcard?"""
    values = {key.lower(): access_oracle.listed(value) for key, value in context.items()}
    for name in re.findall(r"\$\{([^}]*)\}", json.dumps(policy)):
        key = name.split(",")[0].strip().lower()
        value = values.get(key, [])
        if policy.get("Version") != "2012-10-17" or len(value) != 1 or set("*?") & set(str(value[0])) or key in ("*", "?", "$"):
            return True
    return False


def oddities(document):
    """What of the conditions and resources the peer reads in its own way."""
    given = {key.lower(): value for key, value in document["request"].get("contextVariables", {}).items()}
    context = {key: access_oracle.listed(value) for key, value in given.items()}
    if [] in context.values():
        yield "empty-list"
    for _, statement in statements(document, *EVERYWHERE):
        for text in access_oracle.listed(statement.get("Resource", statement.get("NotResource", []))):
            if text != "*" and not re.fullmatch(r"arn:[a-z-]+:[a-z0-9-]+:[^:]*:[^:]*:.*", text):
                yield "malformed"
            if re.match(r"arn(:[^:]*){4}:[^/:]*[*?][^/:]*[/:]", text):
                yield "type-pattern"
        for operator, keys in statement.get("Condition", {}).items():
            for key, values in keys.items():
                values = access_oracle.listed(values)
                if not values:
                    yield "empty-list"
                if "BinaryEquals" in operator:
                    yield "binary"
                if "IpAddress" in operator and any(":" in str(v) or str(v).endswith("/0") for v in [*values, *context.get(key.lower(), [])]):
                    yield "address"
                if "Date" in operator and any(not re.search(r"T.*(Z|[+-]\d\d:\d\d)$", str(v)) for v in [*values, *context.get(key.lower(), [])]):
                    yield "date"
                if not operator.startswith("For") and isinstance(given.get(key.lower()), list):
                    yield "several"
                if "Arn" in operator and any(set("*?") & set(str(v)) for v in values):
                    yield "arn-pattern"


def classes(document, ours, answer):
    """The classes of docs/access-differences.md that the document may belong to."""
    request = document["request"]
    caller = access_oracle.caller_of(request["principal"])
    action, owner = request["action"].lower(), request["resource"]["accountId"]
    found = []
    say = found.append
    if verdict(ours) == "Unknown" or ours["unknown"]:
        say("open")
    if caller.kind == "root":
        say("root-role" if action == "sts:assumerole" else "owner-root" if "bucketpolicy" in action and caller.account == owner else "root")
    if "bucketpolicy" in action and caller.account != owner:
        say("other-owner")
    if caller.kind == "federated_user":
        if action.startswith(("sts:", "iam:")):
            say("federated-calls")
        if document.get("sessionPolicy") is None:
            say("federated-unlimited")
    if caller.service_linked and any(document.get(key) for key in ("serviceControlPolicies", "resourceControlPolicies", "permissionBoundaryPolicies")):
        say("service-linked")
    if action.startswith("kms:") and caller.account != owner and action.split(":")[1] not in access_oracle.KMS_ACROSS:
        say("kms-other-account")
    if any(statement.get("Principal") not in ("*", {"AWS": "*"}) for _, statement in statements(document, "vpcEndpointPolicies")):
        say("endpoint-principal")
    if document["engine"] and any(not any(statement["Effect"] == "Allow" for _, statement in statements(level, "policies"))
                                  for level in document.get("resourceControlPolicies", [])):
        say("rcp-full-access")
    if action == "kms:retiregrant" and document.get("resourceControlPolicies"):
        say("retire-grant")
    if action in ("sts:getsessiontoken", "sts:getcalleridentity"):
        say("session-token")
    if action.startswith("sts:") and ":role/" in request["resource"]["resource"]:
        say("trust")
    if document.get("additionalSettings", {}).get("s3", {}).get("blockPublicAccess"):
        say("block-kind")
    if any("NotPrincipal" in statement for _, statement in statements(document, "resourcePolicy", "vpcEndpointPolicies", "resourceControlPolicies")):
        say("not-principal")
    if any(without_value(policy, request.get("contextVariables", {})) for policy, _ in statements(document, *EVERYWHERE)):
        say("variable")
    if caller.kind in ("role_session", "federated_user") and caller.arn in json.dumps(document.get("resourcePolicy")):
        say("session-arn")
    found += sorted(set(oddities(document)))
    if answer.get("ignored") and set(answer["ignored"]) != set(ours.get("ignored_context_keys", [])):
        say("claims")
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--reeve", default=str(ROOT / "build" / "reeve"))
    parser.add_argument("--requests", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--keep")
    options = parser.parse_args()
    home, why = peer()
    if home is None:
        print(f"SKIPPED iam-simulate: {why}; not shown: that another simulator decides alike\n0 passed, 0 failed, {options.requests} skipped")
        return 0
    alike, refused, tally, unexplained = 0, collections.Counter(), collections.Counter(), []
    for first in range(0, options.requests, 1000):
        documents = []
        for number in range(first, min(first + 1000, options.requests)):
            document = lib_access_cases.case(options.seed, number)
            document["engine"] = number % 2 == 0
            documents.append(document)
        for document, ours, answer in zip(documents, simulate(documents, options.reeve), theirs(home, documents)):
            if "error" in answer and ours["result"] is None or answer.get("result") == verdict(ours):
                alike += 1
                continue
            if "error" in answer:  # its own checks take less than AWS does: no answer that could differ
                refused[answer["error"][:60]] += 1
                continue
            named = classes(document, ours, answer)
            tally.update(named[:1])
            if not named:
                unexplained.append({"document": document, "reeve": ours, "peer": answer})
    for one in unexplained[:5]:
        print("DIFFERS " + json.dumps(one))
    if options.keep:
        pathlib.Path(options.keep).write_text("".join(json.dumps(one) + "\n" for one in unexplained))
    explained = sum(tally.values())
    print(f"{alike} alike, {explained} explained: " + ", ".join(f"{name} {count}" for name, count in tally.most_common()))
    print("no answer of the peer: " + ", ".join(f"{what} {count}" for what, count in refused.most_common(5)))
    print(f"{alike + explained} passed, {len(unexplained)} failed, {sum(refused.values())} skipped")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
