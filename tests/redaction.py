#!/usr/bin/env python3
"""`--redact`: of every account id, name and mail address that the input holds, nothing is left in any format, and nothing else is lost.

    python3 tests/redaction.py [--reeve PROGRAM]

The originals are collected from the input files themselves, not from what Reeve makes of them: values of the members by which AWS's
replies name things, pieces of every ARN, account ids and mail addresses wherever they stand. Each is looked for, as a word of its own, in
the output of every format; the page's packed data is unpacked for it. Words that AWS or the file layout brings are no secret and are
listed here.
"""

import argparse
import base64
import collections
import csv
import gzip
import io
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_reeve import NORTHFIELD, Checks, built, reeve  # noqa: E402

FORMATS = ["json", "text", "html", "csv", "markdown", "ocsf", "asff", "oscal", "oscal-poam"]
# Members whose text names a thing of the estate.
NAMING = re.compile(r"^(.*(Name|Identifier|Email|EmailAddress)|Id|.*Id|FullName|user|Bucket|Topic|Alias|QueueUrl)$")
NOT_NAMING = re.compile(r"(EngineName|EventName|RegionName|AttributeName|ServiceName|PropertyName|ParameterName|ParameterGroupName|MetricName|HostName|TypeName|awsRegion|OptionGroupName|AvailabilityZoneId|ControlId|CACertificateIdentifier|DBName|ClusterSubnetGroupName)$|^(AccessKeyId)$")
# The same in every account, said by AWS or by the layout of files; and plain words, which nobody can tell from a sentence's own (those that
# name resources are held by `structure` and `everywhere`).
COMMON = re.compile(r"^(default|primary|root|settings|global|unknown|aws|amazonaws|main|AWSServiceRoleFor\w*|AWSReservedSSO\w*|OrganizationAccountAccessRole|.*\.amazonaws\.com|[a-z]{2}(-[a-z]+)+-\d[a-z]?|\d{1,11}|FullAWSAccess|p-FullAWSAccess|none|"
                    r"[A-Z][A-Z0-9_]*|aws-service-role|[A-Z][A-Za-z0-9]*\.\d+|AWSManagedRules\w+|cis-aws-foundations-benchmark|aws-foundational-security-best-practices(/.*)?|"
                    r"[A-Z]?[a-z]+)$")
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
ARN = re.compile(r"arn:aws[\w-]*:([\w-]*):([\w-]*):(\d{12}|):([^\s\"'`,;]+)")


def texts_of(path):
    data = path.read_bytes()
    return gzip.decompress(data).decode() if path.suffix == ".gz" else data.decode(errors="replace")


def originals(folder):
    """What must not be left: account ids, mail addresses, and names with where they were found."""
    accounts, mails, names = set(), set(), {}

    def name(text, where):
        text = text.strip()
        if len(text) >= 4 and len(text) < 200 and not COMMON.match(text) and not re.fullmatch(r"[\d.:TZ-]+", text) and re.search(r"[A-Za-z]", text):
            names.setdefault(text, where)

    def walk(node, where, key=""):
        if isinstance(node, dict):
            of_aws = any(str(v).startswith("arn:aws:iam::aws:policy/") for v in node.values())  # AWS's own policies are named as they are
            for k, v in node.items():
                if not (of_aws and k.lower() == "policyname"):
                    walk(v, where, k)
        elif isinstance(node, list):
            for v in node:
                walk(v, where, key)
        elif isinstance(node, str) and NAMING.match(key) and not NOT_NAMING.search(key) and "amazonaws.com" not in node and not node.startswith("arn:aws:iam::aws:"):
            if not re.search(r"\s", node):
                name(node.split("/")[-1] if node.startswith("arn:") else node, f"{where} {key}")

    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix in (".md", ".csv"):
            continue
        text = texts_of(path)
        accounts.update(re.findall(r"(?<!\d)\d{12}(?!\d)", text + str(path.relative_to(folder))))
        mails.update(MAIL.findall(text))
        for service, _, _, resource in ARN.findall(text):
            if service not in ("", "aws"):
                for piece in re.split(r"[/:*]", resource)[1 if re.search(r"[/:]", resource) and service != "s3" else 0:]:
                    if len(piece) > 5 and re.search(r"[-_\d]", piece):
                        name(piece.rstrip("\\"), f"{path.name} ARN")
        try:
            walk(json.loads(text), path.name)
        except ValueError:
            pass
    return accounts, mails, names


def told(format, text):
    """All that a reader of the format sees: of the page also what is packed in it."""
    if format != "html":
        return text
    packed = re.search(r'<script type="application/octet-stream" id="data">([^<]*)</script>', text)
    return text.replace(packed.group(1), "") + gzip.decompress(base64.b64decode(packed.group(1))).decode("utf-8", errors="replace")


def left(outputs, accounts, mails, names):
    """Which originals each output still holds, as words of their own."""
    found = collections.defaultdict(list)
    for format, text in outputs.items():
        digits = set(re.findall(r"(?<!\d)\d{12}(?!\d)", text))
        found[format] += sorted(accounts & digits)
        found[format] += [mail for mail in mails if mail in text]
        words = set(re.findall(r"[\w.@+=-]+", text)) | set(re.findall(r"\w+(?:-\w+)*", text))
        found[format] += [name for name in names if (name in words if re.fullmatch(r"[\w.@+=-]+", name) else name in text and re.search(r"(?<!\w)" + re.escape(name) + r"(?!\w)", text))]
    return {format: rest for format, rest in found.items() if rest}


def run(*words, status=(0, 1)):
    done = reeve("assess", *words)
    if done.status not in status:
        raise SystemExit(f"reeve assess {words}: {done.status}\n{done.err[-1000:]}")
    return done.out


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    lib_reeve.REEVE = pathlib.Path(parser.parse_args().reeve).resolve()
    checks = Checks()
    if not built(checks, "that --redact leaves nothing"):
        return checks.end()
    with tempfile.TemporaryDirectory(prefix="reeve-redaction-") as name:
        folder = pathlib.Path(name)
        estate = folder / "acme-private"
        shutil.copytree(NORTHFIELD, estate)
        for path in estate.rglob("*"):
            os.utime(path, (1795320720, 1795320720))
        accounts, mails, names = originals(estate)
        names["acme-private"] = "the folder's name"
        checks.check(len(accounts) >= 7 and len(mails) >= 7 and len(names) >= 150, "the originals are many", (len(accounts), len(mails), len(names)))
        plain = told("json", run(estate, "--format", "json", "--all"))
        # Names that Reeve never tells, or that are words of its own texts, show nothing.
        controls = " ".join(str(c.get(k)) for p in json.loads(plain)["practices"] for c in [p, *p["controls"]] for k in ("title", "id", "objective")) + " ".join(i["fix"] for i in json.loads(plain)["roadmap"])
        own = set(re.findall(r"[\w.-]+", controls))
        names = {text: where for text, where in names.items() if text not in own}
        there = left({"json": plain}, accounts, mails, names)["json"]
        checks.check(len(there) >= 60, "many of them are told without --redact", len(there))
        redacted = {format: told(format, run(estate, "--format", format, "--all", "--redact")) for format in FORMATS}
        rest = left(redacted, accounts, mails, names)
        for format in FORMATS:
            checks.check(not rest.get(format), f"{format}: nothing of the originals is left", [(one, names.get(one, "")) for one in rest.get(format, [])][:8])
        structure(checks, json.loads(plain), json.loads(redacted["json"]))
        everywhere(checks, redacted)
        salts(checks, folder, estate)
        people(checks, folder, estate)
        kept(checks, folder, estate, accounts, mails, names)
        domains(checks, folder)
        models(checks, folder, estate, accounts, mails, names)
        secrets_in_models(checks, folder, estate)
    return checks.end()


def structure(checks, plain, redacted):
    """Whatever says nothing of whose it is stays as it was."""
    for key in ("level", "score", "verdicts", "estate", "generated_at", "layers"):
        checks.check(plain[key] == redacted[key], f"`{key}` is as it was")
    same = [(f["control"], f["status"], f["severity"], f["resource"]["type"], f["resource"]["region"]) for f in plain["findings"]] == \
           [(f["control"], f["status"], f["severity"], f["resource"]["type"], f["resource"]["region"]) for f in redacted["findings"]]
    checks.check(same, "findings stand in the same order with the same verdicts")
    pairs = collections.defaultdict(set)
    back = collections.defaultdict(set)
    for a, b in zip(plain["findings"], redacted["findings"]):
        for x, y in ((a["resource"]["uid"], b["resource"]["uid"]), (a["resource"]["account"], b["resource"]["account"])):
            pairs[x].add(y)
            back[y].add(x)
    checks.check(all(len(told) == 1 for told in pairs.values()), "a name has one pseudonym", [k for k, v in pairs.items() if len(v) > 1][:3])
    checks.check(all(len(names) == 1 for names in back.values()), "a pseudonym has one name", [v for v in back.values() if len(v) > 1][:3])
    paths = [(e.get("path"), e.get("line")) for f in plain["findings"] for e in f.get("evidence", [])]
    checks.check(sum(p == q for p, q in zip(paths, [(e.get("path"), e.get("line")) for f in redacted["findings"] for e in f.get("evidence", [])])) > 0.9 * len(paths), "evidence can still be followed")
    accounts = {f["resource"]["account"] for f in redacted["findings"]} - {""}
    checks.check(all(re.fullmatch(r"00\d{10}", account) for account in accounts), "accounts are twelve digits", sorted(accounts)[:3])
    checks.check(len({f["id"] for f in redacted["findings"]}) == len(redacted["findings"]), "ids of findings are still ids")


def everywhere(checks, redacted):
    """The same pseudonyms in each format."""
    uids = [f["resource"]["uid"] for f in json.loads(redacted["json"])["findings"]]
    checks.check([json.loads(line)["resources"][0]["uid"] for line in redacted["ocsf"].splitlines()] == uids, "OCSF has the pseudonyms of JSON")
    checks.check([row["resource"] for row in csv.DictReader(io.StringIO(redacted["csv"]))] == uids, "CSV has the pseudonyms of JSON")
    items = {item["props"][0]["value"] for item in json.loads(redacted["oscal"])["assessment-results"]["results"][0]["local-definitions"]["inventory-items"]}
    checks.check(items == set(uids), "OSCAL has the pseudonyms of JSON", list(items ^ set(uids))[:3])


def accounts_of(text):
    return [row["account"] for row in csv.DictReader(io.StringIO(text))]


def salts(checks, folder, estate):
    """What pseudonyms hang on."""
    part = estate / "cli"
    csv_of = lambda *words: run(*words, "--format", "csv", "--redact", "--fail-on", "never")  # noqa: E731
    checks.check(csv_of(part) == csv_of(part), "the same input gives the same pseudonyms")
    checks.check(not set(accounts_of(csv_of(part))) & set(accounts_of(csv_of(part / "444455556666"))) - {"", "unknown"}, "without a salt another estate gives others")
    for place, salt in (("one", "a salt that nobody guesses"), ("two", "another that nobody guesses")):
        (folder / place).mkdir()
        (folder / place / "reeve.yaml").write_text(f"organization: Acme\nredaction_salt: {salt}\n")
    whole, alone = csv_of(part, "-w", folder / "one"), csv_of(part / "444455556666", "-w", folder / "one")
    checks.check(not set(accounts_of(alone)) - {"unknown"} - set(accounts_of(whole)) and len(set(accounts_of(alone))) > 1, "a salt keeps pseudonyms whatever else is read")
    checks.check(not set(accounts_of(whole)) & set(accounts_of(csv_of(part, "-w", folder / "two"))) - {"", "unknown"}, "another salt gives others")
    (folder / "three").mkdir()
    (folder / "three" / "reeve.yaml").write_text("organization: Acme\nredaction_salt: short\n")
    done = reeve("assess", part, "-w", folder / "three", "--format", "csv", "--redact")
    checks.check(done.status == 3 and "redaction_salt" in done.err, "a salt that can be guessed is refused", done.err[:200])


def people(checks, folder, estate):
    """Who answers, approves and accepts is nobody's business either."""
    home = folder / "home"
    for part in ("attestations", "exceptions"):
        (home / part).mkdir(parents=True)
    (home / "reeve.yaml").write_text("organization: Acme Holding\nowners: {platform: Jane Q Roe}\n")
    (home / "attestations" / "a.yaml").write_text(
        "control: root-recovery-drilled\nanswer: yes\nowner: ottoline\napprover: peregrine\ngiven: 2026-10-01\nexpires: 2027-10-01\nreason: told to ottoline@acme.example\nevidence: [minutes of ottoline]\n")
    (home / "exceptions" / "e.yaml").write_text(
        'control: bucket-not-public\nresource: "arn:aws:s3:::*"\nowner: wilhelmina\napprover: peregrine\nreason: asked by wilhelmina for 444455556666\nexpires: 2027-02-01\n')
    for format in FORMATS:
        text = told(format, run(estate, "-w", home, "--as-of", "2026-12-01", "--format", format, "--redact"))
        rest = [word for word in ("Acme Holding", "Jane Q Roe", "ottoline", "peregrine", "wilhelmina", "444455556666", "acme.example") if word in text]
        checks.check(not rest, f"{format}: nobody is named", rest)


def kept(checks, folder, estate, accounts, mails, names):
    """A run that names one account tells also what is kept of the others, whose resources it never read."""
    names = {**names, "NorthfieldBreakGlass": "a role", "BastionGroup": "of a template", "AdminCidr": "of a template"}
    home = folder / "kept"
    home.mkdir()
    (home / "reeve.yaml").write_text("organization: Acme\n")
    run(estate, "-w", home, "--fail-on", "never")
    part = estate / "cli" / "222233334444"
    plain = {"csv": run(part, "-w", home, "--format", "csv", "--fail-on", "never")}
    there = left(plain, accounts, mails, names).get("csv", [])
    checks.check({"NorthfieldBreakGlass", "BastionGroup", "AdminCidr"} <= set(there), "findings kept from other accounts are told", len(there))
    redacted = {format: told(format, run(part, "-w", home, "--format", format, "--redact", "--fail-on", "never")) for format in FORMATS}
    rest = left(redacted, accounts, mails, names)
    for format in FORMATS:
        checks.check(not rest.get(format), f"{format}: nothing of other accounts is left", [(one, names.get(one, "")) for one in rest.get(format, [])][:8])
    rows = list(csv.DictReader(io.StringIO(redacted["csv"])))
    checks.check(len(rows) == len(list(csv.DictReader(io.StringIO(plain["csv"])))), "each finding is still told")
    checks.check(any("withheld" in row["reason"] for row in rows) and any(row["reason"] and "withheld" not in row["reason"] for row in rows), "texts of other accounts are withheld, our own are not")


def models(checks, folder, estate, accounts, mails, names):
    """What the commands of a threat model tell: of the estate pseudonyms, of what people wrote nothing."""
    home = folder / "modelled"
    home.mkdir()
    (home / "reeve.yaml").write_text("organization: Acme Holding\n")
    reeve("model", "derive", estate, "-w", home)
    path = home / "threat-model.tc.json"
    model = json.loads(path.read_text())
    told_by_people = "ottoline of acme-private fears 444455556666"
    people = {"custom:reeve-owner": "wilhelmina", "custom:reeve-requester": "wilhelmina", "custom:reeve-approver": "peregrine", "custom:reeve-treatment": "accept", "custom:reeve-accept-until": "2027-01-01",
              "custom:reeve-decision": told_by_people, "custom:reeve-ticket": "ACME-77", "custom:reeve-service": "the shop of ottoline"}
    model["threats"][0]["metadata"] += [{"key": key, "value": value} for key, value in people.items()]
    model["threats"][0]["statement"] = told_by_people
    model["threats"].append({"id": "6f1c2f1a-0000-4000-8000-00000000000a", "numericId": 9999, "statement": told_by_people, "threatSource": "ottoline",
                             "metadata": [{"key": key, "value": value} for key, value in {"custom:reeve-frequency": "1/2/3", "custom:reeve-capability": "10/20/30", "custom:reeve-loss": "9000000/9500000/9900000", "Comments": told_by_people}.items()]})
    model["assumptions"] = [{"id": "6f1c2f1a-0000-4000-8000-00000000000b", "numericId": 1, "content": told_by_people, "metadata": [{"key": "custom:reeve-query", "value": "SELECT 'ottoline'"}]}]
    model["mitigations"].append({"id": "6f1c2f1a-0000-4000-8000-00000000000c", "numericId": 9999, "content": told_by_people, "status": "mitigationIdentified"})
    model.setdefault("mitigationLinks", []).append({"mitigationId": "6f1c2f1a-0000-4000-8000-00000000000c", "linkedId": "6f1c2f1a-0000-4000-8000-00000000000a"})
    model["applicationInfo"] = {"name": "Acme shop", "description": told_by_people}
    path.write_text(json.dumps(model))
    few = ("--simulations", "50")
    commands = [("status", "--appetite", "never", "--all", "--format", form) for form in ("text", "json")]
    commands += [("risk", *few, "--all", "--budget", "5d", "--format", form) for form in ("text", "json")]
    commands += [("risk", *few, "--threat", "6f1c2f1a-0000-4000-8000-00000000000a", "--format", "text")]
    commands += [("register", *few, "--dry-run", "--all", "--format", form) for form in ("text", "json", "csv", "oscal-poam")]
    commands += [("report", "--format", form) for form in ("html", "markdown", "svg")]
    written = ("ottoline", "wilhelmina", "peregrine", "ACME-77", "Acme", "acme-private")
    plain = ""
    for command in commands:
        shown = f"model {command[0]} {command[-1]}"
        plain += reeve("model", command[0], estate, "-w", home, *command[1:]).out
        done = reeve("model", command[0], estate, "-w", home, *command[1:], "--redact")
        rest = left({shown: done.out}, accounts, mails, names).get(shown, []) + [word for word in written if word in done.out]
        checks.check(done.out and not rest, f"{shown}: nothing of the originals is left", (done.status, [(one, names.get(one, "")) for one in rest][:8], done.err[-200:] if not done.out else ""))
    there = left({"": plain}, accounts, mails, names)[""]
    checks.check(len(there) >= 10 and all(word in plain for word in written[:-1]), "all of it is told without --redact", (len(there), [word for word in written if word not in plain]))
    figures = [json.loads(reeve("model", "risk", estate, "-w", home, *few, "--format", "json", *more).out)["total"] for more in ((), ("--redact",))]
    checks.check(figures[0] == figures[1], "figures are as they were", figures)
    own = next(csv.DictReader(io.StringIO(reeve("model", "register", estate, "-w", home, *few, "--dry-run", "--format", "csv", "--redact").out)))
    checks.check(own["treatment"] == "accept" and own["accept_until"] == "2027-01-01" and own["owner"].startswith("n-") and own["owner"] == own["requester"] != own["approver"] and own["decision"].startswith("withheld"), "a decision's words and dates stay", own)


def secrets_in_models(checks, folder, estate):
    """A token that somebody pasted into a model or a register is told by no command, with or without --redact: neither as a text, nor in what is wrong with it."""
    token = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0xL3nR6"
    home = folder / "pasted"
    home.mkdir()
    (home / "reeve.yaml").write_text("organization: Acme\n")
    part = estate / "cli" / "222233334444"
    reeve("model", "derive", part, "-w", home)
    path = home / "threat-model.tc.json"
    model = json.loads(path.read_text())
    keys = [f"custom:reeve-{key}" for key in ("treatment", "decision", "requester", "approver", "accept-until", "owner", "due", "ticket", "service", "review-by", "reviewed", "frequency", "capability", "loss")]
    model["threats"][0]["metadata"] = [pair for pair in model["threats"][0].get("metadata", []) if pair["key"] not in keys] + [{"key": key, "value": f"use {token}"} for key in keys]
    model["threats"].append({"id": "6f1c2f1a-0000-4000-8000-00000000000a", "numericId": 9999, "statement": f"with {token}", "threatSource": token, "threatAction": token,
                             "metadata": [{"key": "custom:reeve-title", "value": f"title {token}"}, {"key": "custom:reeve-rule", "value": token}, {"key": "custom:reeve-accept-until", "value": token}, {"key": "Comments", "value": token}]})
    model["assumptions"] = [{"id": "6f1c2f1a-0000-4000-8000-00000000000b", "numericId": 1, "content": token, "metadata": [{"key": "custom:reeve-query", "value": f"SELECT '{token}'"}, {"key": "custom:reeve-review-by", "value": token}]},
                            {"id": "6f1c2f1a-0000-4000-8000-00000000000e", "numericId": 2, "content": token, "metadata": [{"key": "custom:reeve-query", "value": f"SELECT {token}"}]}]
    path.write_text(json.dumps(model))
    few = ("--simulations", "10")
    commands = [("assess", "--format", form, "--fail-on", "never") for form in ("json", "text", "html")]
    commands += [("model", "status", "--appetite", "never", "--all", "--format", form) for form in ("text", "json")]
    commands += [("model", "risk", *few, "--all", "--format", form) for form in ("text", "json")]
    commands += [("model", "risk", *few, "--threat", "6f1c2f1a-0000-4000-8000-00000000000a", "--format", "text")]
    commands += [("model", "register", *few, "--dry-run", "--all", "--format", form) for form in ("text", "json", "csv", "oscal-poam")]
    commands += [("model", "report", "--format", form) for form in ("html", "markdown", "svg")]
    for command in commands:
        words = command[:2] if command[0] == "model" else command[:1]
        for more in ((), ("--redact",)):
            done = reeve(*words, part, "-w", home, *command[len(words):], *more)
            text = told("html", done.out) if command[0] == "assess" and "html" in command else done.out
            checks.check(done.status in (0, 1, 3) and token not in text + done.err, f"{' '.join(command)} {' '.join(more)}: a pasted token is withheld",
                         (done.status, [name for name, text in (("out", text), ("err", done.err)) if token in text], (text + done.err).split(token)[0][-160:]))
    known = model["threats"][0]["id"]
    for name, cells in (("treatment", f"{known},{token},"), ("due", f"{known},,{token}"), ("id", f"{token},reduce,"), ("column", None)):
        (home / "pasted.csv").write_text(f"id,treatment,due\n{cells}\n" if cells else f"id,{token}\n{known},x\n")
        done = reeve("model", "register", "import", home / "pasted.csv", "-w", home)
        checks.check(done.err and token not in done.out + done.err, f"register import: a token as {name} is withheld", done.err)


def domains(checks, folder):
    """A company's mail domain names the company; a public one does not."""
    estate = folder / "mailed"
    shutil.copytree(NORTHFIELD, estate)
    swaps = 0
    for path in sorted(estate.rglob("*")):
        if path.is_file() and path.suffix in (".json", ".csv", ".yaml"):
            text = path.read_text()
            more = re.sub(r"([\w.+-]+)@[\w.-]+\w", r"\1@eu.acme-holding.test", text)
            swaps += text != more
            path.write_text(more)
    checks.check(swaps > 0, "there are mail addresses to move")
    plain = told("json", run(estate, "--format", "json", "--all"))
    checks.check("eu.acme-holding.test" in re.sub(r"[\w.+-]+@[\w.-]+", "", plain), "the bare domain is told without --redact")
    for format in FORMATS:
        text = told(format, run(estate, "--format", format, "--all", "--redact"))
        checks.check("acme-holding" not in text.lower(), f"{format}: no mail domain is left", re.findall(r".{40}acme-holding.{20}", text)[:2])


if __name__ == "__main__":
    sys.exit(main())
