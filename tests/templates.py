#!/usr/bin/env python3
"""Templates as they will be deployed, from the command line: parameters, conditions, nested stacks, SAM, CDK's output, circles.

    python3 tests/templates.py [--reeve PROGRAM]

Each row is a folder of templates, what is asked, and what is expected of one control or rule: file, line, resource, status.
What a value of the template is made of is tried function by function in src/estate/stack_test.cc.
"""

import argparse
import json
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_reeve import Checks, built, reeve  # noqa: E402

VOLUME = """\
Parameters:
  Secure: {Type: String%s}
Conditions:
  Wanted: !Equals [!Ref Secure, 'true']
Resources:
  Data:
    Type: AWS::EC2::Volume
    Properties:
      Size: 8
      Encrypted: !Ref Secure
"""
CHOSEN = VOLUME.replace("    Properties:", "    Condition: Wanted\n    Properties:").replace("!Ref Secure\n", "false\n")
PARENT = """\
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: child.yaml
      Parameters: {Secure: %s}
"""
CDK = {
    "manifest.json": json.dumps({"artifacts": {"S": {
        "type": "aws:cloudformation:stack", "environment": "aws://111122223333/eu-west-1", "properties": {"templateFile": "S.template.json"}}}}),
    "S.template.json": json.dumps({
        "Conditions": {"Here": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}},
        "Resources": {"Data0A1B": {"Type": "AWS::EC2::Volume", "Properties": {"Size": 8, "Encrypted": {"Fn::If": ["Here", False, True]}},
                                   "Metadata": {"aws:cdk:path": "Shop/Data/Resource"}}}}, indent=1),
}
INCLUDED = """\
Resources:
  Data:
    Type: AWS::EC2::Volume
    Properties:
      Fn::Transform: {Name: 'AWS::Include', Parameters: {Location: %s}}
  Fn::Transform: {Name: 'AWS::Include', Parameters: {Location: more.yaml}}
"""
MORE = {"part.yaml": "Encrypted: false\nSize: 8\n", "more.yaml": "More: {Type: 'AWS::EC2::Volume', Properties: {Encrypted: true}}\n"}
MODULE = VOLUME % ", Default: 'false'" + "  Net: {Type: %s}\n  Other: {Type: 'AWS::EC2::Volume', Properties: {Encrypted: true, KmsKeyId: !Ref NetKey}}\n"
RULE = "AWS::EC2::Volume { Properties.Encrypted == true }\n"
LIST = json.dumps([{"ParameterKey": "Secure", "ParameterValue": "true"}])
MAP = json.dumps({"Parameters": {"Secure": "false"}})

GROUP = """\
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: front}
  Rule:
    Type: AWS::EC2::SecurityGroupIngress
    Properties:
      GroupId: !GetAtt Group.GroupId
      IpProtocol: tcp
      FromPort: 22
      ToPort: 22
      CidrIp: %s
"""
OPEN = ["--control", "admin-ports-closed-to-the-world"]

# What is asked, the files, what more is said on the command line, and [file, line, resource, status] of each finding.
OWN, RULES = ["--control", "volume-encrypted"], ["--rules", "r.guard"]
ROWS = [
    ("a default", {"t.yaml": VOLUME % ", Default: 'true'"}, OWN, [["t.yaml", None, "Data", "PASS"]]),
    ("a default that fails", {"t.yaml": VOLUME % ", Default: 'false'"}, OWN, [["t.yaml", 10, "Data", "FAIL"]]),
    ("no value", {"t.yaml": VOLUME % ""}, OWN, [["t.yaml", 10, "Data", "UNKNOWN"]]),
    ("a value given", {"t.yaml": VOLUME % ""}, [*OWN, "-p", "Secure=true"], [["t.yaml", None, "Data", "PASS"]]),
    ("a list of parameters", {"t.yaml": VOLUME % "", "p/p.txt": LIST}, [*OWN, "-p", "p/p.txt"], [["t.yaml", None, "Data", "PASS"]]),
    ("a pipeline's parameters", {"t.yaml": VOLUME % "", "p/p.txt": MAP}, [*OWN, "-p", "p/p.txt"], [["t.yaml", 10, "Data", "FAIL"]]),
    ("a condition that is false", {"t.yaml": CHOSEN % ""}, [*OWN, "-p", "Secure=false"], []),
    ("a condition that is true", {"t.yaml": CHOSEN % ""}, [*OWN, "-p", "Secure=true"], [["t.yaml", 11, "Data", "FAIL"]]),
    ("a condition that is not known", {"t.yaml": CHOSEN % ""}, OWN, [["t.yaml", 11, "Data", "UNKNOWN"]]),
    ("a nested stack", {"t.yaml": PARENT % "'false'", "child.yaml": VOLUME % ", Default: 'true'"}, OWN, [["child.yaml", 10, "Inner/Data", "FAIL"]]),
    ("a nested stack that is well", {"t.yaml": PARENT % "'true'", "child.yaml": VOLUME % ""}, OWN, [["child.yaml", None, "Inner/Data", "PASS"]]),
    ("CDK's output", CDK, OWN, [["S.template.json", None, "Data0A1B", "FAIL"]]),
    ("a rule beside its group", {"t.yaml": GROUP % "0.0.0.0/0"}, OPEN, [["t.yaml", 10, "Group", "FAIL"], ["t.yaml", 11, "Group", "FAIL"]]),
    ("a narrow rule beside its group", {"t.yaml": GROUP % "10.0.0.0/8"}, OPEN, [["t.yaml", None, "Group", "PASS"]]),
    ("a rule beside another's group", {"t.yaml": (GROUP % "0.0.0.0/0").replace("!GetAtt Group.GroupId", "sg-1")}, OPEN,
     [["t.yaml", None, "Group", "PASS"]]),
    ("an include", {"t.yaml": INCLUDED % "part.yaml", **MORE}, OWN, [["t.yaml", 5, "Data", "FAIL"], ["t.yaml", None, "More", "PASS"]]),
    ("an include of a bucket's object", {"t.yaml": INCLUDED % "'s3://b/part.yaml'", **MORE}, OWN, [["t.yaml", 4, "Data", "UNKNOWN"], ["t.yaml", None, "More", "PASS"]]),
    ("an include, rules", {"t.yaml": INCLUDED % "part.yaml", **MORE}, RULES, [["t.yaml", 5, "Data", "FAIL"]]),
    ("a module of rain", {"t.yaml": MODULE % "!Rain::Module vpc.yml"}, OWN, [["t.yaml", 10, "Data", "FAIL"], ["t.yaml", None, "Other", "PASS"]]),
    ("a module of rain in its long form", {"t.yaml": MODULE % "{'Rain::Module': vpc.yml}"}, OWN, [["t.yaml", 10, "Data", "FAIL"], ["t.yaml", None, "Other", "PASS"]]),
    ("a module of rain, rules", {"t.yaml": MODULE % "!Rain::Module vpc.yml"}, RULES, [["t.yaml", 10, "Data", "FAIL"]]),
    ("rules", {"t.yaml": VOLUME % ", Default: 'false'"}, RULES, [["t.yaml", 10, "Data", "FAIL"]]),
    ("rules, a value given", {"t.yaml": VOLUME % ""}, [*RULES, "-p", "Secure=true"], []),
    ("rules, no value", {"t.yaml": VOLUME % ""}, RULES, [["t.yaml", 10, "Data", "UNKNOWN"]]),
    ("rules, a condition that is not known", {"t.yaml": CHOSEN % ""}, RULES, [["t.yaml", 11, "Data", "UNKNOWN"]]),
    ("rules, a nested stack", {"t.yaml": PARENT % "'false'", "child.yaml": VOLUME % ""}, RULES, [["child.yaml", 10, "Data", "FAIL"]]),
    ("rules, as cfn-guard sees it", {"t.yaml": VOLUME % ", Default: 'true'"}, [*RULES, "--guard-semantics", "3.2.0"], [["t.yaml", 10, "Data", "FAIL"]]),
    ("rules, as it is written", {"t.yaml": VOLUME % ", Default: 'true'"}, [*RULES, "--resolve", "off"], [["t.yaml", 10, "Data", "FAIL"]]),
]


def written(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def findings(run):
    """Of each file, [file, line, resource, status] of each finding; one that a control says twice of one line counts once."""
    told = [[each["file"], each.get("line"), each["resource"]["id"], each["status"]] for file in run.report["files"] for each in file["findings"]]
    return [each for at, each in enumerate(told) if each not in told[:at]]


def rows(checks):
    for name, files, words, expected in ROWS:
        with tempfile.TemporaryDirectory() as at:
            folder = written(pathlib.Path(at), {**files, "r.guard": RULE})
            run = reeve("check", ".", *words, "--format", "json", cwd=folder)
            said = [[pathlib.Path(file).name, line, resource, status] for file, line, resource, status in findings(run)]
            passes = [each for each in expected if each[3] == "PASS"]  # these are counted, not told
            expected = [each for each in expected if each not in passes]
            checks.check(run.report["summary"]["rules"]["pass"] == len(passes) or words[0] == "--rules", f"{name}: passes", run.report["summary"])
            wanted = [[file, line if line else found[1], resource, status] for (file, line, resource, status), found in zip(expected, said + expected)]
            checks.check(said == wanted, name, f"{said}, expected {expected}: {run.err[:300]}")
            failed = any(each[3] == "FAIL" for each in expected)
            checks.check(run.status == (1 if failed else 0), f"{name}: status", f"{run.status}: {run.err[:300]}")


def constructs(checks):
    with tempfile.TemporaryDirectory() as at:
        folder = written(pathlib.Path(at), {**CDK, "r.guard": RULE})
        for words in (OWN, RULES):
            run = reeve("check", ".", *words, "--format", "json", cwd=folder)
            named = {each["resource"].get("construct") for file in run.report["files"] for each in file["findings"]}
            checks.check(named == {"Shop/Data/Resource"}, f"the construct is named {words}", f"{named}: {run.err[:300]}")


# The files of a folder; what `assess` says of each volume by its name there.
ASSESSED = [
    ("a nested stack", {"t.yaml": PARENT % "'false'", "child.yaml": VOLUME % ", Default: 'true'"}, {"t.yaml#Inner/Data": "fail"}),
    ("a nested stack that is well", {"t.yaml": PARENT % "'true'", "child.yaml": VOLUME % ""}, {"t.yaml#Inner/Data": "pass"}),
    ("two deep", {"top.yaml": PARENT.replace("child", "d/t") % "'false'", "d/t.yaml": "Parameters: {Secure: {Type: String}}\n" + PARENT % "!Ref Secure", "d/child.yaml": VOLUME % ""},
     {"top.yaml#Inner/Inner/Data": "fail"}),
    ("a parent that is not known", {"t.yaml": PARENT % "!Ref Gone", "child.yaml": VOLUME % ""}, {"t.yaml#Inner/Data": "unknown"}),
    ("an include", {"t.yaml": INCLUDED % "part.yaml", **MORE}, {"t.yaml#Data": "fail", "t.yaml#More": "pass"}),
    ("CDK's output", CDK, {"S.template.json#Data0A1B": "fail"}),
]


def volumes(folder, *words):
    """What `assess` says of each volume."""
    run = reeve("assess", *words, "--all", "--fail-on", "never", "--format", "json", cwd=folder)
    return run, {each["resource"]["uid"]: each["status"] for each in run.report["findings"] if each["control"] == "volume-encrypted"}


def assessed(checks):
    for name, files, expected in ASSESSED:
        with tempfile.TemporaryDirectory() as at:
            run, said = volumes(written(pathlib.Path(at), files), ".")
            checks.check(run.status == 0 and said == expected, f"assess: {name}", f"{run.status} {said} {run.err[:300]}")
    # What a nested template says is part of what its parent is known again by.
    with tempfile.TemporaryDirectory() as at:
        folder = written(pathlib.Path(at), {"in/t.yaml": PARENT % "'true'", "in/child.yaml": VOLUME % "", "w/reeve.yaml": "organization: Test\n"})
        for secure, status in (("!Ref Secure", "pass"), ("false", "fail"), ("!Ref Secure", "pass")):
            (folder / "in/child.yaml").write_text((VOLUME % "").replace("Encrypted: !Ref Secure", f"Encrypted: {secure}"))
            run, said = volumes(folder, "in", "--workspace", "w")
            checks.check(said == {"in/t.yaml#Inner/Data": status}, f"assess again, encrypted is {secure}", f"{run.status} {said} {run.err[:300]}")


def explained(checks):
    """A resource that may not be there: unknown, because of the condition that stands at its place."""
    with tempfile.TemporaryDirectory() as at:
        folder = written(pathlib.Path(at), {"t.yaml": CHOSEN % "", "r.guard": "rule encrypted { " + RULE + "}\n", "p.yaml": PARENT.replace("    Type", "    Condition: C\n    Type").replace("child", "inner")
                                            % "'false'" + "Conditions: {C: !Equals [!Ref AWS::Region, x]}\n", "inner.yaml": VOLUME % ""})
        for name, words in (("a control", ["volume-encrypted", "t.yaml"]), ("a rule", ["encrypted", "t.yaml", "--rules", "r.guard"])):
            told = json.loads(reeve("check", "explain", *words, "--format", "json", cwd=folder).out)
            checks.check(told["status"] == "UNKNOWN" and told["reason"].startswith("it fails if `Data` will be there; whether condition `Wanted` holds is not known: parameter `Secure`")
                         and told["reason"].endswith("(t.yaml:8:16)") and told["at"]["line"] == 8, f"explained: {name}", told)
            text = reeve("check", "explain", *words, cwd=folder).out
            checks.check(text.startswith("UNKNOWN") and "(t.yaml:8:16)" in text, f"explained in words: {name}", text)
            told = json.loads(reeve("check", "explain", *words, "-p", "Secure=true", "--format", "json", cwd=folder).out)
            checks.check(told["status"] == "FAIL" and "reason" not in told, f"explained, the condition holds: {name}", told)
        lines = [json.loads(line) for line in reeve("check", "explain", "encrypted", "p.yaml", "--rules", "r.guard", "--format", "json", cwd=folder).out.splitlines()]
        checks.check([[each["data"], each["status"]] for each in lines] == [["p.yaml", "SKIP"], ["inner.yaml", "UNKNOWN"]] and "condition `C`" in lines[1]["reason"], "a nested stack is explained", lines)


def circles(checks):
    bad = {
        "a.yaml": "Resources: {N: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: b.yaml}}}\n",
        "b.yaml": "Resources: {N: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: a.yaml}}}\n",
        "c.yaml": "Resources:\n  A: {Type: 'AWS::S3::Bucket', DependsOn: B}\n  B: {Type: 'AWS::S3::Bucket', DependsOn: A}\n",
        "t.yaml": VOLUME % ", Default: 'false'",
    }
    for words in (OWN, RULES):
        with tempfile.TemporaryDirectory() as at:
            run = reeve("check", ".", *words, "--format", "json", cwd=written(pathlib.Path(at), {**bad, "r.guard": RULE}))
        checks.check(run.status == 3, f"circles are errors {words}", f"{run.status}")
        for said in ("nested stacks go round in a circle", "resources refer to each other in a circle"):
            checks.check(said in run.err, f"{said} {words}", run.err)
        checks.check([each[2:] for each in findings(run)] == [["Data", "FAIL"]], f"the rest is judged {words}", str(findings(run)))


def unknown_types(checks):
    """A type that nobody knows is never passed over in silence."""
    types = ("AWS::S3::Buckets", "AWS::S3::Bukcet", "AWS::Lambda::Permission", "AWS::Lambda::Permission", "AWS::EC2::VPNGateway", "Custom::Thing", "AWS::CloudFormation::WaitConditionHandle", "AWS::S3::BucketPolicy", "AWS::EC2::Volume",
             "AWS::EMR::Cluster", "AWS::SecurityHub::HubV2", "AWS::Logs::LogGroup")  # real ones whose names lie near others', and one that other controls are about
    template = "Resources:\n" + "".join(f"  R{n}:\n    Type: {type}\n" for n, type in enumerate(types))
    with tempfile.TemporaryDirectory() as at:
        folder = written(pathlib.Path(at), {"t.yaml": template})
        for words in ([], ["--control", "volume-encrypted"]):
            run = reeve("check", "t.yaml", *words, "--format", "json", cwd=folder)
            told = json.loads(run.out)
            notes = [(note["what"], note["line"], note["hint"]) for note in told["files"][0].get("notes", [])]
            checks.check([(line, hint) for _, line, hint in notes] == [(3, "is `AWS::S3::Bucket` meant?"), (5, "is `AWS::S3::Bucket` meant?")] and "`AWS::S3::Buckets` is not judged (1 resource)" in notes[0 if "Buckets" in notes[0][0] else 1][0],
                         "a type that is nearly another is named, with that", notes)
            checks.check(told["summary"].get("not_judged") == {"AWS::EC2::VPNGateway": 1, "AWS::EMR::Cluster": 1, "AWS::Lambda::Permission": 2, "AWS::Logs::LogGroup": 1, "AWS::S3::Buckets": 1, "AWS::S3::Bukcet": 1,
                         "AWS::SecurityHub::HubV2": 1}, "types that no control is about are counted", told["summary"])
            checks.check(run.err.count("is not judged") == 2, "and what is a slip is said to people", run.err)
        text = reeve("check", "t.yaml", cwd=folder)
        checks.check("not judged: 8 resources of 7 types that no control is about: AWS::Lambda::Permission (2), AWS::EC2::VPNGateway" in text.out, "the text counts them once", text.out[-400:])
        checks.check("not judged" not in reeve("check", "t.yaml", cwd=written(pathlib.Path(at), {"t.yaml": template.split("  R0")[0] + "  V:\n    Type: AWS::EC2::Volume\n"})).out, "and says nothing where there is none")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    lib_reeve.REEVE = pathlib.Path(parser.parse_args().reeve).resolve()
    checks = Checks()
    if not built(checks, "how templates are followed"):
        return checks.end()
    rows(checks)
    constructs(checks)
    circles(checks)
    assessed(checks)
    explained(checks)
    unknown_types(checks)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
