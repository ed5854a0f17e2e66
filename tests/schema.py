#!/usr/bin/env python3
"""Holds `reeve assess --format json` against docs/schema/assess.schema.json: the example estate, a workspace's second run, bad input.

    python3 tests/schema.py [--reeve PROGRAM]

Needs the package jsonschema (tests/requirements.txt). The schema leaves objects open, since members may be added; the suite does not:
a member that real output has and the schema does not know is a failure, so the page never lags behind. The schema itself is tried on
documents that are broken in one place each.
"""

import argparse
import copy
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def undocumented(schema, node, value, at="$"):
    """Paths of members that the schema does not name."""
    node = schema["$defs"][node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else node
    if isinstance(value, dict) and "properties" in node:
        for key, inner in value.items():
            if key not in node["properties"]:
                yield f"{at}.{key}"
            else:
                yield from undocumented(schema, node["properties"][key], inner, f"{at}.{key}")
    elif isinstance(value, list) and "items" in node:
        for inner in value:
            yield from undocumented(schema, node["items"], inner, at + "[]")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(ROOT / "build" / "reeve"))
    options = parser.parse_args()
    if not pathlib.Path(options.reeve).exists():
        print(f"SKIPPED: {options.reeve} is not built; whether its output fits the schema is not shown\n0 passed, 0 failed, 1 skipped")
        return 0
    try:
        import jsonschema
    except ImportError:
        print("SKIPPED: no package jsonschema; whether output fits the schema is not shown\n0 passed, 0 failed, 1 skipped")
        return 0
    schema = json.loads((ROOT / "docs" / "schema" / "assess.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    passed = failed = 0

    def check(what, problems):
        nonlocal passed, failed
        if problems:
            failed += 1
            print(f"FAIL {what}\n" + "\n".join(f"       {p}" for p in list(problems)[:10]))
        else:
            passed += 1

    with tempfile.TemporaryDirectory(prefix="reeve-schema-") as name:
        folder = pathlib.Path(name)
        (folder / "work" / "attestations").mkdir(parents=True)
        (folder / "work" / "exceptions").mkdir()
        (folder / "work" / "reeve.yaml").write_text("organization: Northfield Group\n")
        (folder / "work" / "attestations" / "drill.yaml").write_text(
            "control: root-recovery-drilled\nanswer: yes\nowner: j.okafor\napprover: a.rossi\ngiven: 2026-10-01\nexpires: 2027-10-01\nevidence: [minutes]\n")
        (folder / "work" / "exceptions" / "site.yaml").write_text(
            'control: bucket-not-public\nresource: "arn:aws:s3:::*"\nowner: web\napprover: a.rossi\nreason: published pages\nexpires: 2027-02-01\n')
        (folder / "bad" / "123456789012" / "us-east-1").mkdir(parents=True)
        (folder / "bad" / "123456789012" / "us-east-1" / "ec2-describe-volumes.json").write_text('{"Volumes": [')
        (folder / "bad" / "picture.png").write_text("no picture")
        (folder / "empty").mkdir()
        estate = str(ROOT / "examples" / "northfield")
        report = None
        for what, words in {"the example estate": [estate], "with passes": [estate, "--all"], "a first run in a workspace": [estate, "--workspace", "work"],
                            "a run of another source in it": ["bad", "--workspace", "work"], "bad input": ["bad"], "an empty folder": ["empty"]}.items():
            run = subprocess.run([str(pathlib.Path(options.reeve).resolve()), "assess", *words, "--format", "json"], cwd=folder, capture_output=True, text=True)
            try:
                document = json.loads(run.stdout)
            except ValueError:
                check(f"{what}: one JSON document", [f"status {run.returncode}: {run.stdout[:100]}{run.stderr[-300:]}"])
                continue
            check(f"{what}: fits", [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in validator.iter_errors(document)])
            check(f"{what}: is documented", sorted(set(undocumented(schema, schema, document))))
            report = report or document

    # The schema notices what it is for.
    def broken(change):
        document = copy.deepcopy(report)
        change(document)
        return [] if any(validator.iter_errors(document)) else ["went unnoticed"]

    if report:
        check("a status that is none", broken(lambda d: d["findings"][0].update(status="maybe")))
        check("a control without a title", broken(lambda d: d["practices"][0]["controls"][0].pop("title")))
        check("a level above four", broken(lambda d: d.update(level=5)))
        check("a time in words", broken(lambda d: d.update(generated_at="yesterday")))
        check("four samples of evidence", broken(lambda d: d["practices"][0]["controls"][0].update(evidence=[{}] * 4)))
        check("counts that are text", broken(lambda d: d["verdicts"].update({"pass": "many"})))
        report["practices"][0]["controls"][0]["mood"] = 1
        check("a member nobody documented", [] if list(undocumented(schema, schema, report)) == ["$.practices[].controls[].mood"] else ["went unnoticed"])
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
