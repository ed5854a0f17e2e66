#!/usr/bin/env python3
"""The formats for machines and for sharing, each held against what its readers expect.

    python3 tests/outputs.py [--reeve PROGRAM]

OSCAL against NIST's schemas and its own references, OCSF against the definition of class 2003, ASFF against botocore's model of Security Hub,
CSV and Markdown against names that want to be formulas and markup, all of them against the JSON of the same run. Needs ../shared for the
schemas, the packages jsonschema-rs and botocore (tests/requirements.txt) for two of them; what is missing is skipped aloud.
"""

import argparse
import collections
import csv
import functools
import io
import json
import pathlib
import re
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_ocsf import Schema  # noqa: E402
from lib_reeve import NORTHFIELD, ROOT, SHARED, Checks, built, reeve  # noqa: E402

FORMATS = ["json", "text", "csv", "markdown", "ocsf", "asff", "oscal", "oscal-poam"]
OSCAL = {"oscal": "oscal_assessment-results_schema.json", "oscal-poam": "oscal_poam_schema.json"}
OPEN = ("fail", "unknown", "excepted")
# Names that want to be a formula, a table, a link, a mention, HTML, a line of their own, or to turn the text around.
HOSTILE = ['=HYPERLINK("http://evil.example","x")', "+1+1", "-2", "@team please", "a|b|c", "`code` ``two``", "<img src=x onerror=alert(1)>", "</script>", "[x](http://evil.example)",
           "x\u202egnp.exe", "two\nlines\tand tab", "#123 **bold** _it_", 'quote " comma , semi ;', "\u00e4\u00f6 \U0001f512", "www.evil.example", "n" * 300]


def estate(folder, names=HOSTILE):
    """An account whose volumes and users bear the names given; nothing else was read of it."""
    place = folder / "123456789012" / "eu-west-1"
    place.mkdir(parents=True)
    volumes = [{"VolumeId": f"vol-{i:017x}", "Encrypted": False, "State": "available", "Tags": [{"Key": "Name", "Value": name}]} for i, name in enumerate(names)]
    (place / "ec2-describe-volumes.json").write_text(json.dumps({"Volumes": volumes}))
    topics = [{"TopicArn": f"arn:aws:sns:eu-west-1:123456789012:{name}"} for name in names]
    (place / "sns-list-topics.json").write_text(json.dumps({"Topics": topics}))
    functions = [{"FunctionName": name, "FunctionArn": f"arn:aws:lambda:eu-west-1:123456789012:function:{name}", "Runtime": "python2.7"} for name in names]
    (place / "lambda-list-functions.json").write_text(json.dumps({"Functions": functions}))
    return folder


def workspace(folder, more="", **files):
    for name in ("attestations", "exceptions"):
        (folder / name).mkdir(parents=True)
    (folder / "reeve.yaml").write_text("organization: Northfield Group\nowners: {platform: j.okafor}\n" + more)
    (folder / "attestations" / "drill.yaml").write_text("control: root-recovery-drilled\nanswer: yes\nowner: j.okafor\napprover: a.rossi\ngiven: 2026-10-01\nexpires: 2027-10-01\n")
    (folder / "exceptions" / "site.yaml").write_text('control: bucket-not-public\nresource: "arn:aws:s3:::*"\nowner: web-team\napprover: a.rossi\nreason: published pages\nexpires: 2027-02-01\n')
    return folder


class Outputs:
    """What one source gives in each format."""

    def __init__(self, *words, formats=FORMATS):
        self.words, self.formats, self.runs = words, formats, {}

    def run(self, format):
        if format not in self.runs:
            self.runs[format] = reeve("assess", *self.words, "--format", format)
        return self.runs[format]

    def text(self, format):
        return self.run(format).out

    def json(self, format):
        return json.loads(self.text(format))

    def bytes(self, format):
        """As a file holds it, ends of lines and all."""
        with tempfile.TemporaryDirectory() as folder:
            reeve("assess", *self.words, "--format", format, "--out", pathlib.Path(folder) / "out")
            return (pathlib.Path(folder) / "out").read_bytes()

    def lines(self):
        return [json.loads(line) for line in self.text("ocsf").splitlines()]

    def rows(self):
        return list(csv.DictReader(io.StringIO(self.text("csv"), newline=""), strict=True))

    def findings(self):
        return self.json("json")["findings"]


def oscal(checks, name, outputs):
    try:
        import jsonschema_rs
    except ImportError:
        checks.skip(f"{name}: OSCAL", "no package jsonschema-rs", "that documents fit NIST's schemas")
        return
    folder = SHARED / "corpora" / "oscal" / "schema"
    controls = {control["id"]: control["status"] for practice in outputs.json("json")["practices"] for control in practice["controls"]}
    findings = outputs.findings()
    for format, file in OSCAL.items():
        document = outputs.json(format)
        if not folder.exists():
            checks.skip(f"{name}: {format}", f"no {folder}", "that the document fits NIST's schema")
        else:
            problems = [f"{'/'.join(map(str, e.instance_path))}: {e.message[:200]}" for e in oscal_validator(folder / file).iter_errors(document)]
            checks.check(not problems, f"{name}: {format} fits its schema", problems[:5])
            broken = json.loads(json.dumps(document))
            next(iter(broken.values()))["uuid"] = "none"
            checks.check(any(True for _ in oscal_validator(folder / file).iter_errors(broken)), f"{name}: the schema of {format} refuses what it should")
        root = next(iter(document.values()))
        body = root["results"][0] if format == "oscal" else root
        told = {finding["target"]["target-id"]: finding for finding in body.get("findings", [])}
        wanted = {control: status for control, status in controls.items() if status in OPEN or (status == "pass" and format == "oscal")}
        checks.check(set(told) == set(wanted), f"{name}: {format} has a finding for each control that it must", set(told) ^ set(wanted))
        states = {control: finding["target"]["status"] for control, finding in told.items()}
        wrong = [control for control, status in wanted.items() if (states[control]["state"] == "satisfied") != (status == "pass")
                 or states[control]["reason"] != {"pass": "pass", "fail": "fail"}.get(status, "other")]
        checks.check(not wrong, f"{name}: {format} says satisfied of passes only", wrong)
        references_hold(checks, f"{name}: {format}", root, body)
        observed = collections.Counter(value(observation, "verdict") for observation in body.get("observations", []) if value(observation, "finding-id"))
        checks.check(observed == collections.Counter(finding["status"] for finding in findings if format == "oscal" or finding["status"] != "pass"), f"{name}: {format} has an observation for each verdict", observed)
        if format == "oscal-poam":
            items = [value(item, "objective") for item in body["poam-items"]]
            checks.check(sorted(filter(None, items)) == sorted(wanted), f"{name}: the plan has an item for each control that is not satisfied", len(items))
            order = [item["control"] for item in outputs.json("json")["roadmap"]]
            checks.check(items[: len(order)] == order, f"{name}: the plan keeps the roadmap's order", items[:3])


def value(thing, name):
    return next((prop["value"] for prop in thing.get("props", []) if prop["name"] == name), None)


@functools.cache
def oscal_validator(path):
    import jsonschema_rs
    return jsonschema_rs.Draft7Validator(json.loads(path.read_text()))


def references_hold(checks, name, root, body):
    """Every UUID that is pointed at is defined, and none is defined twice."""
    defined, used = collections.Counter(), set()

    def walk(node):
        if isinstance(node, dict):
            for key, inner in node.items():
                if key == "uuid":
                    defined[inner] += 1
                elif key.endswith("-uuid"):
                    used.add(inner)
                elif key == "party-uuids":
                    used.update(inner)
                elif key == "href" and inner.startswith("#"):
                    used.add(inner[1:])
                walk(inner)
        elif isinstance(node, list):
            for inner in node:
                walk(inner)

    walk(root)
    checks.check(used <= set(defined), f"{name}: every reference leads somewhere", list(used - set(defined))[:3])
    checks.check(max(defined.values()) == 1, f"{name}: no UUID names two things", [uuid for uuid, n in defined.items() if n > 1][:3])
    checks.check(all(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", uuid) for uuid in defined), f"{name}: UUIDs are of version 5")
    checks.check({observation["uuid"] for observation in body.get("observations", [])} == {related["observation-uuid"] for finding in body.get("findings", []) for related in finding.get("related-observations", [])},
                 f"{name}: every observation belongs to a finding")


def ocsf(checks, name, outputs):
    lines, findings = outputs.lines(), outputs.findings()
    folder = SHARED / "corpora" / "ocsf" / "schema"
    if not folder.exists():
        checks.skip(f"{name}: OCSF", f"no {folder}", "that events fit the definition of class 2003")
    else:
        schema = Schema(folder)
        problems = [problem for line in lines for problem in schema.problems(line)]
        checks.check(not problems, f"{name}: OCSF fits class 2003", problems[:5])
        if lines:
            for what, change in {"a control unknown to the class": lambda e: e["compliance"].update(controls="x"), "a missing time": lambda e: e.pop("time"),
                                 "a status that is another's caption": lambda e: e["compliance"].update(status="Pass" if e["compliance"]["status_id"] != 1 else "Fail"),
                                 "a text for a number": lambda e: e.update(severity_id="high"), "an empty product": lambda e: e["metadata"].update(product={})}.items():
                broken = json.loads(json.dumps(lines[0]))
                change(broken)
                checks.check(schema.problems(broken), f"{name}: the definition notices {what}")
    words = {"pass": "Pass", "fail": "Fail", "excepted": "Fail", "unknown": "Warning"}
    told = [(line["finding_info"]["uid"], line["compliance"]["control"], line["compliance"]["status_code"], line["compliance"]["status"], line["resources"][0]["uid"]) for line in lines]
    checks.check(told == [(f["id"], f["control"], f["status"], words[f["status"]], f["resource"]["uid"]) for f in findings], f"{name}: OCSF tells the verdicts of JSON, in order")
    raw = outputs.run("ocsf").out.encode().splitlines()
    long = [len(line) for line, event in zip(raw, lines) if len(line) > 1500 and len(event["resources"][0]["uid"]) < 300]
    checks.check(not long, f"{name}: no OCSF line is longer than 1,500 bytes", long[:3])
    checks.check(all(event["metadata"].get("is_truncated", False) == ("untruncated_size" in event["metadata"]) for event in lines), f"{name}: what was cut says so")


def asff(checks, name, outputs):
    document, findings = outputs.json("asff"), [f for f in outputs.findings() if re.fullmatch(r"\d{12}", f["resource"]["account"])]
    told = document["Findings"]
    words = {"pass": "PASSED", "fail": "FAILED", "excepted": "FAILED", "unknown": "WARNING"}
    checks.check([(f["Id"], f["GeneratorId"], f["Compliance"]["Status"], f["ProductFields"]["reeve/Resource"]) for f in told] ==
                 [("reeve/" + f["id"], f["control"], words[f["status"]], f["resource"]["uid"]) for f in findings], f"{name}: ASFF tells the verdicts of JSON, in order")
    checks.check(all(len(json.dumps(f)) <= 240_000 for f in told), f"{name}: no ASFF finding is longer than 240 KB")
    checks.check(all(f["AwsAccountId"] in f["ProductArn"] and len(f["Title"]) <= 256 and len(f["Description"]) <= 1024 and len(f["ProductFields"]) <= 50 for f in told), f"{name}: ASFF keeps its limits")
    try:
        import botocore.session
        import botocore.validate
    except ImportError:
        checks.skip(f"{name}: ASFF", "no package botocore", "that findings fit Security Hub's model")
        return
    model = botocore.session.get_session().get_service_model("securityhub")
    shape = model.operation_model("BatchImportFindings").input_shape
    report = [botocore.validate.ParamValidator().validate({"Findings": told[at:at + 100]}, shape).generate_report() for at in range(0, len(told), 100)]
    checks.check(not any(report), f"{name}: ASFF fits what BatchImportFindings takes", "".join(report)[:400])
    enums = {"Compliance": ("Status",), "Severity": ("Label",), "Workflow": ("Status",)}
    checks.check(all(f[a][b] in model.shape_for(a).members[b].enum for f in told for a, bs in enums.items() for b in bs) and all(f["RecordState"] in model.shape_for("RecordState").enum for f in told),
                 f"{name}: ASFF uses the model's words")
    known = {type for type in model.shape_for("ResourceDetails").members if type.startswith("Aws")}
    types = {f["Resources"][0]["Type"] for f in told}
    checks.check(types <= known | {"Other", "AwsAccount"}, f"{name}: ASFF's names for resource types", types - known)
    listed = set(re.findall(r'"(Aws\w+)"', (ROOT / "src" / "report" / "asff_types.cc").read_text()))
    checks.check(listed == known, "the list of ASFF types is the model's", listed ^ known)


def comma(checks, name, outputs):
    text, findings = outputs.text("csv"), outputs.findings()
    rows = outputs.rows()
    checks.check([(r["finding_id"], r["status"], r["control"]) for r in rows] == [(f["id"], f["status"], f["control"]) for f in findings], f"{name}: CSV tells the verdicts of JSON, in order")
    page = (ROOT / "docs" / "formats" / "outputs.md").read_text().split("## `csv`")[1].split("\n## ")[0]
    documented = [column for line in page.splitlines() if line.startswith("| `") for column in re.findall(r"`(\w+)`", line.split("|")[1])]
    checks.check(list(rows[0]) == documented if rows else True, f"{name}: CSV has the documented columns", rows and set(rows[0]) ^ set(documented))
    cells = [cell for row in csv.reader(io.StringIO(text, newline=""), strict=True) for cell in row]
    checks.check(not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r\n")], f"{name}: no cell begins like a formula", [cell for cell in cells if cell[:1] in tuple("=+-@\t\r\n")][:3])
    checks.check(len({len(row) for row in csv.reader(io.StringIO(text, newline=""))}) == 1, f"{name}: every line has as many cells")


def markdown(checks, name, outputs):
    text = outputs.run("markdown").out
    checks.check(len(text.encode()) <= 60_000, f"{name}: Markdown fits a comment", len(text.encode()))
    bare = re.sub(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", text)  # without code spans
    checks.check(not re.search(r"[<\[]|@\w|#\d|https?:|\bwww\.", re.sub(r"&#\d+;", "", bare).replace("Next:", "")), f"{name}: nothing in Markdown acts", re.findall(r".{20}(?:[<\[]|@\w|#\d|https?:|\bwww\.).{10}", re.sub(r"&#\d+;", "", bare))[:3])
    tables = [table.splitlines() for table in re.findall(r"(?:^\|.*\n)+", text, re.M)]
    checks.check(tables and all(len({len(re.findall(r"(?<!\\)\|", line)) for line in table}) == 1 for table in tables), f"{name}: every row of a table has as many cells")
    checks.check("\u202e" not in text, f"{name}: nothing turns the direction of writing")
    verdicts = outputs.json("json")["verdicts"]
    checks.check(all(f"{verdicts[key]:,} {word}" in text for key, word in (("fail", "fail"), ("unknown", "unknown"), ("excepted", "excepted"), ("pass", "pass"))), f"{name}: Markdown's counts are JSON's")


EACH = [oscal, ocsf, asff, comma, markdown]


def changes(checks, folder):
    """A second run of a workspace: what it opened and closed is told by the formats that have a word for it."""
    before, after, home = estate(folder / "before", ["one", "two"]), folder / "after", workspace(folder / "home")
    estate(after, ["one", "two", "three"])
    place = after / "123456789012" / "eu-west-1" / "ec2-describe-volumes.json"
    reply = json.loads(place.read_text())
    reply["Volumes"][0]["Encrypted"] = True
    place.write_text(json.dumps(reply))
    first = reeve("assess", before, "-w", home, "--as-of", "2026-11-20", "--format", "markdown")
    checks.check("Since the last run" not in first.out, "a first run has no run before it")
    outputs = Outputs(after, "-w", home, "--as-of", "2026-11-21")
    text = outputs.text("markdown")
    new = text.split("**New fails**")[1].split("**Mended**")
    checks.check("`volume-encrypted`" in new[0] and "vol-00000000000000002" in new[0] and "vol-00000000000000001" not in new[0], "Markdown names the new fail and no old one", text[:1500])
    checks.check("vol-00000000000000000" in new[1].split("###")[0], "Markdown names what was mended")
    # The same input once more as of the same moment: what was opened and closed at it stands as it stood.
    lines = {(line["compliance"]["control"], line["resources"][0]["uid"][-21:]): line for line in Outputs(after, "-w", home, "--as-of", "2026-11-21").lines()}
    kinds = {uid: lines.get(("volume-encrypted", "vol-" + f"{i:017x}"), {}).get("activity_id") for uid, i in (("mended", 0), ("old", 1), ("new", 2))}
    checks.check(kinds == {"mended": 3, "old": 2, "new": 1}, "OCSF says Create, Update and Close", kinds)
    archived = [f for f in Outputs(after, "-w", home, "--as-of", "2026-11-21").json("asff")["Findings"] if f["RecordState"] == "ARCHIVED"]
    checks.check([f["Resources"][0]["Id"][-21:] for f in archived if f["GeneratorId"] == "volume-encrypted"] == ["vol-00000000000000000"] and all(f["Workflow"]["Status"] == "RESOLVED" for f in archived),
                 "ASFF archives what was closed", archived[:1])


def attested(checks, folder):
    """OSCAL says of an attestation that it counts only where the assessment let it count."""
    head = "control: root-recovery-drilled\nowner: j.okafor\napprover: a.rossi\n"
    said = {"replaced": "answer: yes\ngiven: 2026-09-01\nexpires: 2027-09-01\n", "valid": "answer: yes\ngiven: 2026-10-01\nexpires: 2027-10-01\n", "not_yet_valid": "answer: yes\ngiven: 2027-01-01\nexpires: 2027-12-01\n",
            "no": "answer: no\ngiven: 2026-11-01\nexpires: 2027-10-01\n", "too_old": "answer: yes\ngiven: 2023-10-01\nexpires: 2027-10-01\n", "expired": "answer: yes\ngiven: 2026-10-01\nexpires: 2026-11-01\n"}  # fmt: skip
    for files, wanted in ((("replaced", "valid", "not_yet_valid"), {"replaced": "no", "valid": "yes", "not_yet_valid": "no"}), (("valid", "no"), {"replaced": "no", "no": "yes"}),
                          (("too_old",), {"too_old": "no"}), (("expired",), {"expired": "no"})):  # fmt: skip
        home = workspace(folder / "-".join(files))
        (home / "attestations" / "drill.yaml").unlink()
        for file in files:
            (home / "attestations" / f"{file}.yaml").write_text(head + said[file])
        outputs = Outputs(NORTHFIELD, "-w", home, "--as-of", "2026-12-01", "--fail-on", "never")
        parts = [part for one in outputs.json("oscal")["assessment-results"]["results"][0]["attestations"] for part in one["parts"]]
        told = {value(part, "state"): value(part, "counts-at-this-date") for part in parts}
        checks.check(len(parts) == len(files) and told == wanted, f"attestations {', '.join(files)}", told)
        ours = next(a["state"] for a in outputs.json("json")["attestations"] if a["control"] == "root-recovery-drilled")
        checks.check(ours in told, "as the assessment calls them", (ours, told))


def statuses(checks, folder):
    """The exit status is the run's, whatever the format."""
    (folder / "bad" / "123456789012" / "us-east-1").mkdir(parents=True)
    (folder / "bad" / "123456789012" / "us-east-1" / "ec2-describe-volumes.json").write_text('{"Volumes": [')
    cases = [("fails", [NORTHFIELD], 1), ("never", [NORTHFIELD, "--fail-on", "never"], 0), ("broken input", [folder / "bad"], 3),
             ("a workspace that minds nothing", [NORTHFIELD, "-w", workspace(folder / "mild", "thresholds: {fail_on: never}\n")], 0),
             ("a flag over the workspace", [NORTHFIELD, "-w", folder / "mild", "--fail-on", "high"], 1)]
    for what, words, wanted in cases:
        got = {format: reeve("assess", *words, "--format", format).status for format in FORMATS}
        checks.check(set(got.values()) == {wanted}, f"status of {what}", got)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    lib_reeve.REEVE = pathlib.Path(parser.parse_args().reeve).resolve()
    checks = Checks()
    if not built(checks, "that outputs are what their readers expect"):
        return checks.end()
    with tempfile.TemporaryDirectory(prefix="reeve-outputs-") as name:
        folder = pathlib.Path(name)
        (folder / "empty").mkdir()
        sources = {"Northfield": [NORTHFIELD], "Northfield with passes": [NORTHFIELD, "--all"], "hostile names": [estate(folder / "hostile")],
                   "a workspace": [NORTHFIELD, "-w", workspace(folder / "home"), "--as-of", "2026-12-01"], "nothing": [folder / "empty", "--as-of", "2026-12-01"],
                   "hostile names redacted": [folder / "hostile", "--redact"]}
        for what, words in sources.items():
            outputs = Outputs(*words)
            for each in EACH:
                each(checks, what, outputs)
        twice = [Outputs(NORTHFIELD, "--redact"), Outputs(NORTHFIELD, "--redact")]
        differing = [format for format in FORMATS if twice[0].text(format) != twice[1].text(format)]
        checks.check(not differing, "the same input gives the same bytes", differing)
        lines = Outputs(folder / "hostile").bytes("csv").split(b"\r\n")
        checks.check(lines[-1] == b"" and lines[0].startswith(b"finding_id,status,") and b"\r" not in b"".join(lines), "lines of CSV end in CRLF")
        sizes = [len(line) for line in Outputs(NORTHFIELD, "--all").run("ocsf").out.splitlines()]
        checks.check(sum(sizes) / len(sizes) <= 1500, "OCSF takes 1.5 KB a finding or less", sum(sizes) / len(sizes))
        excepted = [f for f in Outputs(NORTHFIELD, "-w", folder / "home", "--as-of", "2026-12-01").lines() if f["compliance"]["status_code"] == "excepted"]
        checks.check(excepted and all(f["status"] == "Suppressed" for f in excepted), "excepted findings are suppressed, not gone", len(excepted))
        changes(checks, folder / "changes")
        attested(checks, folder / "words")
        statuses(checks, folder / "statuses")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
