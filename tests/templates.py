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
        path.parent.mkdir(exist_ok=True)
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
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
