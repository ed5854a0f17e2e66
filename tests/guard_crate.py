#!/usr/bin/env python3
"""Holds `reeve check` to the test resources of the crate cfn-guard: statuses, and the content of its json, yaml, junit and sarif.

    python3 tests/guard_crate.py [--reeve PROGRAM]

The crate is fetched by name with cargo; without it everything is skipped aloud. Its expectations are reproduced under
the switch of the same version: names of rules and files, statuses, paths, values, comparisons and the rules' own messages. The words of
`context`, `error_message` and `reason` are Reeve's own, console text is out of scope. What differs for a reason stands, with it, in
tests/guard_crate_exceptions.csv; a row that no longer differs fails.
"""

import argparse
import collections
import csv
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_crates import crate_folder  # noqa: E402
from lib_reeve import Checks, built, reeve  # noqa: E402

VERSIONS = ("3.2.1", "3.2.0")
CASES = {"3.2.1": 40, "3.2.0": 30}  # that the crate has at least
SWITCH = ["--guard-semantics", VERSIONS[0]]
STATUS = {"SUCCESS": 0, "VALIDATION_ERROR": 1, "INTERNAL_FAILURE": 3, "PARSING_ERROR": 3, "TEST_COMMAND_FAILURE": 1, "TEST_COMMAND_PARSING_ERROR": 3, "TEST_COMMAND_ERROR": 3}
OWN_WORDS = {"context", "error_message", "reason"}


class Exceptions:
    def __init__(self, version):
        self.version = version
        with (pathlib.Path(__file__).parent / "guard_crate_exceptions.csv").open(newline="") as file:
            self.rows = {f"{row['version']} {row['case']}": row for row in csv.DictReader(file) if row["version"] == version}
        self.met = set()

    def same(self, checks, case, ours, theirs):
        case = f"{self.version} {case}"
        row = self.rows.get(case)
        if row is None:
            return checks.check(ours == theirs, case, f"ours {ours}, theirs {theirs}")
        self.met.add(case)
        return checks.check((str(ours), str(theirs)) == (row["ours"], row["theirs"]) and ours != theirs, f"{case} differs as listed", f"ours {ours}, theirs {theirs}")

    def end(self, checks):
        checks.check(self.met == set(self.rows), "every listed exception was met", sorted(set(self.rows) - self.met))


def region_line(text, line):
    """The crate's line as SARIF counts: the crate counts from 0, and gives a block's first line where Reeve gives the key that holds the
    block, which is where something lacks."""
    lines = text.splitlines()
    for above in range(line - 1, -1, -1):
        if said := lines[above].split("#")[0].rstrip():
            return above + 1 if said.endswith(":") else line + 1
    return line + 1


def masked(node):
    """Without what is Reeve's own wording: only whether something is said."""
    if isinstance(node, dict):
        return {key: bool(value) if key in OWN_WORDS else masked(value) for key, value in node.items() if key != "not_applicable_reasons"}
    return [masked(item) for item in node] if isinstance(node, list) else node


def vectors(text):
    return [re.findall(r'"([^"]*)"', each) for each in re.findall(r"vec!\[(.*?)\]", text, re.S)]


def told_cases(source):
    """(function, data, rules, input parameters, status) of the crate's tests that run `validate` on files."""
    for part in re.split(r"\n    #\[(?=rstest::rstest\]|test\])", source)[1:]:
        name = re.search(r"fn (\w+)", part).group(1)
        head, body = part.split("fn " + name, 1)
        status = re.search(r"assert_eq!\(\s*StatusCode::(\w+)", body)
        builder = {call: re.search(r"\.%s\(vec!\[(.*?)\]\)" % call, body, re.S) for call in ("data", "rules", "input_parameters")}
        rows = [row for row in re.findall(r"#\[case(?:::\w+)?\((.*?)\)\]", head, re.S) if vectors(row)]
        for row in rows:
            words, own = vectors(row), re.search(r"StatusCode::(\w+)", row)
            kind = own or status
            if len(words) >= 2 and kind:
                yield name, words[0], words[1], words[2] if len(words) > 2 else [], kind.group(1)
        if not rows and builder["data"] and builder["rules"] and status and ".payload()" not in body:
            found = {call: re.findall(r'"([^"]*)"', match.group(1)) if match else [] for call, match in builder.items()}
            if found["data"] and found["rules"]:
                yield name, found["data"], found["rules"], found["input_parameters"], status.group(1)


def statuses(checks, crate, exceptions, version):
    folder = crate / "resources" / "validate"
    seen = 0
    for name, data, rules, parameters, kind in told_cases((crate / "tests" / "validate.rs").read_text()):
        words = [folder / each.lstrip("/") for each in data]
        for flag, paths in (("--rules", rules), ("--input-parameters", parameters)):
            for path in paths:
                words += [flag, folder / path.lstrip("/")]
        if any(not pathlib.Path(word).exists() for word in words if isinstance(word, pathlib.Path)) and kind == "SUCCESS":
            continue  # the path is made up by the test
        run = reeve("check", *words, *SWITCH)
        exceptions.same(checks, f"status of {name}: {' '.join(data)} by {' '.join(rules)}" + (f" with {' '.join(parameters)}" if parameters else ""), run.status, STATUS[kind])
        seen += 1
    checks.check(seen >= CASES[version], "the crate's cases were found", seen)
    functions = folder / "functions"
    for rule in sorted((functions / "rules").glob("*.guard")):
        fails = rule.name.startswith("failing") or rule.name in ("count_with_message.guard", "join_with_message.guard")
        exceptions.same(checks, f"status of functions/{rule.name}", reeve("check", functions / "data" / "template.yaml", "--rules", rule, *SWITCH).status, 1 if fails else 0)


def structured(checks, crate, exceptions):
    folder = crate / "resources" / "validate"
    words = [folder / "data-dir" / "s3-public-read-prohibited-template-non-compliant.yaml", "--rules", folder / "rules-dir", *SWITCH]
    run = reeve("check", *words, "--format", "guard-json")
    ours = run.report
    theirs = json.loads((folder / "output-dir" / "structured.json").read_text())
    checks.check(masked(ours) == masked(theirs), "json: the same content", json.dumps(masked(ours))[:300])
    checks.check(run.status == 1, "json: status", run.status)
    messages = [re.findall(r'"custom_message":"((?:[^"\\]|\\.)*)"', json.dumps(each, separators=(",", ":"))) for each in (ours, theirs)]
    checks.check(messages[0] == messages[1] and any(messages[0]), "json: rules' messages to the character", messages)
    try:
        import yaml
        checks.check(masked(ours) == masked(yaml.safe_load((folder / "output-dir" / "structured.yaml").read_text())), "yaml: the same content as guard-json")
    except ImportError:
        checks.skip("yaml", "no package yaml", "that the crate's YAML has the same content")

    root = xml.etree.ElementTree.fromstring(reeve("check", *words, "--format", "junit").out.encode())
    cases = collections.defaultdict(dict)
    for case in root.iter("testcase"):
        failure = case.find("failure")
        cases[case.get("classname")][case.get("name")] = None if failure is None else failure.text
    theirs_junit = xml.etree.ElementTree.fromstring((folder / "output-dir" / "structured.junit").read_bytes())
    for case in theirs_junit.iter("testcase"):
        failure, mine = case.find("failure"), cases.pop(case.get("name"), {})
        if failure is None:
            checks.check(mine and not any(mine.values()), f"junit: {case.get('name')} passes", mine)
            continue
        said = mine.get(failure.get("message"))
        checks.check(said is not None, f"junit: {case.get('name')} fails by {failure.get('message')}", mine)
        for line in re.findall(r"(?:Violation|Fix): .*", failure.text):
            checks.check(" ".join(line.split()) in " ".join((said or "").split()), f"junit: {case.get('name')} says `{line[:40]}…`", said)
    checks.check(not cases, "junit: no case more", dict(cases))

    results = reeve("check", *words, "--format", "sarif").report["runs"][0]["results"]
    places = [result["locations"][0]["physicalLocation"] for result in results]
    sarif = [(re.sub(r"\.guard/default$", "", result["ruleId"]).upper(), result["level"], place["region"]["startLine"])
             for result, place in zip(results, places)]
    expected = [(result["ruleId"], result["level"], result["locations"][0]["physicalLocation"]["region"]["startLine"])
                for result in json.loads((folder / "output-dir" / "structured.sarif").read_text())["runs"][0]["results"]]
    checks.check([each[:2] for each in sarif] == [each[:2] for each in expected], "sarif: the same results in the same order", sarif)
    for at, (mine, other, place) in enumerate(zip(sarif, expected, places)):
        text = (folder / "data-dir" / pathlib.PurePath(place["artifactLocation"]["uri"]).name).read_text()
        exceptions.same(checks, f"sarif: line of result {at + 1}", mine[2], region_line(text, other[2]))


def payload(checks, crate):
    source = (crate / "tests" / "validate.rs").read_text()
    text = re.search(r'const COMPLIANT_PAYLOAD: &str = r#"(.*?)"#;', source, re.S).group(1)
    done = subprocess.run([str(lib_reeve.REEVE), "check", "--payload", "--format", "guard-json", *SWITCH], input=text, capture_output=True, text=True)
    theirs = json.loads((crate / "resources" / "validate" / "output-dir" / "structured-payload.json").read_text())
    checks.check(done.returncode == 0 and masked(json.loads(done.stdout)) == masked(theirs), "payload: the same content", done.stdout[:300] + done.stderr[:300])


def test_command(checks, crate):
    folder = crate / "resources" / "test-command"
    rules = crate / "resources" / "validate" / "rules-dir" / "s3_bucket_server_side_encryption_enabled.guard"
    runs = {
        "structured_directory_report": [folder / "dir"],
        "structured_single_report": [folder / "data-dir" / "s3_bucket_server_side_encryption_enabled.yaml", "--rules", rules],
        "five_rules_one_result_group": [folder / "data-dir" / "five_rules_one_result_group.yaml", "--rules", folder / "rule-dir" / "five_rules_one_result_group.guard"],
    }
    for name, words in runs.items():
        if not (folder / "output-dir" / (name + "_json.out")).exists():
            continue  # younger than this version
        run = reeve("check", "test", *words, "--format", "json", *SWITCH)
        lines = [json.loads(line) for line in run.out.splitlines()]
        ours = collections.Counter((pathlib.Path(line["rules_file"]).name, line["case"], line["rule"], line["evaluated"], line["ok"]) for line in lines)
        stored = folder / "output-dir" / (name + "_json.out")
        theirs = collections.Counter()
        reports = json.loads(stored.read_text())
        for report in reports if isinstance(reports, list) else [reports]:
            for case in report["test_cases"]:
                for rule in case["passed_rules"]:
                    theirs[pathlib.Path(report["rule_file"]).name, case["name"], rule["name"], rule["evaluated"], True] += 1
                checks.check(not case["failed_rules"] and not case["skipped_rules"], f"test {name}: the crate's own expectations are met")
        checks.check(ours == theirs and run.status == 0, f"test {name}: the same results", (ours - theirs, theirs - ours))
        junit = folder / "output-dir" / (name + "_junit.out")
        if junit.exists():
            told = [(pathlib.Path(suite.get("name")).name, case.get("id") or case.get("classname"), case.get("name"), case.find("failure") is None)
                    for text in (junit.read_bytes(), reeve("check", "test", *words, "--format", "junit", *SWITCH).out.encode())
                    for suite in xml.etree.ElementTree.fromstring(text).iter("testsuite") for case in suite.iter("testcase")]
            half = len(told) // 2
            checks.check(sorted(told[:half]) == sorted(told[half:]), f"test {name}: the same junit", told)
    failing = reeve("check", "test", folder / "data-dir" / "failing_test.yaml", "--rules", rules, *SWITCH)
    checks.check(failing.status == 1, "test: a failed expectation is status 1", failing.status)
    for name in ("invalid_regex", "invalid_rule"):
        broken = reeve("check", "test", folder / "data-dir" / "test.yaml", "--rules", folder / "rule-dir" / f"{name}.guard", *SWITCH)
        checks.check(broken.status == 3 and f"{name}.guard:" in broken.err, f"test: {name}.guard is named and status 3", broken.err[:200])
    if not (folder / "data-dir" / "expectation_for_a_rule_that_does_not_exist.yaml").exists():
        return
    unchecked = reeve("check", "test", folder / "data-dir" / "expectation_for_a_rule_that_does_not_exist.yaml", "--rules", rules, *SWITCH)
    checks.check(unchecked.status == 3 and "S3_BUCKET_ENCRYPTED" in unchecked.err, "test: an expectation that names no rule is named", unchecked.err[:200])


def rulegen(checks, crate):
    folder = crate / "resources" / "rulegen"
    expected = (folder / "output-dir" / "test_rulegen_from_template.out").read_text()
    for template in sorted((folder / "data-dir").iterdir()):
        checks.check(reeve("check", "rulegen", template).out == expected, f"rulegen: {template.name} gives the same rules")
    templates = sorted(path for path in (crate / "resources").rglob("*template*.yaml") if "malformed" not in path.name and "blank" not in path.name)
    with tempfile.TemporaryDirectory(prefix="reeve-rulegen-") as place:
        for template in templates:
            draft = pathlib.Path(place) / "draft.guard"
            draft.write_text(reeve("check", "rulegen", template).out)
            run = reeve("check", template, "--rules", draft, "--format", "verdicts")
            told = {json.loads(line)["status"] for line in run.out.splitlines()}
            checks.check(told <= {"PASS"} and (told or not draft.read_text()) and run.status == 0, f"rulegen: rules from {template.name} hold for it", (told, run.err[:200]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    options = parser.parse_args()
    lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    if not built(checks, "that the crate's expectations are met"):
        return checks.end()
    for version in VERSIONS:
        crate = crate_folder("cfn-guard", version)
        if crate is None:
            checks.skip("everything", f"the crate cfn-guard {version} could not be fetched", "that its test resources are judged and told as it expects")
            continue
        SWITCH[-1] = version
        exceptions = Exceptions(version)
        statuses(checks, crate, exceptions, version)
        structured(checks, crate, exceptions)
        payload(checks, crate)
        test_command(checks, crate)
        rulegen(checks, crate)
        exceptions.end(checks)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
