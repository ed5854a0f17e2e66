#!/usr/bin/env python3
"""What other tools found, taken in by `reeve import`: beside ours by resource, in no count of ours, and never twice.

    python3 tests/imports.py [--reeve PROGRAM]

The exports are written here by hand, in the columns and members that Prowler (CSV, OCSF) and Security Hub (ASFF) document; Prowler's own
example of OCSF is read too where it is at hand.
"""

import argparse
import csv
import html
import io
import json
import pathlib
import re
import shutil
import sqlite3
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from estate_changes import first_difference  # noqa: E402
from lib_page import Page  # noqa: E402
from lib_reeve import AS_OF, NORTHFIELD, ROOT, SHARED, Checks, built, reeve  # noqa: E402

COLUMNS = """AUTH_METHOD TIMESTAMP ACCOUNT_UID ACCOUNT_NAME ACCOUNT_EMAIL ACCOUNT_ORGANIZATION_UID ACCOUNT_ORGANIZATION_NAME ACCOUNT_TAGS FINDING_UID
PROVIDER CHECK_ID CHECK_TITLE CHECK_TYPE STATUS STATUS_EXTENDED MUTED SERVICE_NAME SUBSERVICE_NAME SEVERITY RESOURCE_TYPE RESOURCE_UID RESOURCE_NAME
RESOURCE_DETAILS RESOURCE_TAGS PARTITION REGION DESCRIPTION RISK RELATED_URL REMEDIATION_RECOMMENDATION_TEXT REMEDIATION_RECOMMENDATION_URL
REMEDIATION_CODE_NATIVEIAC REMEDIATION_CODE_TERRAFORM REMEDIATION_CODE_CLI REMEDIATION_CODE_OTHER COMPLIANCE CATEGORIES DEPENDS_ON RELATED_TO NOTES
PROWLER_VERSION ADDITIONAL_URLS ACCOUNT_OU_UID ACCOUNT_OU_NAME""".split()
BUCKET, LEDGER = "arn:aws:s3:::nf-payments-statements", "arn:aws:s3:::nf-payments-ledger"
ROOT_USER = "arn:aws:iam::777788889999:root"


def row(uid, check, status, resource, **more):
    out = dict.fromkeys(COLUMNS, "")
    out.update(AUTH_METHOD="profile", TIMESTAMP="2026-11-20 03:00:00.250000", ACCOUNT_UID="444455556666", FINDING_UID=uid, PROVIDER="aws", CHECK_ID=check,
               CHECK_TITLE=f"title of {check}", STATUS=status, STATUS_EXTENDED=f"{resource} says {status}", MUTED="False", SEVERITY="high", RESOURCE_TYPE="AwsS3Bucket",
               RESOURCE_UID=resource, REGION="eu-west-1", PARTITION="aws", DESCRIPTION='two lines,\none "quoted"', PROWLER_VERSION="5.0.0")  # fmt: skip
    out.update(more)
    return out


def prowler_csv(rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, delimiter=";", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


ROWS = [
    row("prowler-aws-s3_bucket_public-1", "s3_bucket_public_access", "FAIL", BUCKET),
    row("prowler-aws-s3_bucket_versioning-1", "s3_bucket_object_versioning", "PASS", LEDGER, SEVERITY="medium"),
    row("prowler-aws-iam_root-1", "iam_root_mfa_enabled", "FAIL", ROOT_USER, ACCOUNT_UID="777788889999", SEVERITY="critical", MUTED="True", RESOURCE_TYPE="Other"),
]
ASFF = [
    {"SchemaVersion": "2018-10-08", "Id": "arn:aws:securityhub:eu-west-1:444455556666:security-control/S3.8/finding/11111111-1111-4111-8111-111111111111",
     "ProductArn": "arn:aws:securityhub:eu-west-1::product/aws/securityhub", "ProductName": "Security Hub", "GeneratorId": "security-control/S3.8", "AwsAccountId": "444455556666",
     "Types": ["Software and Configuration Checks"], "CreatedAt": "2026-11-01T00:00:00.000Z", "UpdatedAt": "2026-11-21T06:00:00.000Z", "Severity": {"Label": "HIGH"},
     "Title": "S3 general purpose buckets block public access", "Description": "told by AWS", "Resources": [{"Type": "AwsS3Bucket", "Id": BUCKET, "Partition": "aws", "Region": "eu-west-1"}],
     "Compliance": {"Status": "FAILED", "SecurityControlId": "S3.8"}, "Workflow": {"Status": "NEW"}, "RecordState": "ACTIVE"},
    {"SchemaVersion": "2018-10-08", "Id": "custom/1", "ProductArn": "arn:aws:securityhub:eu-west-1:444455556666:product/444455556666/default", "GeneratorId": "own-rule",
     "AwsAccountId": "444455556666", "Types": ["TTPs"], "CreatedAt": "2026-11-10T00:00:00Z", "UpdatedAt": "2026-11-10T00:00:00Z", "Severity": {"Label": "LOW"}, "Title": "two buckets: nf-payments-ledger of 444455556666",
     "Description": "key AKIAIOSFODNN7EXAMPLE", "Resources": [{"Type": "AwsS3Bucket", "Id": BUCKET}, {"Type": "AwsS3Bucket", "Id": LEDGER}], "RecordState": "ARCHIVED"},
]  # fmt: skip


def ocsf(uid, time_dt, status):
    return {"class_uid": 2004, "class_name": "Detection Finding", "category_uid": 2, "activity_id": 1, "type_uid": 200401, "severity": "High", "severity_id": 4, "status": "New", "status_code": status,
            "status_detail": "detail", "time": 1795489200, "time_dt": time_dt, "metadata": {"event_code": "s3_bucket_public_access", "product": {"name": "Prowler"}, "version": "1.5.0"},
            "finding_info": {"uid": uid, "title": "title of s3_bucket_public_access"}, "cloud": {"account": {"uid": "444455556666"}, "region": "eu-west-1"},
            "resources": [{"uid": BUCKET, "type": "AwsS3Bucket", "region": "eu-west-1"}]}  # fmt: skip


def on_the_page(checks, folder, work, imported):
    """The page: a section by resource, and with each finding what others said of its resource. With --redact nobody is named."""
    check = checks.check
    for redact in ((), ("--redact",)):
        what = "the page" + " redacted" * bool(redact)
        page = Page(reeve("assess", NORTHFIELD, "--as-of", AS_OF, "--format", "html", "--fail-on", "never", "--workspace", work, *redact).out)
        told = reeve("assess", NORTHFIELD, "--as-of", AS_OF, "--format", "json", "--fail-on", "never", "--workspace", work, *redact).report
        check(told["imported_summary"]["findings"] == len(told["imported"]) == 6 and told["imported_summary"]["resources"] == len({i["resource"]["uid"] for i in told["imported"]}) == 3, f"{what}: the counts are of the list",
              told["imported_summary"])
        tools = {}
        for one in told["imported"]:
            tools.setdefault(one["tool"], []).append(one["resource"]["uid"])
        check({t["tool"]: (t["findings"], t["resources"]) for t in told["imported_summary"]["tools"]} == {tool: (len(uids), len(set(uids))) for tool, uids in tools.items()}, f"{what}: and so by tool", told["imported_summary"])
        figures = page.figures()
        check({path: figures.get(path) for path in ("imported_summary.findings", "imported_summary.resources")} == {"imported_summary.findings": {"6"}, "imported_summary.resources": {"3"}}, f"{what}: its figures are these")
        section = page.text[page.text.index('<section id="others"'):]
        section = html.unescape(section[:section.index("</section>")])
        rows = [r for r in re.findall(r"<tr>(.*?)</tr>", section) if "<td>" in r]
        check([re.findall(r"<td[^>]*>(.*?)</td>", r) for r in rows[:3]] == [[t["tool"], str(t["findings"]), str(t["resources"])] for t in told["imported_summary"]["tools"]], f"{what}: a row for each tool", rows[:3])
        for one in told["imported"]:
            row = next((r for r in rows if f"<td><code>{one['resource']['uid']}</code>" in r), "")
            check(all(text in row for text in (one["tool"], one["status"], one["severity"], one["check"], one["title"])), f"{what}: {one['check']} stands by its resource", row)
        beside = {(r["control"], r["uid"]): r["others"] for r in page.findings()[1]}
        bucket = [i for i in told["imported"] if i["check"] == "s3_bucket_public_access"][0]["resource"]["uid"]
        wanted = [{key: i[key] for key in ("tool", "check", "status", "severity", "title", "time")} for i in told["imported"] if i["resource"]["uid"] == bucket]
        check(len(wanted) == 3 and beside[("bucket-not-public", bucket)] == wanted, f"{what}: the evidence of a finding names what others say", beside.get(("bucket-not-public", bucket)))
        check(sum(map(bool, beside.values())) == sum(uid == bucket for _, uid in beside), f"{what}: findings about other resources name nobody")
        if redact:
            alls = page.text + json.dumps(page.findings()) + json.dumps(told["imported"])
            check(not [name for name in (BUCKET, LEDGER, "nf-payments", "444455556666", "777788889999", str(folder)) if name in alls], f"{what}: names nobody")
            check({"Prowler", "Security Hub"} < set(tools), f"{what}: says which tool it was", tools)
        else:
            check(told["imported"] == imported, f"{what}: stands on the same list")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve")
    options = parser.parse_args()
    if options.reeve:
        lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    if built(checks, "whether findings of other tools are taken in"):
        with tempfile.TemporaryDirectory(prefix="reeve-imports-") as folder:
            take_in(checks, pathlib.Path(folder))
    return checks.end()


def take_in(checks, folder):
    check = checks.check
    check(len(COLUMNS) == 44, "Prowler's columns", len(COLUMNS))
    work = folder / "work"
    work.mkdir()
    (work / "reeve.yaml").write_text("organization: Northfield Group\n")

    def assess(*more):
        return reeve("assess", NORTHFIELD, "--as-of", AS_OF, "--format", "json", "--fail-on", "never", *more).report

    def take(*files):
        return reeve("import", *files, "--workspace", work, "--format", "json")

    def write(name, text):
        (folder / name).write_text(text)
        return folder / name

    without = assess("--workspace", work)
    check(without["imported"] == [], "nothing is imported yet")

    # Each form, recognised by what is in it.
    prowler = write("a.csv", prowler_csv(ROWS))
    hub = write("b.json", json.dumps({"Findings": ASFF}, indent=1))
    events = write("c.json", json.dumps([ocsf("prowler-aws-s3_bucket_public-1", "2026-11-22T03:00:00+00:00", "PASS")]))
    for file, form, findings in ((prowler, "prowler-csv", 3), (hub, "asff", 3), (events, "ocsf", 1)):
        run = take(file)
        said = run.report["files"][0]
        check(run.status == 0 and said == {"file": str(file), "format": form, "findings": findings, "added": findings, "refused": 0}, f"import of {form}", f"{said} {run.err}")
    # Again, under another name, as one array, line by line: nothing new.
    again = [prowler, hub, events, write("d.csv", prowler_csv(ROWS)), write("e.json", json.dumps(ASFF)), write("f.ndjson", "\n".join(json.dumps(f) for f in ASFF) + "\n"), write("g.json", json.dumps(ASFF[0]))]
    run = take(*again)
    check(run.status == 0 and [f["added"] for f in run.report["files"]] == [0] * len(again), "the same findings again add nothing", f"{run.out} {run.err}")

    # Beside ours and never among them.
    report = assess("--workspace", work)
    imported = report["imported"]
    check(len(imported) == 6, "the newest of each finding about each resource", [(i["tool"], i["check"], i["resource"]["uid"]) for i in imported])
    public = [i for i in imported if i["resource"]["uid"] == BUCKET]
    check([(i["tool"], i["check"], i["status"], i["severity"], i["time"]) for i in public] ==
          [("444455556666/default", "own-rule", "ARCHIVED", "LOW", "2026-11-10T00:00:00Z"), ("Prowler", "s3_bucket_public_access", "PASS", "High", "2026-11-22T03:00:00Z"),
           ("Security Hub", "S3.8", "FAILED", "HIGH", "2026-11-21T06:00:00Z")], "by resource: tool, check, their word, their time", public)  # fmt: skip
    muted = next((i for i in imported if i["resource"]["uid"] == ROOT_USER), {})
    check(muted.get("status") == "FAIL, muted" and muted["resource"]["account"] == "777788889999" and muted["place"] == f"{prowler}:6", "a muted finding says so, and where it stood", muted)
    check("AKIAIOSFODNN7EXAMPLE" not in json.dumps(imported) and "AKIAIOSFODNN7EXAMPLE" not in (work / ".reeve" / "store.db").read_bytes().decode("latin-1"), "secrets of others are blacked out too")
    for report_ in (without, report):
        for key in ("imported", "imported_summary", "history"):
            report_.pop(key)
    difference = first_difference(without, report)
    check(difference is None, "no count, level or finding of ours has changed", difference)
    check("imported" not in assess(), "without a workspace there is nothing beside")

    on_the_page(checks, folder, work, imported)
    told = reeve("explain", BUCKET, "--workspace", work).out
    check("bucket-not-public" in told and "S3.8" in told and "s3_bucket_public_access" in told and told.index("bucket-not-public") < told.index("Other tools say") < told.index("S3.8"),
          "both stand beside each other by resource", told)
    told = reeve("explain", ROOT_USER, "--workspace", work).out
    check("iam_root_mfa_enabled" in told and "FAIL, muted" in told, "a resource that only others know", told)
    told = reeve("assess", NORTHFIELD, "--as-of", AS_OF, "--fail-on", "never", "--workspace", work).out
    check("found by others and counted nowhere: 444455556666/default 2, Prowler 3, Security Hub 1" in " ".join(told.split()), "the summary names them apart", told[-900:])

    with sqlite3.connect(work / ".reeve" / "store.db") as db:
        rows = db.execute("SELECT tool, status, time, latest FROM imported_findings WHERE check_id = 's3_bucket_public_access' ORDER BY time").fetchall()
    check(rows == [("Prowler", "FAIL", "2026-11-20T03:00:00Z", 0), ("Prowler", "PASS", "2026-11-22T03:00:00Z", 1)], "their history stands in the view imported_findings", rows)
    own = folder / "content" / "controls" / "bucket-not-public"
    shutil.copytree(ROOT / "content" / "controls" / "bucket-not-public", own)
    (own / "check.sql").write_text("SELECT resource, 'pass', NULL, 'x', NULL FROM imported_findings\n")
    run = reeve("assess", NORTHFIELD, "--as-of", AS_OF, "--content", folder / "content", "--workspace", work, "--fail-on", "never")
    check(run.status == 3 and "imported_findings" in run.err, "no control can ask what others found", run.err[:300])

    # A member somewhere within that is called like Security Hub's wrapper makes no file Security Hub's.
    odd = dict(ocsf("o1", "2026-11-22T03:00:00Z", "FAIL"), category_name="Findings", unmapped={"Findings": [{"a": '"Findings": ['}]})
    for name, text, form, findings in (
        ("o1.json", json.dumps(odd), "ocsf", 1),
        ("o2.ndjson", json.dumps(odd) + "\n" + json.dumps(dict(odd, finding_info={"uid": "o2", "title": "t"})) + "\n", "ocsf", 2),
        ("o3.json", json.dumps({"Next": {"Findings": 1}, "note": "Findings", "pad": "x" * 5000, "Findings": ASFF}), "asff", 3),
    ):
        run = take(write(name, text))
        said = run.report["files"][0] if run.report else {}
        check(run.status == 0 and (said.get("format"), said.get("findings")) == (form, findings), f"{name} is {form}", f"{said} {run.err[:300]}")
    run = take(write("o4.json", json.dumps({"Findings": "none"})))
    check(run.status == 3 and "no finding that is known" in run.err, "a key `Findings` without a list is no export", run.err[:300])

    # What cannot be read is named by its line; the rest is taken.
    lines = prowler_csv([row("n1", "c1", "FAIL", BUCKET), row("n2", "c2", "FAIL", BUCKET), row("n3", "c3", "", BUCKET), row("n4", "c4", "FAIL", BUCKET, TIMESTAMP="yesterday"), row("n5", "c5", "FAIL", BUCKET)]).split("\n")
    lines[3] = lines[3].removeprefix("profile;")  # the second row, which like all takes two lines
    broken = write("h.csv", "\n".join(lines))
    run = take(broken)
    check(run.status == 3 and run.report["files"][0]["added"] == 2, "the good rows of a broken CSV", run.out + run.err)
    check(f"{broken}:4:1: the row has" in run.err and f"{broken}:6: the finding names no status" in run.err and f"{broken}:8: `yesterday` is no time" in run.err, "its bad rows, by line", run.err)
    half = write("i.json", json.dumps([dict(ASFF[0], Id="n6"), {"Id": "nothing else"}, dict(ASFF[0], Id="n7", Resources=[])], indent=0))
    run = take(half)
    check(run.status == 3 and run.report["files"][0]["added"] == 1 and run.report["files"][0]["refused"] == 2, "the good findings of an odd array", run.out + run.err)
    check("this is no finding that is known" in run.err and "names no resource" in run.err and run.err.count(f"{half}:") == 2, "its odd ones, by line", run.err)
    for name, text, said in (("empty.csv", "", "empty"), ("other.csv", "a,b\n1,2\n", "no export of findings"), ("cut.json", json.dumps(ASFF)[:300], ":"), ("none.json", "[]", "no finding in it"),
                             ("latin.csv", None, "UTF-8"), ("deep.json", "[" * 100000, ":")):  # fmt: skip
        path = folder / name
        path.write_bytes(prowler_csv(ROWS).encode() + b"\xff") if text is None else path.write_text(text)
        run = take(path)
        check(run.status == 3 and str(path) in run.err and said in run.err, f"{name} is refused by name", f"{run.status} {run.err[:200]}")
    run = take(folder / "nowhere.csv", prowler)
    check(run.status == 3 and "nowhere.csv" in run.err and run.report["files"][0]["findings"] == 3, "a file that is not there does not hide the next")
    run = reeve("import", prowler, cwd=folder)
    check(run.status == 2 and "no workspace" in run.err, "without a workspace there is no place for them", run.err)

    example = SHARED / "corpora" / "ocsf" / "prowler" / "example_output_aws.ocsf.json"
    if example.exists():
        run = take(example)
        said = run.report["files"][0]
        check(run.status == 0 and said["format"] == "ocsf" and said["findings"] == 5, "Prowler's own example", f"{said} {run.err}")
    else:
        checks.skip("Prowler's own example", f"{example} is not there", "that a file which Prowler wrote is read")


if __name__ == "__main__":
    sys.exit(main())
