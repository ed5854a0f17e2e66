#!/usr/bin/env python3
"""Compares verdicts with the original, cfn-guard 3.1.1, 3.2.0 and 3.2.1.

Six suites: the Control Tower rules over public templates; these and the Guard rules of Reeve's own controls over the same templates as
`reeve check --format verdicts` tells them, file, rule and document (`check`), and over small documents close to the line of some rule, those
of tests/control_tower (`cases`) and the controls' own examples (`examples`); the original's own test resources; and rules and documents
made up at random from a seed. The programs are installed by name into a cache folder when they are not there yet: the npm package
@cdklabs/cdk-validator-cfnguard brings 3.1.1 and the rules, the crate cfn-guard brings 3.2.0, 3.2.1 and the resources. 3.1.1 judges the
Control Tower rules as 3.2.0 does; rules made up find where it does not (`!=` between two rows, `!empty {`).

    guard_peer.py PATH_OF_guard_verdicts --reeve PATH [--seed N] [--random N] [--only ct|check|cases|examples|crate|random]
                  [--jobs N] [--part K/N] [--version 3.2.0|3.2.1]

The whole of `check`, `cases` and `examples` takes the original long; --part K/N compares every Nth rule file from the Kth on, so the parts together are the whole.
Prints every disagreement and, last, `N passed, N failed, N skipped`.
"""
import argparse
import collections
import concurrent.futures
import glob
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import control_tower_cases as by_hand  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = os.environ.get("REEVE_SHARED", os.path.join(ROOT, "..", "shared"))
CACHE = os.environ.get("REEVE_PEER_CACHE", os.path.join(os.path.expanduser("~"), ".cache", "reeve-peers"))
PACKAGE = "@cdklabs/cdk-validator-cfnguard"
VERSION = "3.2.1"
BEFORE = "3.2.0"

passed = failed = skipped = 0
jobs = 2  # runs of the original at a time


def skip(count, why):
    global skipped
    skipped += count
    print(f"SKIPPED ({count}): {why}")


def npm_package():
    home = os.path.join(CACHE, "npm")
    package = os.path.join(home, "node_modules", *PACKAGE.split("/"))
    if not os.path.isdir(package):
        if not shutil.which("npm"):
            return None
        os.makedirs(home, exist_ok=True)
        subprocess.run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", home, PACKAGE], stdout=subprocess.DEVNULL)
    return package if os.path.isdir(package) else None


def crate(version):
    """(binary, folder of resources)"""
    home = os.path.join(CACHE, "cargo-" + version)
    binary = os.path.join(home, "bin", "cfn-guard")
    if not os.path.exists(binary):
        if not shutil.which("cargo"):
            return None, None
        print("building cfn-guard, which takes some minutes", file=sys.stderr)
        subprocess.run(["cargo", "install", "cfn-guard", "--version", version, "--root", home, "--quiet"])
    cargo_home = os.environ.get("CARGO_HOME", os.path.join(os.path.expanduser("~"), ".cargo"))
    sources = glob.glob(os.path.join(cargo_home, "registry", "src", "*", f"cfn-guard-{version}", "resources"))
    return (binary if os.path.exists(binary) else None), (sources[0] if sources else None)


def theirs(binary, rules, data, whole_name=False):
    """Verdict sets by (data, rule name), or None where the original gives no verdict at all."""
    command = [binary, "validate", "--structured", "-S", "none", "-o", "json"]
    for path in rules:
        command += ["-r", path]
    for path in data:
        command += ["-d", path]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode not in (0, 19) or "thread 'main' panicked" in run.stderr:
        return None
    short = (lambda name: name) if whole_name else (lambda name: name.split("/")[-1])
    out = collections.defaultdict(set)
    try:
        reports = json.loads(run.stdout)
    except ValueError:
        return None
    for report in reports:
        for entry in report["not_compliant"]:
            out[report["name"], short(entry["Rule"]["name"])].add("FAIL")
        for name in report["not_applicable"]:
            out[report["name"], short(name)].add("SKIP")
        for name in report["compliant"]:
            out[report["name"], short(name)].add("PASS")
    return out


def ours(program, semantics, rules, data):
    with tempfile.TemporaryDirectory() as folder:
        lists = []
        for name, paths in (("rules", rules), ("data", data)):
            lists.append(os.path.join(folder, name))
            with open(lists[-1], "w") as f:
                f.write("\n".join(paths))
        run = subprocess.run([program, "--semantics", semantics, *lists], capture_output=True, text=True)
    out = collections.defaultdict(set)
    for line in run.stdout.splitlines():
        document, _, name, status = line.split("\t")
        out[document, name].add(status)
    return out, run.stderr


def compare(suite, version, reference, answer, show=20):
    global passed, failed
    wrong = [key for key in set(reference) | set(answer) if reference.get(key) != answer.get(key)]
    passed += len(set(reference) | set(answer)) - len(wrong)
    failed += len(wrong)
    print(f"{suite} against {version}: {len(set(reference) | set(answer)) - len(wrong)} alike, {len(wrong)} not")
    for key in sorted(wrong)[:show]:
        print(f"  {' '.join(key) if isinstance(key, tuple) else key}: original {sorted(reference.get(key, []))}, reeve {sorted(answer.get(key, []))}")
    return wrong


def templates():
    folder = os.path.join(SHARED, "corpora", "templates")
    found = [p for kind in ("yaml", "yml", "json", "template") for p in glob.glob(os.path.join(folder, "**", "*." + kind), recursive=True)]
    return sorted(found)


def control_tower(program, old, new, package):
    rules = sorted(glob.glob(os.path.join(package, "rules", "control-tower", "cfn-guard", "**", "*.guard"), recursive=True))
    data = templates()
    if not rules or not data:
        return skip(1, "the Control Tower rules or the shared templates are not there")
    for version, semantics, binary in (("3.1.1", "3.2.0", old), (VERSION, "3.2.1", new)):
        if not binary:
            skip(len(rules) * len(data), f"cfn-guard {version} could not be installed")
            continue
        # The original stops at the first document it cannot load, so those are found first.
        loads = [path for path in data if theirs(binary, rules[:1], [path]) is not None]
        half = len(loads) // 2
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            parts = list(pool.map(lambda part: theirs(binary, rules, part), (loads[:half], loads[half:])))
        reference = {**parts[0], **parts[1]}
        answer, errors = ours(program, semantics, rules, loads)
        sys.stdout.write(errors)
        compare("Control Tower", version, reference, answer)


def crate_resources(program, old, new, resources):
    rules = sorted(p for kind in ("guard", "ruleset") for p in glob.glob(os.path.join(resources, "**", "*." + kind), recursive=True))
    data = sorted(p for kind in ("yaml", "yml", "json", "template") for p in glob.glob(os.path.join(resources, "**", "*." + kind), recursive=True)
                  if "output" not in p and "input-parameters" not in p)
    for version, semantics, binary in ((BEFORE, BEFORE, old), (VERSION, VERSION, new)):
        if not binary:
            skip(len(rules) * len(data), f"cfn-guard {version} could not be installed")
            continue
        loads = [path for path in data if theirs(binary, [os.path.join(resources, "validate", "rules-dir", "s3_bucket_server_side_encryption_enabled.guard")], [path]) is not None]
        reference, answer, aborted = {}, {}, 0

        def one(rule):
            both = theirs(binary, [rule], loads)
            if both is not None:
                return both
            parts = [theirs(binary, [rule], [path]) for path in loads]
            return [dict(zip(loads, parts))]

        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            results = list(pool.map(one, rules))
        for rule, result in zip(rules, results):
            mine, _ = ours(program, semantics, [rule], loads)
            if isinstance(result, list):
                known = {path: part for path, part in result[0].items() if part is not None}
                aborted += len(loads) - len(known)
                result = {key: value for part in known.values() for key, value in part.items()}
                mine = {key: value for key, value in mine.items() if key[0] in known}
            reference.update({(os.path.basename(rule) + " " + os.path.basename(k[0]), k[1]): v for k, v in result.items()})
            answer.update({(os.path.basename(rule) + " " + os.path.basename(k[0]), k[1]): v for k, v in mine.items()})
        print(f"crate resources: the original gives no verdict for {aborted} pairs")
        compare("crate resources", version, reference, answer)


# ---- through `reeve check`

def of_check(reeve, semantics, rules, data):
    """{(data, rules file, rule): statuses}, and what was said on standard error."""
    command = [reeve, "check", *data, "--format", "verdicts", "--guard-semantics", semantics, "--fail-on", "never"]
    run = subprocess.run(command + [word for path in rules for word in ("--rules", path)], capture_output=True, text=True)
    out = collections.defaultdict(set)
    for line in run.stdout.splitlines():
        verdict = json.loads(line)
        out[verdict["data"], verdict["rules_file"], verdict["rule"]].add(verdict["status"])
    return out, run.stderr.splitlines(), run.returncode


def names_of(rule):
    with open(rule) as file:
        return set(re.findall(r"^rule\s+(\w+)", file.read(), re.M)) | {os.path.basename(rule)}


def theirs_by_file(binary, rules, data):
    """{(data, rules file, rule): statuses} of many rule files by few runs, and the pairs of files for which the original gives none. A
    report names the rule alone, so no two files of one run share a rule's name; where a run is given up its files are tried one by one,
    and then one by one over each document."""
    runs = []
    for rule in rules:
        for run in runs:
            if len(run[0]) < 20 and not run[1] & names_of(rule):
                run[0].append(rule)
                run[1].update(names_of(rule))
                break
        else:
            runs.append(([rule], names_of(rule)))
    out, none = {}, set()

    def judge(these, those):
        told = theirs(binary, these, those, whole_name=True)
        if told is None:
            if len(these) > 1:
                for rule in these:
                    judge([rule], those)
            elif len(those) > 1:
                for path in those:
                    judge(these, [path])
            else:
                none.add((os.path.basename(those[0]), os.path.basename(these[0])))
            return
        file_of = {name: os.path.basename(rule) for rule in these for name in names_of(rule)}
        for (path, name), statuses in told.items():
            out[os.path.basename(path), file_of[name.split("/")[0]], name.split("/")[-1]] = statuses

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda run: judge(run[0], data), runs))
    return out, none


def of_cases(folder):
    """The templates of the cases by hand, as files; their hook documents have no Resources, which 3.2.0 gives up on under our own rules."""
    os.mkdir(folder)
    for rule, cases in by_hand.read(pathlib.Path(ROOT, "tests", "control_tower")).items():
        for number, (scenario, form, document, _) in enumerate(cases):
            if form == "template":
                with open(os.path.join(folder, f"{rule}-{scenario}-{number}.json"), "w") as file:
                    json.dump(document, file)
    return sorted(glob.glob(os.path.join(folder, "*.json")))


def of_examples(folder):
    """The resources of the controls' examples as templates, but for those in which something is not known."""
    try:
        import yaml
    except ImportError:
        return []

    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("!", lambda loader, tag, node: (_ for _ in ()).throw(LookupError(tag)))
    os.mkdir(folder)
    seen = {}
    for path in sorted(pathlib.Path(ROOT, "content", "controls").glob("*/examples/*.yaml")):
        try:
            resources = yaml.load(path.read_text(), Loader).get("resources") or []
        except LookupError:
            continue
        if all("Properties" in each for each in resources) and resources:
            document = {f"R{i}": {"Type": each["Type"], "Properties": each["Properties"]} for i, each in enumerate(resources)}
            seen.setdefault(json.dumps({"Resources": document}, default=str), f"{path.parent.parent.name}-{path.stem}.json")
    for text, name in seen.items():
        pathlib.Path(folder, name).write_text(text)
    return sorted(glob.glob(os.path.join(folder, "*.json")))


DOCUMENTS = {"templates": lambda folder: templates(), "cases": of_cases, "examples": of_examples}


def through_check(reeve, before, new, package, part, versions, suite="templates"):
    """A line of `verdicts` has the names of the files alone, so files of one name are told apart by copies with a number before it."""
    tower = sorted(glob.glob(os.path.join(package, "rules", "control-tower", "cfn-guard", "**", "*.guard"), recursive=True)) if package else []
    own = sorted(glob.glob(os.path.join(ROOT, "content", "controls", "*", "check.guard")))
    with tempfile.TemporaryDirectory(prefix="guard_peer_") as folder:
        data = DOCUMENTS[suite](os.path.join(folder, suite))
        if not data:
            return skip(1, f"the {suite} are not there, or no package yaml to read them")

        def copies(kind, paths):
            os.mkdir(os.path.join(folder, kind))
            out = []
            for number, path in enumerate(paths):
                out.append(os.path.join(folder, kind, f"{number:03}-{os.path.basename(path)}"))
                shutil.copy(path, out[-1])
            return out

        rules, documents = copies("rules", tower + own)[part[0] - 1::part[1]], copies("data", data)
        for version, binary in ((BEFORE, before), (VERSION, new)):
            if version not in versions:
                continue
            if not binary:
                skip(len(rules) * len(documents), f"cfn-guard {version} could not be installed")
                continue
            # The original stops at the first document that it cannot load.
            first = rules[0]
            with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
                told = pool.map(lambda path: suite != "templates" or theirs(binary, [first], [path]), documents)
                loads = [path for path, each in zip(documents, told) if each is not None]
            reference, unanswered = theirs_by_file(binary, rules, loads)
            answer, said, status = of_check(reeve, version, rules, loads)
            answer = {key: value for key, value in answer.items() if key[:2] not in unanswered}
            print(f"reeve check{'' if part[1] == 1 else ', part %d of %d' % part}: {len(rules)} rule files over {len(loads)} of {len(documents)} {suite}; the original gives no verdict for {len(unanswered)} pairs")
            if said and not unanswered:
                print("  " + "\n  ".join(said[:5]))
            named = {(rule, document) for document, rule, _ in answer}
            print(f"  {len(named)} (rule file, document) pairs have verdicts, exit status {status}")
            compare(f"reeve check, {suite}", version, reference, answer)
            rest = [path for path in documents if path not in loads]
            if rest:  # what the original does not load is judged or named, never passed over
                judged, said, _ = of_check(reeve, version, rules[:1], rest)
                silent = [path for path in rest if not any(key[0] == os.path.basename(path) for key in judged) and not any(path in line for line in said)]
                compare(f"reeve check, {suite} that the original does not load", version, {path: {"named"} for path in rest},
                        {path: {"silent" if path in silent else "named"} for path in rest})


# ---- made up rules and documents

class Made:
    """Small rules over small documents, from few names so that they meet."""

    KEYS = ["Name", "Names", "name", "Tags", "Size", "On", "Map", "List", "Empty", "my_key"]
    WORDS = ["a", "b", "ab", "10", "true", "", "AWS::S3::Bucket"]

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.lets = []

    def value(self, depth=2):
        r = self.r
        kind = r.randrange(9 if depth > 0 else 6)
        if kind == 0: return r.choice(self.WORDS)
        if kind == 1: return r.choice([0, 1, 5, 10, -3])
        if kind == 2: return r.choice([0.5, 5.0, 10.25])
        if kind == 3: return r.choice([True, False])
        if kind == 4: return None
        if kind == 5: return r.choice(self.WORDS)
        if kind in (6, 7): return [self.value(depth - 1) for _ in range(r.randrange(4))]
        return {key: self.value(depth - 1) for key in r.sample(self.KEYS, r.randrange(4))}

    def document(self):
        resources = {}
        for i in range(self.r.randrange(4)):
            properties = {key: self.value() for key in self.r.sample(self.KEYS, self.r.randrange(1, 6))}
            if self.r.random() < 0.6:
                properties["Tags"] = [{"Key": self.r.choice(["a", "b"]), "Value": self.value(0)} for _ in range(self.r.randrange(3))]
            resources[f"R{i}"] = {"Type": self.r.choice(["AWS::S3::Bucket", "AWS::EC2::Volume"]), "Properties": properties}
        document = {"Resources": resources} if self.r.random() < 0.95 else {}
        for key in self.r.sample(self.KEYS, self.r.randrange(4)):
            document[key] = self.value()
        return document

    def literal(self):
        r = self.r
        return r.choice([
            lambda: r.choice(['"a"', '"b"', "'ab'", '"10"', '""']), lambda: r.choice(["0", "1", "5", "10", "-3"]),
            lambda: r.choice(["0.5", "5.0", "10.25"]), lambda: r.choice(["true", "false"]), lambda: "null",
            lambda: r.choice(["/a/", "/^a$/", "/(?i)A/", "/b|1/"]), lambda: r.choice(["r[0,5]", "r(1,10)", "r[0.5, 10.25)"]),
            lambda: "[" + ", ".join(r.choice(['"a"', '"b"', "1", "5", "/a/", "true", '["a"]']) for _ in range(r.randrange(4))) + "]",
            lambda: "{" + ", ".join(f"{k}: {v}" for k, v in [(r.choice(self.KEYS), r.choice(['"a"', "1", "true"])) for _ in range(r.randrange(2))]) + "}",
        ])()

    def key(self):
        return self.r.choice(self.KEYS)

    def head(self, inside):
        if self.lets and self.r.random() < 0.3:
            return "%" + self.r.choice(self.lets)
        if self.r.random() < 0.02:
            return "%held"
        if inside:
            return self.r.choice([lambda: "Properties." + self.key(), lambda: "Properties." + self.key(), lambda: "Type", lambda: "this", self.key])()
        return self.r.choice([self.key, self.key, lambda: "Resources.*", lambda: "Resources", lambda: "Resources.*.Properties." + self.key()])()

    def query(self, inside, depth=1):
        out = self.head(inside)
        for _ in range(self.r.randrange(3)):
            step = self.r.randrange(10)
            if step < 2: out += "." + self.key()
            elif step == 2: out += "[*]"
            elif step == 3: out += ".*"
            elif step == 4: out += self.r.choice(["[0]", "[1]", "[-1]", ".0"])
            elif step == 5 and depth > 0 and not out.endswith(("]", "this", "0")): out += "[ " + self.clause(True, depth - 1) + " ]"
            elif step == 6 and not out.endswith("]"): out += "[ keys " + self.r.choice(['== "Name"', "== /N/", "!= 'Size'", 'in ["Name", "Tags"]', 'not in ["Map"]']) + " ]"
            elif step == 7: out += ".Key"
            elif step == 8 and self.lets: out += self.r.choice([".%{}", ".%{}", ".%{}[0]", "[ keys == %{} ]", "[ keys in %{} ]", "[ keys not in %{} ]"]).format(self.r.choice(self.lets))
            elif step == 9 and depth > 0 and self.r.random() < 0.4:
                if out[-1].isalpha() and not out.endswith("this"): out += self.r.choice(["[ held | " + self.clause(True, 0) + " ]", "[ held ]", "[held]"])
        return out

    def clause(self, inside, depth=1):
        r = self.r
        negation = r.choice(["", "", "", "", "not ", "!"])
        some = "some " if r.random() < 0.15 else ""
        query = self.query(inside, depth)
        if r.random() < 0.35:
            op = r.choice(["exists", "empty", "is_string", "is_list", "is_struct", "is_bool", "is_int", "is_float", "is_null"])
            return f"{negation}{some}{query} {r.choice(['', '!', 'not '])}{op}"
        op = r.choice(["==", "==", "!=", "in", "not in", "<", "<=", ">", ">="])
        right = self.literal() if r.random() < 0.75 else self.query(inside, 0)
        return f"{negation}{some}{query} {op} {right}"

    def let(self, inside):
        name = "v" + str(len(self.lets))
        value = self.r.choice([
            self.literal, lambda: self.query(inside), lambda: "some " + self.query(inside),
            lambda: "Resources.*[ Type == 'AWS::S3::Bucket' ]", lambda: "Resources.*[ Type == 'AWS::EC2::Volume' ].Properties",
            lambda: f"{self.r.choice(['count', 'to_upper', 'to_lower', 'parse_string', 'parse_int', 'parse_boolean', 'url_decode'])}({self.query(inside)})",
            lambda: self.r.choice(["'Name'", "['Name', 'Tags']", "'R0'", "Names", "Resources.*.Type", "Name"]),
            lambda: f"join({self.query(inside)}, ',')", lambda: f"parse_char({self.query(inside)})", lambda: f"parse_float({self.query(inside)})",
            lambda: f"json_parse({self.query(inside)})", lambda: f"substring({self.query(inside)}, 0, 1)", lambda: f"regex_replace({self.query(inside)}, '(a)', '<$1>')",
        ])()
        self.lets.append(name)
        return f"let {name} = {value}"

    def body(self, inside, depth, allow):
        lines = []
        before = len(self.lets)
        if self.r.random() < 0.3: lines.append(self.let(inside))
        for _ in range(self.r.randrange(1, 4)):
            lines.append(self.statement(inside, depth, allow))
        del self.lets[before:]
        return "\n".join(lines)

    def statement(self, inside, depth, allow):
        r = self.r
        kind = r.randrange(10)
        if kind == 0 and depth > 0: return f"when {self.clause(inside)} {{\n{self.body(inside, depth - 1, False)}\n}}"
        if kind == 1 and depth > 0:
            some = "some " if r.random() < 0.2 else ""
            return f"{some}{self.query(inside)} {r.choice(['', '!empty '])}{{\n{self.body(True, depth - 1, False)}\n}}"
        if kind == 2 and allow and depth > 0:
            when = f" when {self.clause(True)}" if r.random() < 0.3 else ""
            return f"AWS::{r.choice(['S3::Bucket', 'EC2::Volume'])}{when} {{\n{self.body(True, depth - 1, False)}\n}}"
        if kind == 3 and allow and self.names: return f"{r.choice(['', 'not '])}{r.choice(self.names)}"
        if kind == 4: return f"{r.choice(['', '', 'not '])}check({self.query(inside)}, {self.literal()})"
        if kind == 5: return f"{self.clause(inside)} or\n{self.clause(inside)}"
        return self.clause(inside)

    def rules(self, count):
        self.lets, self.names = [], []
        out = [self.let(False) for _ in range(self.r.randrange(3))]
        for i in range(count):
            when = ""
            if self.r.random() < 0.3:
                when = " when " + (self.r.choice(self.names) if self.names and self.r.random() < 0.4 else self.clause(False))
            if self.r.random() < 0.1:
                when = " when " + self.r.choice(["", "not "]) + f"check({self.query(False)}, {self.literal()})" + self.r.choice(["", "\n" + self.clause(False)])
            out.append(f"rule r{i}{when} {{\n{self.body(False, 2, True)}\n}}")
            self.names.append(f"r{i}")
        before = list(self.lets)
        self.lets = before + ["x", "y"]
        out.append("rule check(x, y) {\n" + self.r.choice(["%x == %y", "%x exists", "%x {\n" + self.clause(True) + "\n}", "when %x !empty {\n%x != %y\n}", "let z = %x\n%z in %y",
                                                                "%x[*] {\n" + self.body(True, 1, False) + "\n}", "some %x == %y"]) + "\n}")
        if self.r.random() < 0.2:  # a second rule of a name
            out.append(f"rule r0 {{\n{self.body(False, 1, False)}\n}}")
        self.lets = before
        return "\n".join(out) + "\n"


def made_up(program, old, new, seed, count):
    for version, semantics, binary in ((BEFORE, BEFORE, old), (VERSION, VERSION, new)):
        if not binary:
            skip(count, f"cfn-guard {version} could not be installed")
            continue
        with tempfile.TemporaryDirectory(prefix="guard_peer_") as folder:
            cases = []
            for i in range(count):
                made = Made(seed * 1000003 + i)
                rules, data = os.path.join(folder, f"{i}.guard"), os.path.join(folder, f"{i}.json")
                with open(rules, "w") as f: f.write(made.rules(3) + "rule zz when Resources[ held ] !exists { Resources exists }\n")
                with open(data, "w") as f: json.dump(made.document(), f)
                cases.append((rules, data))
            with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
                results = list(pool.map(lambda case: theirs(binary, [case[0]], [case[1]]), cases))
            # Rules of one name in many files need the file in the key.
            reference, answer, none = {}, {}, 0
            for (rules, data), result in zip(cases, results):
                if result is None:
                    none += 1
                    continue
                mine, errors = ours(program, semantics, [rules], [data])
                stem = os.path.basename(rules)
                reference.update({(stem, key[1]): value for key, value in result.items()})
                answer.update({(stem, key[1]): value for key, value in mine.items()})
                if errors: print(errors, end="")
            print(f"made up: the original gives no verdict for {none} of {count} (errors and panics)")
            wrong = compare("made up", version, reference, answer, 5)
            keep = os.environ.get("GUARD_PEER_KEEP")
            if keep:
                os.makedirs(keep, exist_ok=True)
                for stem in sorted({key[0] for key in wrong}):
                    for path in (os.path.join(folder, stem), os.path.join(folder, stem[:-6] + ".json")):
                        shutil.copy(path, os.path.join(keep, version + "_" + os.path.basename(path)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--reeve", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--random", type=int, default=300)
    parser.add_argument("--only", choices=["ct", "check", "cases", "examples", "crate", "random"])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--part", default="1/1")
    parser.add_argument("--version", choices=[BEFORE, VERSION])
    args = parser.parse_args()
    global jobs
    jobs = args.jobs
    package = npm_package()
    old = package and os.path.join(package, "bin", "ubuntu", "x86_64" if os.uname().machine == "x86_64" else "aarch64", "cfn-guard")
    before = crate(BEFORE)[0] if args.only != "ct" else None
    new, resources = crate(VERSION)
    if args.only in (None, "ct"):
        if package: control_tower(args.program, old, new, package)
        else: skip(1, f"npm package {PACKAGE} could not be installed")
    part, versions = tuple(int(number) for number in args.part.split("/")), [args.version] if args.version else [BEFORE, VERSION]
    if args.only in (None, "check"):
        through_check(args.reeve, before, new, package, part, versions)
    for suite in ("cases", "examples"):
        if args.only in (None, suite):
            through_check(args.reeve, before, new, package, part, versions, suite)
    if args.only in (None, "crate"):
        if resources: crate_resources(args.program, before, new, resources)
        else: skip(1, "the crate's resources are not there")
    if args.only in (None, "random"):
        made_up(args.program, before, new, args.seed, args.random)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
