#!/usr/bin/env python3
"""The main job on the replies of one real, small account (CloudMapper's published demo data).

    python3 tests/cloudmapper.py [--reeve PROGRAM]

What must be found is known from the data. Controls are looked for by what they judge (resource type and the words of id and title), not
by id, so that renaming one breaks nothing and an unrelated control does not satisfy a claim. Then every reply file is taken away in turn:
what stood on it must become unknown, or vanish with the resource that only that file names; nothing may pass that did not.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_reeve import CLOUDMAPPER, Checks, assess, built, controls_of, verdicts_of  # noqa: E402

ACCOUNT = "123456789012"
# what, expected verdict, resource types, words in id or title, end of the resource's uid, file of the evidence, end of its path
CLAIMS = [
    ("root access key present", "fail", "Reeve::Account::Root", r"root.*access key", r"", "iam-get-account-summary.json", r"AccountAccessKeysPresent$"),
    ("role `bad_role` assumable by anyone", "fail", "AWS::IAM::Role", r"assum.*anyone", r":role/bad_role$", "iam-get-account-authorization-details.json", r"AssumeRolePolicyDocument"),
    ("bucket `cloudmapper_demo` public by policy", "fail", "AWS::S3::Bucket", r"public by its policy|not-public", r":::cloudmapper_demo$", "s3-get-bucket-policy/cloudmapper_demo", r"Policy"),
    ("ECR repository `cloudmapper` public", "fail", "AWS::ECR::Repository", r"public", r":repository/cloudmapper$", "ecr-get-repository-policy/cloudmapper", r"policyText"),
    ("topic `demo_public` public", "fail", "AWS::SNS::Topic", r"public", r":demo_public$", "sns-get-topic-attributes/", r"Policy"),
    ("trail is not multi-Region", "fail", "AWS::CloudTrail::Trail", r"(every|all|multi).*region", r":trail/", "cloudtrail-describe-trails.json", r"IsMultiRegionTrail$"),
    ("no GuardDuty detector", "fail", "Reeve::Region::Settings", r"guardduty.*\bon\b", r"us-east-1", "guardduty-list-detectors.json", r"DetectorIds"),
    ("user `user` has a console password and no MFA", "fail", "AWS::IAM::User", r"password.*mfa", r":user/user$", "iam-get-credential-report.json", r"(password_enabled|mfa_active)$"),
    ("function on a retired runtime", "fail", "AWS::Lambda::Function", r"runtime", r":function:", "lambda-list-functions.json", r"Runtime$"),
    ("root has MFA", "pass", "Reeve::Account::Root", r"root.*mfa(?!.*(virtual|hardware))", r"", "iam-get-account-summary.json", r"AccountMFAEnabled$"),
    ("trail validates its log files", "pass", "AWS::CloudTrail::Trail", r"validation|validates", r":trail/", "cloudtrail-describe-trails.json", r"LogFileValidationEnabled$"),
    ("RDS instance is not public", "pass", "AWS::RDS::DBInstance", r"public|internet", r":db:", "rds-describe-db-instances.json", r"PubliclyAccessible$"),
    ("topic `demo_private` is not public", "pass", "AWS::SNS::Topic", r"public", r":demo_private$", "sns-get-topic-attributes/", r"Policy"),
    ("function policy is bound to one API", "pass", "AWS::Lambda::Function", r"public|invoked by anyone", r":function:", "lambda-get-policy/", r"Policy"),
]
# Facts that only the organization's replies tell; none of them is in the data.
ORGANIZATION_CALLS = re.compile(r"^(organizations|sso-admin|iam:ListOrganizationsFeatures|nobody has attested)")


def about(control, types, words):
    said = f"{control['id'].replace('-', ' ')} {control['id']} {control['title']}".lower()
    return types in control["resource_types"] and re.search(words, said)


def claim(checks, report, what, expected, types, words, uid, file, path):
    verdicts = verdicts_of(report)
    seen = []
    for control in controls_of(report).values():
        if not about(control, types, words):
            continue
        for (judged, resource), finding in verdicts.items():
            if judged != control["id"] or finding["resource"]["type"] != types or not re.search(uid, resource) or finding["resource"]["account"] != ACCOUNT:
                continue
            evidence = finding.get("evidence", [])
            fits = [e for e in evidence if f"us-east-1/{file}" in e.get("source", "") and re.search(path, e.get("path", ""))]
            seen.append(f"{control['id']}: {finding['status']}, evidence {[(e.get('source', '').split('us-east-1/')[-1], e.get('path')) for e in evidence]}")
            if finding["status"] == expected and fits:
                checks.check(True, what)
                return control["id"], resource
    checks.check(False, f"{expected}: {what}", "; ".join(seen) or "no control judges it")
    return None


def reply_files():
    for path in sorted((CLOUDMAPPER / "us-east-1").rglob("*")):
        if path.is_file():
            yield path.relative_to(CLOUDMAPPER)


def link_or_copy(source, target):
    try:
        os.link(source, target)
    except OSError:  # another file system, or another mount of the same
        shutil.copy2(source, target)


def without(number, file, work):
    folder = work / str(number) / CLOUDMAPPER.name
    shutil.copytree(CLOUDMAPPER, folder, copy_function=link_or_copy)
    (folder / file).unlink()
    run = assess(folder)
    shutil.rmtree(folder)
    return file, run


def uses(report):
    """file below the account's folder → {(control, resource)} whose evidence names it"""
    out = {}
    for finding in report["findings"]:
        for one in finding.get("evidence", []):
            out.setdefault(one.get("source", "").split(CLOUDMAPPER.name + "/")[-1], set()).add((finding["control"], finding["resource"]["uid"]))
    return out


def by_resource(report):
    """(control, uid) → finding, whatever account the input is read under: without `sts` it is named as unknown."""
    return {(control, re.sub(rf"\b({ACCOUNT}|unknown)\b", "ACCOUNT", uid)): finding for (control, uid), finding in verdicts_of(report).items()}


def removal(checks, report, file, run):
    if not checks.check(run.status in (0, 1), f"without {file}: ends with 0 or 1", f"{run.status}: {run.err[:300]}"):
        return 0
    before, after, moved = by_resource(report), by_resource(run.report), 0
    if str(file).endswith("sts-get-caller-identity.json"):
        named = any("account is not known" in note for note in run.report["coverage"]["notes"])
        checks.check(named and "unknown" in {f["resource"]["account"] for f in run.report["findings"]}, "without sts: the account is named as unknown")
    for key, finding in after.items():
        old = before.get(key, {}).get("status")
        if finding["status"] == "pass" and old != "pass":
            checks.check(False, f"without {file}: a new pass", f"{key}: {old} → pass")
    for key in uses(report).get(str(file), ()):
        key = (key[0], re.sub(rf"\b{ACCOUNT}\b", "ACCOUNT", key[1]))
        old, new = before.get(key, {}).get("status"), after.get(key, {}).get("status")
        if old in ("pass", "fail"):
            moved += 1
            # Another file may tell the same fact: then the verdict stands, on that file's evidence.
            still = new == old and any(one.get("path") for one in after[key].get("evidence", []))
            checks.check(new in ("unknown", None) or still, f"without {file}: what stood on it is unknown or gone", f"{key}: {old} → {new}")
    return moved


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    options = parser.parse_args()
    lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    if not built(checks, "the main job on a real account"):
        return checks.end()
    if not CLOUDMAPPER.exists():
        checks.skip("everything", f"no {CLOUDMAPPER}", "that known faults of a real account are found and nothing passes without its reply")
        return checks.end()
    run = assess(CLOUDMAPPER)
    if not checks.check(run.status == 1, "assess ends with 1: results, and every input was read", f"{run.status}: {run.err[:500]}"):
        if run.status not in (0, 3):
            return checks.end()
    report = run.report
    for one in CLAIMS:
        claim(checks, report, *one)

    for practice in report["practices"]:
        if practice["id"][-4:] in ("BP02", "BP03", "BP04", "BP05", "BP06"):
            decided = [c["id"] for c in practice["controls"] if c["status"] in ("pass", "fail")]
            checks.check(len(decided) >= 3, f"{practice['id']}: at least three controls pass or fail", ", ".join(decided))

    organization = 0
    for finding in report["findings"]:
        if finding["resource"]["type"].startswith(("Reeve::Organization", "AWS::Organizations::")):
            organization += 1
            # What facts of the account say against a claim is no fact that the organization would tell.
            if finding["reason"].startswith("contradicted: "):
                continue
            named = re.search(r"[a-z0-9-]+:[A-Z]\w+", finding["reason"]) or re.search(
                r"^nobody has attested|^judged by (`reeve \w+`( and |, )?)+, which ha(s|ve) not run|was not read|were not read|has no results of", finding["reason"])
            checks.check(finding["status"] == "unknown" and named, f"{finding['control']}: unknown, with its missing call", f"{finding['status']}: {finding.get('reason')}")
    checks.check(organization >= 10, "facts of the organization are asked for", str(organization))
    for control in controls_of(report).values():
        if control["status"] == "unknown" and ORGANIZATION_CALLS.search(control.get("reason", "")):
            checks.check(control["resources"]["pass"] == 0 and control["resources"]["fail"] == 0, f"{control['id']}: all unknown", str(control["resources"]))

    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        work, moved, files = pathlib.Path(folder), 0, list(reply_files())
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for file, one in pool.map(lambda pair: without(pair[0], pair[1], work), enumerate(files)):
                moved += removal(checks, report, file, one)
        print(f"{len(files)} reply files taken away in turn; {moved} verdicts stood on them")
        checks.check(moved >= 25, "removals are put to the test on many verdicts", str(moved))
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
