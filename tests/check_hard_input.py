#!/usr/bin/env python3
"""`reeve check` on input that is hard or hostile: named with its place, the others judged, the exit status 3, memory and time bounded.

    python3 tests/check_hard_input.py

Every case lies in a folder beside a template without a fault, and is judged by a rule file and by Reeve's own controls. `place` is where
the trouble must be named on standard error; None: there is none, and the template must be judged as if it were plain.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lib_reeve import Checks, REEVE, built  # noqa: E402

RULE = "rule encrypted { AWS::EC2::Volume { Properties.Encrypted == true } }\n"
GOOD = "Resources:\n  Good:\n    Type: AWS::EC2::Volume\n    Properties: {Encrypted: true}\n"
BAD = "Resources:\n  Bad:\n    Type: AWS::EC2::Volume\n    Properties: {Encrypted: false}\n"
JSON = '{"Resources": {"Bad": {"Type": "AWS::EC2::Volume", "Properties": {"Encrypted": false}}}}'
MEMORY_MIB = 64
SECONDS = 10


def deep(levels):
    return '{"Resources": {"Bad": {"Type": "AWS::EC2::Volume", "Properties": {"Encrypted": false, "X": ' + "[" * levels + "]" * levels + "}}}}"


def bomb():
    out = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for i in range(1, 10):
        out += f"a{i}: &a{i} [" + ", ".join([f"*a{i - 1}"] * 10) + "]\n"
    return out + BAD


def large(mib):
    """As many resources as a stack may have, each of them fat; the last one fails."""
    fill = "x" * ((mib << 20) // 500)
    rows = [f"  R{i}:\n    Type: AWS::EC2::Volume\n    Metadata: {{Fill: {fill}}}\n    Properties: {{Encrypted: true, Size: {i}}}\n" for i in range(499)]
    return "Resources:\n" + "".join(rows) + BAD.split("\n", 1)[1]


# name, text or bytes, place of the trouble or None, whether the failing resource is found all the same
CASES = [
    ("aliases.yaml", "Shared: &p {Encrypted: false}\nResources:\n  Bad: {Type: 'AWS::EC2::Volume', Properties: *p}\n", None, True),
    ("merge-keys.yaml", "Shared: &p {Encrypted: false}\nResources:\n  Bad: {Type: 'AWS::EC2::Volume', Properties: {<<: *p, Size: 1}}\n", None, True),
    ("crlf.yaml", BAD.replace("\n", "\r\n"), None, True),
    ("bom.yaml", b"\xef\xbb\xbf" + BAD.encode(), None, True),
    ("bom.json", b"\xef\xbb\xbf" + JSON.encode(), None, True),
    ("crlf.json", JSON.replace(", ", ",\r\n"), None, True),
    ("tabs.json", JSON.replace(" ", "\t").replace(",", ",\n\t"), None, True),
    ("tabs.yaml", "Resources:\n\tBad:\n\t\tType: AWS::EC2::Volume\n", ":2:1", False),
    ("two-documents.yaml", BAD + "---\nnot: judged\n", None, True),
    ("comment-first.yaml", "# a\n\n---\n" + BAD, None, True),
    ("deep.json", deep(100), None, True),
    ("too-deep.json", deep(5000), ":1:", False),
    ("too-deep.yaml", "Resources:\n  Bad: {Type: 'AWS::EC2::Volume', Properties: {Encrypted: false, X: " + "[" * 5000 + "]" * 5000 + "}}\n", ":2:", False),
    ("absurdly-deep.json", "[" * 2_000_000, ":1:", False),
    ("bomb.yaml", bomb(), ":", False),
    ("recursive-alias.yaml", "Resources: &r\n  Bad: {Type: 'AWS::EC2::Volume', Properties: {Encrypted: false, X: *r}}\n", ":2:", False),
    ("alias-of-nothing.yaml", "Resources:\n  Bad: {Type: 'AWS::EC2::Volume', Properties: *gone}\n", ":2:", False),
    ("duplicate.yaml", BAD + "    Metadata: {a: 1}\n    Metadata: {a: 2}\n", ":6:5", True),
    ("duplicate.json", JSON.replace('"Encrypted": false', '"Encrypted": true, "Encrypted": false'), ":1:86", True),
    ("duplicate-resource.yaml", "Resources:\n  Bad: {Type: 'AWS::EC2::Volume', Properties: {Encrypted: true}}\n  Bad: {Type: 'AWS::EC2::Volume', Properties: {Encrypted: false}}\n", ":3:3", True),
    ("unknown-tag.yaml", BAD + "    Metadata: !Mystery {a: !!python/object:os.system x}\n", ":5:15", True),
    ("unknown-tag-value.yaml", BAD.replace("false", "!Mystery true"), ":4:29", False),
    ("unknown-tag-nested.yaml", BAD + "    Metadata: {a: [1, {b: !Odd [2]}]}\n", ":5:27", True),
    ("non-string-keys.yaml", BAD + "Mappings:\n  M: {1: {true: a}, null: {2.5: b}}\n", None, True),
    ("map-as-key.yaml", BAD + "    ? {a: b}\n    : c\n", ":5:", False),
    ("circular.yaml", BAD + "  One: {Type: 'AWS::EC2::Volume', Properties: {Encrypted: true, KmsKeyId: !Ref Two}}\n  Two: {Type: 'AWS::EC2::Volume', Properties: {Encrypted: true, KmsKeyId: !Ref One}}\n", ":6:75", True),
    ("circular-self.yaml", BAD + "  One: {Type: 'AWS::EC2::Volume', Properties: {Encrypted: true, KmsKeyId: !GetAtt One.Arn}, DependsOn: One}\n", ":5:75", True),
    ("circular-condition.yaml", "Conditions:\n  A: !Not [!Condition B]\n  B: !Not [!Condition A]\n" + BAD, None, True),
    ("not-utf8.yaml", BAD.encode() + b"    Metadata: {a: \xff\xfe}\n", ":5:", False),
    ("nul.json", JSON.encode()[:30] + b"\0" + JSON.encode()[30:], ":1:", False),
    ("cut.json", JSON[:-10], ":1:", False),
    ("cut.yaml", BAD + "    Metadata: {a: [", ":", False),
    ("five-mib.yaml", large(5), None, True),
    ("long-line.json", JSON.replace("false", '"' + "x" * (1 << 20) + '"'), None, True),
]


# Rule files: name, text or bytes, and where the trouble is named (None: it has none).
RULE_FILES = [
    ("crlf", RULE.replace("encrypted", "crlf").replace(" { ", " {\r\n"), None),
    ("bom", b"\xef\xbb\xbf" + RULE.replace("encrypted", "bom").encode(), None),
    ("tabs", RULE.replace("encrypted", "tabs").replace(" { ", "\t{\n\t"), None),
    ("empty", "", None),
    ("comments", "# nothing\n#", None),
    ("not-utf8", b"rule broken { A == 'caf\xe9' }\n", ":1:24"),
    ("cut-in-a-rule", "rule broken {\n  A == 1\n", ":3:1"),
    ("cut-in-a-text", "rule broken { A == 'x", ":1:"),
    ("cut-in-a-message", "rule broken { A == 1 << why\n", ":1:"),
    ("nul", b"rule broken { A == 1 }\n\0rule more { B == 1 }\n", ":2:1"),
    ("no-rules", b"\x7fELF\x02\x01\x01", ":1:1"),
    ("bad-pattern", "rule broken { A == /(/ }\n", ":1:20"),
    ("too-deep", "rule broken { " + "A { " * 5000 + "B == 1" + " }" * 5000 + " }\n", ":1:"),
    ("deep-list", "rule broken { A == " + "[" * 100_000 + " }\n", ":1:"),
    ("long-line", "rule broken { A == '" + "x" * (1 << 20) + "' }\n", None),
    ("many-alternatives", "rule broken {\n" + " or\n".join(["A == 1"] * 500) + "\n}\n", None),
]

PLAN = json.dumps({"format_version": "1.2", "terraform_version": "1.9.8", "planned_values": {"root_module": {"resources": [
    {"address": "aws_ebs_volume.bad", "mode": "managed", "type": "aws_ebs_volume", "name": "bad", "values": {"encrypted": False, "size": 8}}]}}})
STATE = json.dumps({"version": 4, "terraform_version": "1.9.8", "serial": 1, "lineage": "a", "resources": [
    {"mode": "managed", "type": "aws_ebs_volume", "name": "bad", "instances": [{"attributes": {"encrypted": False}}]}]})


def deep_modules(levels):
    inside = '{"resources": []}'
    for _ in range(levels):
        inside = '{"address": "module.m", "child_modules": [' + inside + "]}"
    return PLAN.replace('"root_module": {', '"root_module": {"child_modules": [' + inside + "], ")


# Plans: name, text or bytes, place of the trouble or None, whether the failing resource is found all the same.
PLANS = [
    ("plain.json", PLAN, None, True),
    ("state.json", STATE, None, True),
    ("bom.json", b"\xef\xbb\xbf" + PLAN.encode(), None, True),
    ("crlf.json", PLAN.replace(", ", ",\r\n"), None, True),
    ("tabs.json", PLAN.replace(" ", "\t"), None, True),
    ("cut.json", PLAN[:-30], ":1:", False),
    ("not-utf8.json", PLAN.encode().replace(b"1.9.8", b"1.9.\xff"), ":1:", False),
    ("nul.json", PLAN.encode().replace(b"1.9.8", b"1.9.\0"), ":1:", False),
    ("duplicate.json", PLAN.replace('"encrypted": false', '"encrypted": true, "encrypted": false'), ":1:230", True),
    ("two-of-one-address.json", PLAN.replace("}}]}}}", "}}, " + PLAN[PLAN.index('{"address"'):-4] + "]}}}"), ":1:244", True),
    ("no-address.json", PLAN.replace('"address": "aws_ebs_volume.bad", ', ""), ":1:106", False),
    ("neither.json", '{"format_version": "1.2", "terraform_version": "1.9.8", "resource_changes": {}}', ":1:1", False),
    ("deep-modules.json", deep_modules(40), None, True),
    ("too-deep-modules.json", deep_modules(3000), ":1:", False),
]


class Suite:
    def __init__(self, folder):
        self.checks, self.folder = Checks(), folder
        (folder / "r.guard").write_text(RULE)
        self.sanitized = b"__asan_init" in REEVE.read_bytes()

    def reeve(self, path, *which):
        """Status, report, standard error, MiB at most, seconds."""
        began = time.monotonic()
        with (self.folder / "out").open("wb") as out, (self.folder / "err").open("wb") as err:
            child = subprocess.Popen([REEVE, "check", path, *which, "--format", "json"], cwd=self.folder, stdout=out, stderr=err, env=os.environ)
            _, status, usage = os.wait4(child.pid, 0)
        report = (self.folder / "out").read_text()
        return os.waitstatus_to_exitcode(status), json.loads(report) if report else None, (self.folder / "err").read_text(errors="replace"), usage.ru_maxrss / 1024, time.monotonic() - began

    def bounded(self, name, mib, seconds, mib_max=MEMORY_MIB):
        if self.sanitized:
            return
        self.checks.check(mib <= mib_max, f"{name}: at most {mib_max} MiB", f"{mib:.1f} MiB")
        self.checks.check(seconds <= SECONDS, f"{name}: within {SECONDS} s", f"{seconds:.1f} s")

    def cases(self):
        for name, text, place, found in CASES:
            case = self.folder / ("in-" + name)
            case.mkdir()
            (case / "a-good.yaml").write_text(GOOD)
            (case / name).write_bytes(text if isinstance(text, bytes) else text.encode())
            (case / "z-good.yaml").write_text(GOOD)
            for which in (("--rules", "r.guard"), ("--control", "volume-encrypted")):
                label = f"{name}, {which[0]}"
                status, report, err, mib, seconds = self.reeve(case.name, *which)
                if not self.checks.check(report is not None, f"{label}: judged", f"status {status}, {err[:300]}"):
                    continue
                files = {pathlib.Path(file["path"]).name: file for file in report["files"]}
                fails = [f["resource"]["id"] for f in files[name]["findings"] if f["status"] == "FAIL"]
                self.checks.check((set(fails) == {"Bad"}) == found, f"{label}: the failing resource is {'' if found else 'not '}found", f"{fails} {err[:300]}")
                self.checks.check(files["a-good.yaml"]["status"] == files["z-good.yaml"]["status"] == "PASS", f"{label}: the others are judged", files["a-good.yaml"]["status"])
                if place is None:
                    self.checks.check(status == 1 and f"{name}:" not in err, f"{label}: no trouble", f"status {status}, {err[:300]}")
                else:
                    wanted = f"{case.name}/{name}{place}"
                    self.checks.check(wanted in err, f"{label}: named as {wanted}", err[:300])
                    self.checks.check(status == 3, f"{label}: exit status 3", f"status {status}, {err[:300]}")
                    if not found:
                        self.checks.check(files[name]["status"] != "PASS", f"{label}: is no pass", files[name]["status"])
                self.bounded(label, mib, seconds, {"five-mib.yaml": 256, "bomb.yaml": 96}.get(name, MEMORY_MIB))

    def rules(self):
        """Rule files: what cannot be compiled is named, the others judge, whichever the semantics."""
        (self.folder / "bad.yaml").write_text(BAD)
        for name, text, place in RULE_FILES:
            folder = self.folder / ("rules-" + name)
            folder.mkdir()
            (folder / "a.guard").write_text(RULE)
            (folder / f"{name}.guard").write_bytes(text if isinstance(text, bytes) else text.encode())
            (folder / "z.guard").write_text(RULE.replace("encrypted", "again"))
            for more in ((), ("--guard-semantics", "3.2.0"), ("--guard-semantics", "3.2.1")):
                label = f"rules {name} {' '.join(more)}"
                status, report, err, mib, seconds = self.reeve("bad.yaml", "--rules", folder.name, *more)
                if not self.checks.check(report is not None, f"{label}: judged", f"status {status}, {err[:300]}"):
                    continue
                said = {rule["rule"]: rule["status"] for rule in report["files"][0]["rules"]}
                self.checks.check(said.get("encrypted") == said.get("again") == "FAIL", f"{label}: the others judge", said)
                if place is None:
                    self.checks.check(status == 1 and not report["problems"], f"{label}: no trouble", f"status {status}, {err[:300]}")
                else:
                    wanted = f"{folder.name}/{name}.guard{place}"
                    self.checks.check(status == 3 and wanted in err, f"{label}: named as {wanted}, exit status 3", f"status {status}, {err[:300]}")
                self.bounded(label, mib, seconds)
        many = self.folder / "many-rules"
        many.mkdir()
        for i in range(300):
            (many / f"r{i:03}.guard").write_text(RULE.replace("encrypted", f"r{i:03}") if i != 150 else "rule cut {")
        status, report, err, _, _ = self.reeve("bad.yaml", "--rules", "many-rules")
        self.checks.check(status == 3 and "many-rules/r150.guard:1:11" in err and len(report["files"][0]["rules"]) == 299, "one bad rule file among 300 is named, 299 judge", f"{status} {err[:300]}")

    def plans(self):
        """Plans and states: as templates are."""
        for name, text, place, found in PLANS:
            folder = self.folder / ("plan-" + name)
            folder.mkdir()
            (folder / "a-good.yaml").write_text(GOOD)
            (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
            for where in (folder.name, f"{folder.name}/{name}"):
                label = f"{where}"
                status, report, err, mib, seconds = self.reeve(where, "--control", "volume-encrypted")
                if not self.checks.check(report is not None, f"{label}: judged", f"status {status}, {err[:300]}"):
                    continue
                files = {pathlib.Path(file["path"]).name: file for file in report["files"]}
                fails = [f["resource"]["id"] for f in files[name]["findings"] if f["status"] == "FAIL"]
                self.checks.check(set(fails) == ({"aws_ebs_volume.bad"} if found else set()), f"{label}: the failing resource is {'' if found else 'not '}found", f"{fails} {err[:300]}")
                if where == folder.name:
                    self.checks.check(files["a-good.yaml"]["status"] == "PASS", f"{label}: the others are judged", files)
                if place is None:
                    self.checks.check(status == 1 and f"{name}:" not in err, f"{label}: no trouble", f"status {status}, {err[:300]}")
                else:
                    self.checks.check(status == 3 and f"{folder.name}/{name}{place}" in err, f"{label}: named at {place}, exit status 3", f"status {status}, {err[:300]}")
                self.bounded(label, mib, seconds)
        many = self.folder / "many-plans"
        many.mkdir()
        for i in range(200):
            (many / f"p{i:03}.json").write_text(PLAN if i != 100 else PLAN[:-30])
        status, report, err, _, _ = self.reeve("many-plans", "--control", "volume-encrypted")
        judged = [file for file in report["files"] if file["status"] == "FAIL"]
        self.checks.check(status == 3 and "many-plans/p100.json:" in err and len(judged) == 199, "one bad plan among 200 is named, 199 are judged", f"{status} {len(judged)} {err[:300]}")

    def thousand(self):
        """One bad file among a thousand; and the memory that a thousand take."""
        folder = self.folder / "thousand"
        folder.mkdir()
        body = "".join(f"  V{i}: {{Type: 'AWS::EC2::Volume', Properties: {{Encrypted: true, Size: {i}, AvailabilityZone: !Ref Zone}}}}\n" for i in range(60))
        for i in range(1000):
            (folder / f"t{i:04}.yaml").write_text("Parameters: {Zone: {Type: String}}\nResources:\n" + body)
        for which in (("--rules", "r.guard"), ("--control", "volume-encrypted"), ()):
            label = f"a thousand templates, {' '.join(which) or 'all controls'}"
            (folder / "t0500.yaml").write_text("Resources:\n  Bad: [\n")
            status, report, err, mib, seconds = self.reeve("thousand", *which)
            self.checks.check(status == 3 and "thousand/t0500.yaml:3:1" in err, f"{label}: the bad one is named", f"status {status} {err[:200]}")
            judged = [file for file in report["files"] if not file["problems"]]
            self.checks.check(len(report["files"]) == 1000 and len(judged) == 999, f"{label}: the others are judged", len(judged))
            if which:
                self.checks.check(all(file["status"] == "PASS" for file in judged), f"{label}: and pass")
            if not self.sanitized:
                self.checks.check(mib <= MEMORY_MIB, f"{label}: at most {MEMORY_MIB} MiB", f"{mib:.1f} MiB")

    def hostile_patterns(self):
        """A pattern that would backtrack for ages, wherever a rule may have one: an error with its place, never a pass, never a hang."""
        folder = self.folder / "patterns"
        folder.mkdir()
        text = "a" * 5000 + "!"
        (folder / "t.yaml").write_text(f"Name: {text}\nNames: [{text}]\nKeys: {{{text[-900:]}: 1}}\nGood: 1\n")
        good = "rule good {\n  Good == 1\n}\n"
        places = {
            "==": "  Name == /^(a+)+$/",
            "in a list": "  Name in [/^(a+)+$/, 'b']",
            "of a list": "  Names[*] == /^(a+)+$/",
            "some": "  some Names[*] == /^(a+)+$/",
            "a filter": "  Names[ this == /^(a+)+$/ ] empty",
            "keys": "  Keys[ keys == /^(a+)+$/ ] empty",
            "a condition": "  when Name == /^(a+)+$/ {\n    Good == 1\n  }",
            "a function": "  let made = regex_replace(Name, '^(a+)+$', 'b')\n  %made == 'b'",
        }
        for where, clause in places.items():
            (self.folder / "hostile.guard").write_text(good + "rule hostile {\n" + clause + "\n}\n")
            for semantics in ("reeve", "3.2.0", "3.2.1"):
                status, report, err, _, seconds = self.reeve("patterns", "--rules", "hostile.guard", "--guard-semantics", semantics)
                rules = {rule["rule"]: rule["status"] for rule in report["files"][0]["rules"]} if report["files"] else {}
                label = f"hostile pattern, {where}, {semantics}"
                self.checks.check(status == 3 and "hostile.guard:" in err and "too many steps" in err, f"{label}: named with its place", f"{status} {err[:200]}")
                self.checks.check(rules.get("hostile") not in (None, "PASS", "SKIP") and rules.get("good") == "PASS", f"{label}: decides nothing, the others judge", rules)
                self.checks.check(seconds < SECONDS, f"{label}: ends", f"{seconds:.1f} s")

    def said_once(self):
        """Rules that lead in a circle have no answer; a rule file without a rule, and a function that nobody has, are named; one fault is told once."""
        (self.folder / "good.yaml").write_text(GOOD)
        (self.folder / "circle.guard").write_text("rule a when b {\n  Resources exists\n}\nrule b when a {\n  Resources exists\n}\nrule good {\n  Resources exists\n}\n")
        status, report, err, _, _ = self.reeve("good.yaml", "--rules", "circle.guard")
        rules = {rule["rule"]: rule["status"] for rule in report["files"][0]["rules"]}
        self.checks.check(status == 3 and rules == {"a": "UNKNOWN", "b": "UNKNOWN", "good": "PASS"} and "circle.guard:1:13: rule `b` refers to itself" in err, "a circle of rules is unknown, with its place", f"{status} {rules} {err}")
        (self.folder / "nothing.guard").write_text("# to be written\n")
        status, _, err, _, _ = self.reeve("good.yaml", "--rules", "nothing.guard")
        self.checks.check(status == 0 and "nothing.guard: no rule stands in it" in err, "a rule file without a rule is named", f"{status} {err}")
        volume = "Resources:\n  V:\n    Type: AWS::EC2::Volume\n    Properties:\n      AvailabilityZone: a\n      Encrypted: "
        (self.folder / "slip.yaml").write_text(volume + "{Fn::Iff: [a, true, false]}\n")
        status, report, err, _, _ = self.reeve("slip.yaml", "--control", "volume-encrypted")
        found = report["files"][0]["findings"]
        self.checks.check("slip.yaml:6:18: CloudFormation has no function `Fn::Iff` that is known here; did you mean `Fn::If`" in err and [one["status"] for one in found] == ["UNKNOWN"],
                          "a function that nobody has is named, and its value unknown", f"{status} {err} {found}")
        (self.folder / "clear.yaml").write_text(volume + "false\n")
        _, report, _, _, _ = self.reeve("clear.yaml", "--control", "volume-encrypted")
        self.checks.check(len(report["files"][0]["findings"]) == 1, "a value that misses both of two spellings is one finding", report["files"][0]["findings"])

    def named_and_found(self):
        """What a folder holds beside templates is passed over; what is named is not."""
        folder = self.folder / "mixed"
        folder.mkdir()
        (folder / "notes.json").write_text('{"a": 1}')
        (folder / "good.yaml").write_text(GOOD)
        status, report, err, _, _ = self.reeve("mixed", "--control", "volume-encrypted")
        self.checks.check(status == 0, "unknown JSON in a folder is passed over", f"{status} {err}")
        status, _, err, _, _ = self.reeve("mixed/notes.json", "--control", "volume-encrypted")
        self.checks.check(status == 3 and "mixed/notes.json" in err, "named, it is not", f"{status} {err}")
        (folder / "empty.yaml").write_text("")
        for which in (("--rules", "r.guard"), ("--control", "volume-encrypted")):
            status, _, err, _, _ = self.reeve("mixed/empty.yaml", *which)
            self.checks.check(status == 3 and "mixed/empty.yaml" in err, f"an empty file that is named is named, {which[0]}", f"{status} {err}")
        (folder / "locked.yaml").symlink_to(folder / "nowhere.yaml")
        status, _, err, _, _ = self.reeve("mixed/locked.yaml", "--rules", "r.guard")
        self.checks.check(status == 3 and "locked.yaml" in err, "a link to nothing is named", f"{status} {err}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        suite = Suite(pathlib.Path(folder))
        if built(suite.checks, "hard input of check"):
            suite.cases()
            suite.rules()
            suite.plans()
            suite.thousand()
            suite.hostile_patterns()
            suite.named_and_found()
            suite.said_once()
        return suite.checks.end()


if __name__ == "__main__":
    sys.exit(main())
