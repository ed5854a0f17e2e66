#!/usr/bin/env python3
"""Guardrails from outside: sizes, and that `reeve content test` notices each statement that is gone and each policy that is too wide.

    python3 tests/guardrails.py

The requests themselves are judged by the suite of examples. Here every guardrail is cut: one copy of the content for each place of a statement,
in which every guardrail that has a statement there lacks it. Then a few slips are planted by hand, each with the line it must give.
"""

import json
import pathlib
import re
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lib_reeve import ROOT, Checks, built, reeve  # noqa: E402

CONTROLS = ROOT / "content" / "controls"


def copy(control, tree):
    shutil.copytree(CONTROLS / control, tree / "controls" / control)
    return tree / "controls" / control


def test(tree, *controls):
    """{(control, what): ok}, and what stood on standard error."""
    done = reeve("content", "test", "--content", tree, "--format", "json", *controls)
    return {(line["control"], line["resource"]): (line["ok"], line["expected"], line["got"]) for line in map(json.loads, done.out.splitlines())
            if "prevent." in line["file"]}, done


def every_statement(checks, guardrails):
    most = max(len(json.loads(path.read_text())["Statement"]) for path in guardrails)
    for gone in range(most):
        with tempfile.TemporaryDirectory() as name:
            tree, cut = pathlib.Path(name), []
            for path in guardrails:
                policy = json.loads(path.read_text())
                if gone < len(policy["Statement"]):
                    folder = copy(path.parent.name, tree)
                    del policy["Statement"][gone]
                    (folder / path.name).write_text(json.dumps(policy))
                    cut.append(path.parent.name)
            results, done = test(tree, *cut)
            checks.check(done.status == 1, f"without statement {gone} the examples fail", done.err[-500:])
            for control in cut:
                through = [what for (c, what), (ok, expected, got) in results.items() if c == control and not ok and (expected, got) == ("stopped", "let through")]
                checks.check(through, f"{control}: without statement {gone} a request gets through")


SLIPS = [
    # control, file, change to the policy, what its line says
    ("leave-organization-denied", "prevent.scp.json", lambda p: p["Statement"][0].update(Principal="*"), "a service control policy has no principal"),
    ("leave-organization-denied", "prevent.scp.json", lambda p: p["Statement"][0].update(Action="organizations:*"), "stopped"),
    ("leave-organization-denied", "prevent.scp.json", lambda p: p["Statement"][0].update(Sid="x" * 5200), "5"),
    ("leave-organization-denied", "prevent.scp.json", lambda p: p["Statement"].append({"Effect": "Deny", "Action": "organizations:CloseAccount", "Resource": "*"}), "every one is still stopped"),
    ("volume-encrypted", "prevent.scp.json", lambda p: p["Statement"][0]["Condition"].update(StringEquals={"aws:PrincipalType": "User"}), "every one still gets through"),
    ("bucket-not-public", "prevent.rcp.json", lambda p: p["Statement"][0].update(Effect="Allow"), "a resource control policy only denies"),
    ("bucket-not-public", "prevent.rcp.json", lambda p: p["Statement"][0].update(Action="*"), "`*` alone"),
    ("bucket-not-public", "prevent.rcp.json", lambda p: p["Statement"][0]["Condition"].pop("BoolIfExists"), "stopped"),
]


def slips(checks):
    for control, file, change, said in SLIPS:
        with tempfile.TemporaryDirectory() as name:
            tree = pathlib.Path(name)
            folder = copy(control, tree)
            policy = json.loads((folder / file).read_text())
            change(policy)
            (folder / file).write_text(json.dumps(policy))
            results, done = test(tree, control)
            wrong = [got for ok, _, got in results.values() if not ok]
            checks.check(done.status == 1 and any(said in got for got in wrong), f"{control}: a slip is said ({said})", (done.status, wrong, done.err[-300:]))
    with tempfile.TemporaryDirectory() as name:
        folder = copy("leave-organization-denied", pathlib.Path(name))
        requests = folder / "examples" / "requests.yaml"
        text = requests.read_text()
        for changed, said in ((None, "has no examples/requests.yaml"), (text.replace("must_allow", "must_alow"), "unknown key `must_alow`"),
                              (re.sub(r"(?s)  must_allow:.*", "", text), "has no `must_allow`"), (text.replace("prevent.scp.json", "prevent.rcp.json"), "has no `prevent.rcp.json`"),
                              (text.replace("action:", "akshun:", 1), "unknown key `akshun`")):
            requests.write_text(changed) if changed else requests.unlink()
            done = reeve("content", "test", "--content", name, "leave-organization-denied")
            checks.check(done.status == 3 and said in done.err, f"requests that do not hold are refused ({said})", (done.status, done.err[-400:]))


# What an overlaid file says, and what is said of it.
FILES_THAT_SAY_NOTHING = [
    ("quotas/organizations.yaml", "", "`policy_characters` is missing"),
    ("quotas/organizations.yaml", "{}", "`policy_characters` is missing"),
    ("quotas/organizations.yaml", "[]", "`policy_characters` is missing"),
    ("quotas/organizations.yaml", "5120", "`policy_characters` is missing"),
    ("quotas/organizations.yaml", "policy_characters: 5120", "`policy_characters` is no map"),
    ("quotas/organizations.yaml", "policy_characters: {scp: 5120}", "`policy_characters` has no `rcp`"),
    ("quotas/organizations.yaml", "policy_characters: {scp: 5120, rcp: many}", "`rcp` is no number of characters"),
    ("quotas/organizations.yaml", "policy_characters: {scp: [5120], rcp: 5120}", "`scp` is no number of characters"),
    ("quotas/organizations.yaml", "policy_characters: {scp: 0, rcp: 5120}", "`scp` is no number of characters"),
    ("quotas/organizations.yaml", "policy_characters: {scp: 5120, rcp: 5120, sqp: 1}", "unknown key `sqp`"),
    ("facts/sec01.yaml", "", "holds no map"),
    ("facts/sec01.yaml", "{}", "holds no facts"),
    ("facts/sec01.yaml", "[]", "holds no map"),
    ("facts/sec01.yaml", "multi_accounts: {}", "has no facts"),
]


def files_that_say_nothing(checks):
    for file, text, said in FILES_THAT_SAY_NOTHING:
        with tempfile.TemporaryDirectory() as name:
            path = pathlib.Path(name) / file
            path.parent.mkdir()
            path.write_text(text)
            for control in ("leave-organization-denied", "volume-encrypted"):
                copy(control, pathlib.Path(name))
            done = reeve("content", "test", "--content", name, "leave-organization-denied", "volume-encrypted")
            lines = [line for line in done.err.splitlines() if said in line]
            checks.check(done.status == 3 and len(lines) == 1 and re.search(path.name + r":\d+:\d+", lines[0]), f"{file} with `{text}` is refused once, with its place", (done.status, done.err[-400:]))
    with tempfile.TemporaryDirectory() as name:
        folder = copy("volume-encrypted", pathlib.Path(name))
        requests = folder / "examples" / "requests.yaml"
        for context in ("yes", "[a]", '"aws:PrincipalOrgID"'):
            text, n = re.subn(r"(?<=\bcontext: )\{[^}]*\}", context, (CONTROLS / "volume-encrypted" / "examples" / "requests.yaml").read_text(), count=1)
            requests.write_text(text)
            done = reeve("content", "test", "--content", name, "volume-encrypted")
            checks.check(n == 1 and done.status == 3 and re.search(r"requests\.yaml:\d+:\d+: `context` of a request is no map", done.err), f"`context: {context}` is refused", (n, done.status, done.err[-400:]))


# Controls that ask whether a guardrail is in force: the one they bring, attached, must satisfy them.
IN_FORCE = ["leave-organization-denied", "log-services-protected", "member-root-actions-denied", "member-root-key-creation-denied", "region-deny-in-force"]


def attached(checks):
    for control in IN_FORCE:
        with tempfile.TemporaryDirectory() as name:
            folder = copy(control, pathlib.Path(name))
            example = folder / "examples" / "pass.yaml"
            policy = json.dumps(json.loads((folder / "prevent.scp.json").read_text()))
            text, n = re.subn(r"(Name: guard, .*?Content: ).*(, TargetIds: )", lambda m: m.group(1) + policy + m.group(2), example.read_text())
            checks.check(n == 1, f"{control}: its example attaches a policy", n)
            example.write_text(text)
            done = reeve("content", "test", "--content", name, "--format", "json", control)
            got = [(line["resource"], line["expected"], line["got"], line["ok"]) for line in map(json.loads, done.out.splitlines()) if line["file"].endswith("examples/pass.yaml")]
            checks.check(got and all(ok for *_, ok in got) and any(want == "pass" for _, want, _, _ in got), f"{control}: passes where its own guardrail is attached", (got, done.err[-300:]))


def main():
    checks = Checks()
    if not built(checks, "guardrails are no wider and no longer than they show"):
        return checks.end()
    guardrails = sorted(CONTROLS.glob("*/prevent.[sr]cp.json"))
    checks.check(len(guardrails) >= 40, "there are guardrails", len(guardrails))
    quota = dict(re.findall(r"^  (\w+): (\d+)$", (ROOT / "content" / "quotas" / "organizations.yaml").read_text(), re.M))
    for path in guardrails:
        policy = json.loads(path.read_text())
        size = len(json.dumps(policy, separators=(",", ":"), ensure_ascii=False))
        checks.check(size <= int(quota[path.name.split(".")[1]]), f"{path.parent.name} is within the quota", size)
        sids = [s["Sid"] for s in policy["Statement"]]
        checks.check(len(set(sids)) == len(sids) and all(re.fullmatch(r"[A-Za-z0-9]+", sid) for sid in sids), f"{path.parent.name} names its statements", sids)
    every_statement(checks, guardrails)
    slips(checks)
    files_that_say_nothing(checks)
    attached(checks)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
