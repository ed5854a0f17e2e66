#!/usr/bin/env python3
"""Holds what `reeve check` writes to stored text, SARIF to its schema, and regions to the files that they point into.

    python3 tests/check_formats.py [--reeve PROGRAM] [--update]

Each format is stored for a rule file over a template, a JSON template and what cannot be read, and for two of Reeve's own controls over
templates and a plan (tests/golden/check; `--update` takes it anew). The schema of SARIF 2.1.0 comes from the crate serde-sarif, fetched by
name. Regions are held against the marks of another YAML reader, for these files and, where ../shared is, for its templates and plans.
"""

import argparse
import difflib
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.parse
import xml.etree.ElementTree

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_crates import crate_folder  # noqa: E402
from lib_reeve import ROOT, SHARED, Checks, built, reeve  # noqa: E402

STORED = ROOT / "tests" / "golden" / "check"
INPUT = STORED / "input"
FORMATS = ["text", "json", "yaml", "verdicts", "guard-json", "sarif", "junit", "github", "gitlab"]
RULES = ["storage.yaml", "queue.json", "broken.yaml", "--rules", "storage.guard", "--rules", "broken.guard"]
OWN = ["storage.yaml", "queue.json", "plan.json", "--control", "volume-encrypted,bucket-versioned"]
RUNS = {f"rules.{each}": (["check", *RULES, "--format", each], 3) for each in FORMATS}
RUNS |= {f"own.{each}": (["check", *OWN, "--format", each], 1) for each in FORMATS if each not in ("verdicts", "guard-json")}
RUNS |= {
    "explain.text": (["check", "explain", "storage.guard", "storage.yaml"], 0),
    "explain.json": (["check", "explain", "volumes_encrypted", "queue.json", "--rules", "storage.guard", "--format", "json"], 0),
    "explain-own.text": (["check", "explain", "volume-encrypted", "storage.yaml", "plan.json"], 0),
    "test.text": (["check", "test", "storage.guard"], 3),
    "test.json": (["check", "test", "storage.guard", "--format", "json"], 3),
    "test.junit": (["check", "test", "storage.guard", "--format", "junit"], 3),
    "rulegen": (["check", "rulegen", "storage.yaml"], 0),
    "rulegen-odd": (["check", "rulegen", "odd.yaml"], 0),
    "parameters.text": (["check", "parameters.yaml", "--rules", "port.guard", "--input-parameters", "parameters"], 1),
}
UTF8 = {"LC_ALL": "C.UTF-8", "COLUMNS": "120"}


def still(text):
    version = reeve("version", "--format", "json").report["version"]
    return re.sub(r"\breeve %s\b" % re.escape(version), "reeve VERSION", text).replace(f'"{version}"', '"VERSION"').replace(f"reeve: {version}", "reeve: VERSION")


def goldens(checks, update):
    for name, (words, status) in RUNS.items():
        run = reeve(*words, cwd=INPUT, env=UTF8)
        shown = still(run.out)
        stored = STORED / name
        checks.check(run.status == status, f"{name}: status", f"{run.status}, expected {status}: {run.err[:300]}")
        if update:
            stored.write_text(shown)
            continue
        before = stored.read_text() if stored.exists() else ""
        difference = "\n".join(list(difflib.unified_diff(before.splitlines(), shown.splitlines(), "stored", "now", lineterm="", n=1))[:20])
        checks.check(before == shown, f"{name} is as stored", difference)


def as_python(name):
    return reeve(*RUNS[name][0], cwd=INPUT).out


def agree(checks):
    """The formats tell one story."""
    for kind in ("rules", "own"):
        document = json.loads(as_python(f"{kind}.json"))
        findings = [finding for file in document["files"] for finding in file["findings"]]
        checks.check(len(findings) >= 4, f"{kind}: there are findings", len(findings))
        try:
            import yaml
            checks.check(yaml.safe_load(as_python(f"{kind}.yaml")) == document, f"{kind}: yaml and json hold the same")
        except ImportError:
            checks.skip(f"{kind}: yaml", "no package yaml", "that it holds what json does")
        sarif = json.loads(as_python(f"{kind}.sarif"))["runs"][0]
        checks.check([result["partialFingerprints"]["reeveFinding/v1"] for result in sarif["results"]] == [finding["fingerprint"] for finding in findings], f"{kind}: sarif has each finding")
        checks.check(len({each["fingerprint"] for each in json.loads(as_python(f"{kind}.gitlab"))}) == len(json.loads(as_python(f"{kind}.gitlab"))), f"{kind}: gitlab's fingerprints differ")
        commands = [line for line in as_python(f"{kind}.github").splitlines() if "title=cannot be read" not in line]
        checks.check(len(commands) == len(findings), f"{kind}: github has each finding", commands)
        suites = list(xml.etree.ElementTree.fromstring(as_python(f"{kind}.junit").encode()).iter("testsuite"))
        for suite in suites:
            cases = list(suite)
            counted = (len(cases), sum(case.find("failure") is not None for case in cases), sum(case.find("error") is not None for case in cases), sum(case.find("skipped") is not None for case in cases))
            told = tuple(int(suite.get(key)) for key in ("tests", "failures", "errors", "skipped"))
            checks.check(counted == told, f"{kind}: junit counts {suite.get('name')}", (counted, told))
            for case in cases:
                checks.check(case.find("failure") is None or int(case.get("line")) > 0, f"{kind}: junit's {case.get('name')} has a line")


def fits_schema(checks):
    try:
        import jsonschema
    except ImportError:
        return checks.skip("sarif's schema", "no package jsonschema", "that documents fit it")
    crate = crate_folder("serde-sarif", "0.8.0")
    if crate is None:
        return checks.skip("sarif's schema", "the crate serde-sarif could not be fetched", "that documents fit it")
    schema = json.loads((crate / "src" / "schema.json").read_text())
    schema.pop("id", None), schema.pop("$id", None)
    validator = jsonschema.Draft7Validator(schema)
    for name in ("rules.sarif", "own.sarif"):
        document = json.loads(as_python(name))
        problems = [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in validator.iter_errors(document)]
        checks.check(not problems, f"{name} fits the schema", problems[:5])
        broken = json.loads(json.dumps(document))
        broken["runs"][0]["results"][0]["kind"] = "sideways"
        checks.check(any(True for _ in validator.iter_errors(broken)), f"{name}: the schema refuses what it should")


class Marks:
    """Where the values of a file stand, as another reader has it."""

    def __init__(self, text):
        import yaml
        self.yaml, self.lines = yaml, text.replace("\r\n", "\n").split("\n")
        self.root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))

    def at(self, path):
        """(node, its key or None, whether all of the path was there) of the nearest thing along `path`."""
        node, key = self.root, None
        for name, quoted, index in re.findall(r"\.([A-Za-z_]\w*)|\['((?:[^'\\]|\\.)*)'\]|\[(\d+)\]", path):
            found = None
            if isinstance(node, self.yaml.MappingNode) and not index:
                wanted = name or re.sub(r"\\(.)", r"\1", quoted)
                found = next(((value, k) for k, value in reversed(node.value) if k.value == wanted), None)
            elif not index and str(node.tag).startswith("!") and (name or quoted).removeprefix("Fn::") == str(node.tag)[1:]:
                found = (node, None)  # a short form is its own argument
            elif isinstance(node, self.yaml.SequenceNode) and index and int(index) < len(node.value):
                found = (node.value[int(index)], None)
            if found is None and node.tag.startswith("!") and (name or quoted) in ("Ref", "Condition", *("Fn::" + node.tag[1:],)):
                found = node, None  # a short tag: the long key is not written
            if found is None:
                return node, key, False
            node, key = found
        return node, key, True

    def place(self, node):
        mark = node.start_mark
        line = self.lines[mark.line] if mark.line < len(self.lines) else ""
        return mark.line + 1, len(line[:mark.column].encode("utf-16-le")) // 2 + 1


def wanted_place(marks, path):
    node, key, whole = marks.at(path)
    scalar = isinstance(node, marks.yaml.ScalarNode) and not str(node.tag).startswith("!")  # `!Ref a` is a map
    return marks.place(node if scalar or key is None else key), scalar and whole, node


def region_text(lines, region):
    """What stands in the file between the ends of a region, columns in UTF-16."""
    first, last = region["startLine"], region["endLine"]
    part = [line.encode("utf-16-le") for line in lines[first - 1:last]]
    part[-1] = part[-1][:2 * (region["endColumn"] - 1)]
    part[0] = part[0][2 * (region["startColumn"] - 1):]
    return "\n".join(each.decode("utf-16-le") for each in part)


def regions(checks, name, words, base):
    """Each region begins where the value (or what lacks it) does, and holds its text."""
    run = reeve("check", *words, "--format", "sarif", cwd=base)
    results, texts, seen, wrong = json.loads(run.out)["runs"][0]["results"], {}, 0, []
    for result in results:
        location = result["locations"][0]
        place, region = location["physicalLocation"]["artifactLocation"]["uri"], location["physicalLocation"].get("region")
        path = (location.get("logicalLocations") or [{}])[0].get("fullyQualifiedName", "")
        if not path.startswith("$"):
            continue
        file = pathlib.Path(base) / urllib.parse.unquote(place.removeprefix("file://"))
        if file not in texts:
            text = file.read_text(encoding="utf-8-sig")
            try:
                texts[file] = Marks(text), text.replace("\r\n", "\n").split("\n")
            except Exception:  # noqa: BLE001 — another reader's limits (tabs, tags) are not what is tested
                texts[file] = None
        if texts[file] is None:
            continue
        marks, lines = texts[file]
        if region is None or "startColumn" not in region:
            wrong.append((place, path, "no region"))
            continue
        wanted, scalar, node = wanted_place(marks, path)
        seen += 1
        if (region["startLine"], region["startColumn"]) != wanted:
            wrong.append((place, path, (region["startLine"], region["startColumn"]), wanted))
        elif scalar and node.style in (None, "'", '"'):
            shown = region_text(lines, region)
            value = shown.strip("\"'") if "\\" not in shown else node.value
            if " ".join(value.split()).replace("''", "'") != " ".join(node.value.split()):
                wrong.append((place, path, shown, node.value))
    checks.check(seen and not wrong, f"{name}: {seen} regions point at what they speak of", wrong[:5])
    return seen


def all_regions(checks):
    try:
        import yaml  # noqa: F401
    except ImportError:
        return checks.skip("regions", "no package yaml", "that they point at the right line and column")
    regions(checks, "rules", RULES, INPUT)
    regions(checks, "own", OWN, INPUT)
    templates = SHARED / "corpora" / "templates"
    if not templates.exists():
        return checks.skip("regions in real templates", f"no {templates}", "that they point at the right line and column there")
    files = sorted(path for path in templates.rglob("*") if path.suffix in (".yaml", ".yml", ".json", ".template"))[::3]
    seen = regions(checks, "real templates by own controls", files, ROOT)
    checks.check(seen > 100, "many regions were looked at", seen)
    with tempfile.TemporaryDirectory(prefix="reeve-regions-") as folder:
        rules = pathlib.Path(folder) / "asks.guard"
        rules.write_text("Resources.* {\n  Properties exists\n  Properties.* is_struct\n  Properties.Nothing.There exists\n  Type == /Bucket/\n}\n")
        regions(checks, "real templates by rules", [*files, "--rules", rules], ROOT)
    plans = sorted((SHARED / "corpora" / "terraform").rglob("*.json"))
    if plans:
        regions(checks, "real plans by own controls", plans, ROOT)


def drafts(checks):
    """Drafted rules hold for what they were drafted from, and hold no secret."""
    for name in ("storage.yaml", "odd.yaml", "queue.json"):
        text = reeve("check", "rulegen", name, cwd=INPUT).out
        checks.check("hunter2" not in text, f"rulegen {name}: no secret")
        with tempfile.TemporaryDirectory(prefix="reeve-draft-") as folder:
            rules = pathlib.Path(folder) / "draft.guard"
            rules.write_text(text)
            for semantics in ("reeve", "3.2.0", "3.2.1"):
                run = reeve("check", name, "--rules", rules, "--guard-semantics", semantics, "--format", "verdicts", cwd=INPUT)
                told = [json.loads(line)["status"] for line in run.out.splitlines()]
                checks.check(run.status == 0 and told and set(told) == {"PASS"}, f"rulegen {name}: its rules pass under {semantics}", (told, run.err[:200]))


def refusals(checks):
    """What is asked of the command line and cannot be."""
    for words, status, said in (
        (["check", "storage.yaml", "--input-parameters", "parameters"], 2, "--rules"),
        (["check", "parameters.yaml", "--rules", "port.guard", "--input-parameters", "parameters.yaml"], 3, "parameters.yaml:2:"),
        (["check", "parameters.yaml", "--rules", "port.guard", "--input-parameters", "nowhere"], 3, "nowhere"),
        (["check", "parameters.yaml", "--rules", "port.guard", "--input-parameters", "broken.yaml"], 3, "broken.yaml:"),
        (["check", "explain", "volume_encrypted", "storage.yaml", "--rules", "storage.guard"], 2, "volumes_encrypted"),
        (["check", "explain", "no-such-control", "storage.yaml"], 2, "no-such-control"),
        (["check", "test", "nowhere"], 3, "nowhere"),
        (["check", "rulegen", "port.guard"], 3, "port.guard:"),
    ):
        run = reeve(*words, cwd=INPUT)
        checks.check(run.status == status and said in run.err and '"' not in run.out, " ".join(words[:4]) + f": status {status}, says {said}", (run.status, run.err[:200], run.out[:100]))
    for text, said in (('{"data": [1], "rules": []}', "STDIN:1:"), ('{"data": []}', "`rules`"), ("[]", "STDIN:1:1"), ("{", "STDIN:")):
        done = subprocess.run([str(lib_reeve.REEVE), "check", "--payload"], input=text, capture_output=True, text=True)
        checks.check(done.returncode == 3 and said in done.stderr, f"payload {text} is refused", done.stderr[:200])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    if not built(checks, "what check writes"):
        return checks.end()
    goldens(checks, options.update)
    agree(checks)
    fits_schema(checks)
    all_regions(checks)
    drafts(checks)
    refusals(checks)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
