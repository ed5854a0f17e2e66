#!/usr/bin/env python3
"""One GetAccountAuthorizationDetails reply is a whole input: it runs, names what it found, and nothing else is claimed.

    python3 tests/authorization_details.py [--reeve PROGRAM]

What the reply holds is read here on its own: users, roles, groups, customer policies. Every verdict that is not unknown must be about one
of them; whatever needs another call is unknown with its cause; and the reply given by its file's name says the same as its folder.
"""

import argparse
import json
import pathlib
import re
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_reeve import AUTHORIZATION, Checks, assess, built, verdicts_of  # noqa: E402

CALL = "iam:GetAccountAuthorizationDetails"
TYPES = {"AWS::IAM::User": "UserDetailList", "AWS::IAM::Role": "RoleDetailList", "AWS::IAM::Group": "GroupDetailList", "AWS::IAM::ManagedPolicy": "Policies"}


def unread_texts_are_unknown(checks):
    """A user who may give itself everything, as far as a boundary or a group lets it whose text is not in the reply."""
    own = {"PolicyName": "selfmade", "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["iam:PutUserPolicy"], "Resource": "*"}]}}
    user = {"Path": "/", "UserName": "ann", "UserId": "AIDANN", "Arn": "arn:aws:iam::111111111111:user/ann", "CreateDate": "2020-01-01T00:00:00Z", "GroupList": [], "AttachedManagedPolicies": [],
            "Tags": [], "UserPolicyList": [own]}
    boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": "arn:aws:iam::111111111111:policy/hedgerow"}
    for name, said in (("a boundary", {**user, "PermissionsBoundary": boundary}), ("a group", {**user, "UserPolicyList": [], "GroupList": ["quartermasters"]})):
        with tempfile.TemporaryDirectory() as folder:
            place = pathlib.Path(folder) / "111111111111" / "us-east-1"
            place.mkdir(parents=True)
            (place / "iam-get-account-authorization-details.json").write_text(json.dumps({"UserDetailList": [said], "GroupDetailList": [], "Policies": [], "RoleDetailList": []}))
            run = assess(folder)
            finding = verdicts_of(run.report).get(("no-path-to-administrator", user["Arn"]))
            checks.check(finding and finding["status"] == "unknown" and "read" in finding["reason"], f"{name} that was not read: no way is not known", str(finding)[:300])
            redacted = assess(folder, more=("--redact",))
            checks.check(not any(word in redacted.out for word in ("quartermasters", "hedgerow", "selfmade")), f"{name} that was not read: its name is not told under --redact", "")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    lib_reeve.REEVE = pathlib.Path(parser.parse_args().reeve).resolve()
    checks = Checks()
    if not built(checks, "an input of one reply"):
        return checks.end()
    unread_texts_are_unknown(checks)
    files = sorted(AUTHORIZATION.glob("*.json")) if AUTHORIZATION.exists() else []
    if not files:
        checks.skip("everything", f"no reply in {AUTHORIZATION}", "that one reply is a whole input of which nothing else is claimed")
        return checks.end()
    reply = json.loads(files[0].read_text())
    account = re.search(r"^arn:aws:iam::(\d{12}):", next(u["Arn"] for u in reply["UserDetailList"]))[1]
    run = assess(AUTHORIZATION)
    checks.check(run.status == (1 if any(f["status"] == "fail" for f in run.report["findings"]) else 0), "exit status says whether something fails", str(run.status))
    report = run.report

    read = [s for s in report["sources"] if s["status"] == "read"]
    checks.check(len(read) == 1 and read[0]["path"].endswith(files[0].name) and read[0].get("operation") == CALL, "the reply is named with its call", str(read))
    checks.check(read and read[0].get("account") == account, "its account is the one in its ARNs", str(read))
    aside = {pathlib.Path(s["path"]).name for s in report["sources"] if s["status"] == "ignored"}
    checks.check(aside == {p.name for p in AUTHORIZATION.iterdir() if p not in files}, "other files are named as ignored", str(aside))
    checks.check(report["estate"]["accounts"] == 1, "one account", str(report["estate"]))

    # What is there is judged …
    judged = {f["resource"]["uid"]: f["resource"]["type"] for f in report["findings"]}
    for kind in ("AWS::IAM::User", "AWS::IAM::Role"):
        for item in reply[TYPES[kind]]:
            checks.check(judged.get(item["Arn"]) == kind, f"{item['Arn']} is judged")
    known = {item["Arn"]: kind for kind, member in TYPES.items() for item in reply[member]}
    singletons = {"Reeve::Account::Root", "Reeve::Account::Settings", "Reeve::Organization"}
    for uid, kind in judged.items():
        if uid.endswith("/(not listed)"):  # stands for all of a type that no call listed: never more than unknown, with that call
            said = [f for f in report["findings"] if f["resource"]["uid"] == uid]
            checks.check(all(f["status"] == "unknown" and re.match(r"[a-z0-9-]+:[A-Z]\w+ ", f["reason"]) for f in said), "what no call listed is unknown, with the call",
                         f"{uid}: {[(f['status'], f['reason']) for f in said]}")
            continue
        checks.check(known.get(uid) == kind or kind in singletons, "nothing is judged that the reply does not hold", f"{kind} {uid}")
    # … and nothing else is claimed.
    for (control, uid), finding in verdicts_of(report).items():
        if finding["status"] == "unknown":
            named = re.search(r"\b[a-z0-9-]+:[A-Z]\w+", finding["reason"]) or re.search(r"attested|no resource|0 of 0|judged by (`reeve \w+`( and |, )?)+, which ha(s|ve) not run|was (not )?read|were not read|has no results of|not known, such as", finding["reason"])
            checks.check(named, f"{control} of {uid}: unknown with a cause", finding["reason"])
            continue
        checks.check(finding["resource"]["type"] in TYPES, f"{control}: {finding['status']} only of what the reply holds", uid)
        for one in finding.get("evidence", []):
            # What follows from the reply as a whole, such as that no way leads anywhere, stands in no one place of it.
            inside = one.get("source", "").endswith(files[0].name) or (one.get("source") == "reeve:access" and one.get("resource") == uid)
            checks.check(inside, f"{control} of {uid}: evidence is in the reply", str(one))
        checks.check(finding.get("evidence"), f"{control} of {uid}: {finding['status']} has evidence")
    checks.check(report["level"] == 0 and all(p["level"] == 0 for p in report["practices"]), "no practice reaches a level")

    alone = assess(files[0]).report
    same = lambda r: {k: (f["status"], f.get("reason")) for k, f in verdicts_of(r).items()}
    checks.check(same(alone) == same(report), "the file named alone says the same")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
