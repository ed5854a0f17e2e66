#!/usr/bin/env python3
"""`reeve check` and words that let a finding stand: which form excepts what, until when, and how each format says it.

    python3 tests/check_exceptions.py
"""

import json
import pathlib
import sys
import tempfile
import xml.etree.ElementTree as xml

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lib_reeve import Checks, built, reeve  # noqa: E402

RULE = 'rule volume_encrypted { AWS::EC2::Volume { Properties.Encrypted == true } }\n'
AS_OF = "2026-11-22"
END = "expires: 2027-02-01"

# What stands in the resource's Metadata; by whom a rule file's rule and Reeve's own control `volume-encrypted` are then excepted:
# a form, None (it counts), or "lapsed".
METADATA = [
    ("nothing", "{}", None, None),
    ("own form, rule", "{reeve: {exceptions: [{rule: volume_encrypted, owner: a.rossi, reason: scratch, %s}]}}" % END, "reeve", None),
    ("own form, control", "{reeve: {exceptions: [{rule: volume-encrypted, owner: a.rossi, reason: scratch, %s}]}}" % END, None, "reeve"),
    ("own form, no end", "{reeve: {exceptions: [{rule: volume_encrypted, owner: a.rossi, reason: scratch}]}}", "reeve", None),
    ("own form, ended yesterday", "{reeve: {exceptions: [{rule: volume_encrypted, owner: a, reason: b, expires: 2026-11-21}]}}", "lapsed", None),
    ("own form, ends today", "{reeve: {exceptions: [{rule: volume-encrypted, owner: a, reason: b, expires: 2026-11-22}]}}", None, "lapsed"),
    ("own form, ends tomorrow", "{reeve: {exceptions: [{rule: volume_encrypted, owner: a, reason: b, expires: 2026-11-23}]}}", "reeve", None),
    ("guard", "{guard: {SuppressedRules: [volume_encrypted]}}", "guard", None),
    ("guard, another rule", "{guard: {SuppressedRules: [VOLUME_ENCRYPTED]}}", None, None),
    ("guard, the control", "{guard: {SuppressedRules: [volume-encrypted]}}", None, "guard"),
    ("cfn_nag, the id of the same claim", "{cfn_nag: {rules_to_suppress: [{id: F1, reason: scratch}]}}", None, "cfn_nag"),
    ("cfn_nag, another id", "{cfn_nag: {rules_to_suppress: [{id: W37, reason: scratch}]}}", None, None),
    ("cfn_nag, the rule's name", "{cfn_nag: {rules_to_suppress: [{id: volume_encrypted, reason: scratch}]}}", "cfn_nag", None),
    ("checkov, the id of the same claim", "{checkov: {skip: [{id: CKV_AWS_3, comment: scratch}]}}", None, "checkov"),
    ("checkov, another id", "{checkov: {skip: [{id: CKV_AWS_189, comment: scratch}]}}", None, None),
    ("cdk_nag, the id of the same claim", "{cdk_nag: {rules_to_suppress: [{id: AwsSolutions-EC26, reason: scratch}]}}", None, "cdk_nag"),
    ("cdk_nag, another id", "{cdk_nag: {rules_to_suppress: [{id: AwsSolutions-EC27, reason: scratch}]}}", None, None),
    ("an id of one tool in the word of another", "{checkov: {skip: [{id: F1}]}, cfn_nag: {rules_to_suppress: [{id: CKV_AWS_3}]}}", None, None),
    ("checkov", "{checkov: {skip: [{id: volume_encrypted, comment: scratch}]}}", "checkov", None),
    ("cdk_nag", "{cdk_nag: {rules_to_suppress: [{id: volume-encrypted, reason: scratch}]}}", None, "cdk_nag"),
    ("cdk_nag, a part of what it finds", "{cdk_nag: {rules_to_suppress: [{id: volume-encrypted, reason: scratch, applies_to: ['Resource::*']}]}}", None, None),
    ("not a list", "{guard: {SuppressedRules: volume_encrypted}, cfn_nag: [], checkov: 5}", None, None),
]
# Words of our own form that do not hold except nothing, are named at line 4, and make the exit status 3.
BROKEN = [
    ("no list", "{reeve: {exceptions: {rule: volume_encrypted}}}", "is no list"),
    ("no map", "{reeve: {exceptions: [volume_encrypted]}}", "is no map"),
    ("no rule", "{reeve: {exceptions: [{owner: a}]}}", "names no rule"),
    ("no day", "{reeve: {exceptions: [{rule: volume_encrypted, expires: soon}]}}", "is no day"),
    ("a slip of the pen", "{reeve: {exceptions: [{rule: volume_encrypted, expire: 2027-02-01}]}}", "has no `expire`"),
]


class Suite:
    def __init__(self, folder):
        self.checks, self.folder = Checks(), folder
        (folder / "r.guard").write_text(RULE)
        (folder / "work").mkdir()

    def template(self, metadata, stack="{}"):
        text = f"Metadata: {stack}\nResources:\n  Data:\n    Metadata: {metadata}\n    Type: AWS::EC2::Volume\n    Properties: {{Encrypted: false}}\n"
        (self.folder / "t.yaml").write_text(text)

    def run(self, own, form="json", more=()):
        which = ("--control", "volume-encrypted") if own else ("--rules", "r.guard")
        return reeve("check", "t.yaml", *which, "--as-of", AS_OF, "--format", form, *more, cwd=self.folder)

    def findings(self, run):
        return run.report["files"][0]["findings"]

    def holds(self, what, own, expected, more=()):
        run = self.run(own, more=more)
        finding = self.findings(run)[0]
        if expected in (None, "lapsed"):
            good = run.status == 1 and finding["status"] == "FAIL" and "excepted" not in finding and ("expired_exception" in finding) == (expected == "lapsed")
        else:
            good = run.status == 0 and finding["status"] == "EXCEPTED" and finding["excepted"]["form"] == expected and finding["excepted"]["status"] == "FAIL"
            good = good and run.report["summary"]["excepted"] == 1 and run.report["summary"]["rules"]["fail"] == 0 and run.report["files"][0]["status"] != "FAIL"
        self.checks.check(good, f"{what}, {'own control' if own else 'rule file'}", f"status {run.status}, {json.dumps(finding)}")
        return finding

    def metadata(self):
        for what, metadata, of_rule, of_control in METADATA:
            self.template(metadata)
            self.holds(what, False, of_rule)
            self.holds(what, True, of_control)
        for what, metadata, says in BROKEN:
            self.template(metadata)
            run = self.run(False)
            self.checks.check(run.status == 3 and "t.yaml:4:" in run.err and says in run.err and self.findings(run)[0]["status"] == "FAIL", f"broken: {what}", run.err)
        self.template("{}", "{cdk_nag: {rules_to_suppress: [{id: volume_encrypted, reason: scratch}]}}")
        self.holds("cdk_nag of the stack", False, "cdk_nag")
        self.template("{}", "{guard: {SuppressedRules: [volume_encrypted]}}")
        self.holds("guard knows no stacks", False, None)
        self.template("{cdk_nag: {rules_to_suppress: [{id: volume_encrypted, reason: 5oiR, is_reason_encoded: true}]}}")
        self.checks.check(self.holds("encoded reason", False, "cdk_nag")["excepted"]["reason"] == "\u6211", "an encoded reason is read")
        self.template("{reeve: {exceptions: [{rule: volume_encrypted, owner: a, reason: 'key AKIAIOSFODNN7EXAMPLE'}]}}")
        self.checks.check("AKIAIOSFODNN7EXAMPLE" not in self.run(False).out, "a secret in a reason is not told")

    def workspace(self):
        self.template("{}")
        work = self.folder / "work"
        (work / "reeve.yaml").write_text("organization: Test\n")
        (work / "exceptions").mkdir()
        words = "owner: a.rossi\napprover: j.okafor\nreason: scratch\nexpires: 2027-02-01\n"
        cases = [("rule: volume_encrypted\nresource: t.yaml#Data", "workspace", None), ("control: volume-encrypted\nresource: '*#Da?a'", None, "workspace"),
                 ("rule: volume_encrypted\nresource: other.yaml#Data", None, None)]
        for which, of_rule, of_control in cases:
            (work / "exceptions" / "a.yaml").write_text(f"{which}\n{words}")
            for own, expected in ((False, of_rule), (True, of_control)):
                finding = self.holds(f"workspace {which.splitlines()}", own, expected, ("--workspace", "work"))
                if expected:
                    word = finding["excepted"]
                    self.checks.check((word["owner"], word["reason"], word["expires"], word["place"]) == ("a.rossi", "scratch", "2027-02-01", "work/exceptions/a.yaml:1:1"),
                                      "the workspace's word is told", word)
        (work / "exceptions" / "a.yaml").write_text(f"rule: volume_encrypted\nresource: '*'\n{words.replace('2027', '2026')}")
        self.holds("workspace, ended", False, "lapsed", ("--workspace", "work"))

    def versions(self):
        self.template("{guard: {SuppressedRules: [volume_encrypted]}}")
        for version in ("3.2.0", "3.2.1"):
            self.holds(f"under {version} nothing is excepted", False, None, ("--guard-semantics", version))
        for form in ("verdicts", "guard-json"):
            run = self.run(False, form)
            self.checks.check(run.status == 1 and "FAIL" in run.out and "xcepted" not in run.out, f"{form} is as it is", run.out)

    def formats(self):
        self.template("{reeve: {exceptions: [{rule: volume_encrypted, owner: a.rossi, reason: scratch, %s}]}}" % END)
        result = json.loads(self.run(False, "sarif").out)["runs"][0]["results"][0]
        word = result.get("suppressions", [{}])[0]
        self.checks.check((word.get("kind"), word.get("status"), word.get("justification")) == ("inSource", "accepted", "scratch"), "SARIF: suppressions", word)
        self.checks.check(word["location"]["physicalLocation"]["region"]["startLine"] == 4 and word["properties"]["expires"] == "2027-02-01", "SARIF: where and until when", word)
        case = xml.fromstring(self.run(False, "junit").out).find("./testsuite/testcase")
        self.checks.check(case.find("skipped") is not None and "a.rossi until 2027-02-01: scratch" in case.find("skipped").get("message"), "JUnit: skipped, with the word", xml.tostring(case))
        self.checks.check(self.run(False, "github").out == "" and json.loads(self.run(False, "gitlab").out) == [], "annotations leave it out")
        text = self.run(False, "text").out
        self.checks.check(text.startswith("exc ") and "excepted by a.rossi until 2027-02-01: scratch" in text and " 1 excepted" in text, "text: who, why, until when", text)
        self.template("{checkov: {skip: [{id: CKV_AWS_3, comment: scratch}]}}")
        text = self.run(True, "text").out
        self.checks.check("scratch (checkov CKV_AWS_3, t.yaml:4:" in text, "text: which rule of the other tool it was written for", text)
        self.template("{guard: {SuppressedRules: [volume_encrypted]}}")
        self.checks.check("no reason is given" in self.run(False, "text").out, "text: without a reason it says so")
        self.template("{reeve: {exceptions: [{rule: volume_encrypted, owner: a.rossi, reason: b, expires: 2026-01-01}]}}")
        for form in ("text", "github", "sarif", "junit"):
            self.checks.check("exception by a.rossi expired on 2026-01-01" in self.run(False, form).out.replace("%2C", ","), f"{form}: an ended one is told")


def main():
    with tempfile.TemporaryDirectory() as folder:
        suite = Suite(pathlib.Path(folder))
        if built(suite.checks, "exceptions of check"):
            suite.metadata()
            suite.workspace()
            suite.versions()
            suite.formats()
        return suite.checks.end()


if __name__ == "__main__":
    sys.exit(main())
