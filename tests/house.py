#!/usr/bin/env python3
"""The house rules, read from the tree: which way includes point, how long a file may get, what no file may say.

    python3 tests/house.py [--reeve PROGRAM]

Each rule is a function from a tree to its breaches, `path:line: what`. Before the tree is held against them, each rule is tried on a
small invented tree with the breach planted and on the same tree without: a rule that sees nothing is a failure of its own.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINES_MAX = 600

# Longer files, each with the reason why splitting it would not make it easier to read.
LONGER = {}

# Headers that cost more than a hundred thousand preprocessed lines or pull a library into every reader: each stays in .cc files.
HEAVY = re.compile(r'#\s*include\s*<(simdjson|archive|yaml|zstd|zlib|libdeflate|pcre2|openssl/|sqlite3|regex>|iostream>|gtest/)')

# Spelt in two halves, so that this file does not say them itself.
FORBIDDEN = [
    (re.compile(r"(?<![\w.$}*)-])/" + r"(work|root|home/[a-z]+)/"), "a path of one machine"),
    (re.compile(r"\b(Clau" + r"de|Anthro" + r"pic|Chat" + r"GPT|Copi" + r"lot)\b(?!-)", re.I), "the name of a tool that has no part in the product"),
    (re.compile(r"Co-Authored" + "-By|Generated " + "with", re.I), "a trailer"),
    (re.compile(r"\b(pypi|files\.python" + r"hosted|registry\.npm" + r"js|crates|static\.crates)\.(org|io)\b", re.I), "a package registry's host"),
]
# Where these words mean something else: (path, pattern of the line).
ALLOWED = [
    ("", re.compile(r"cloud-copi" + "lot")),  # the npm package @cloud-… that policies are compared with
    ("content/actions/", re.compile(r"aws-external-anthro" + "pic")),  # a service of IAM's own list
    ("content/", re.compile(r"[Cc]opi" + r"lot|Anthro" + "pic|Clau" + "de")),  # services and models that AWS offers
]
TEXT = {".cc", ".h", ".py", ".sh", ".md", ".yaml", ".yml", ".json", ".txt", ".cmake", ".guard", ".sql", ".csv", ""}


def files(tree):
    """Paths below `tree` that belong to it: what git tracks where there is a git, else all."""
    if (tree / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=tree, capture_output=True)
        if listed.returncode == 0:
            return sorted(path for path in (tree / name for name in listed.stdout.decode().split("\0") if name) if path.is_file())
    return sorted(path for path in tree.rglob("*") if path.is_file() and not any(p.startswith("build") or p == ".git" for p in path.relative_to(tree).parts))


def lines(path):
    return path.read_text(errors="replace").splitlines()


def rooms(tree):
    """{room: rooms it may include}, as CMakeLists.txt lists them: each names what stands right below, and theirs come with it."""
    below = {}
    for line in lines(tree / "CMakeLists.txt"):
        match = re.match(r"reeve_room\(([a-z_]+)((?: [a-z_]+)*)\)", line)
        if match:
            name, named = match.group(1), match.group(2).split()
            below[name] = {name}.union(*[below.get(other, {other}) for other in named]) if named else {name}
    return below


def includes_point_downward(tree):
    below = rooms(tree)
    if not below:
        yield "CMakeLists.txt: no reeve_room(…) found"
    order = list(below)
    for room, others in below.items():
        for other in others - {room}:
            if other not in below:
                yield f"CMakeLists.txt: {room} stands on {other}, which is no room"
            elif order.index(other) > order.index(room):
                yield f"CMakeLists.txt: {room} stands on {other}, which is listed after it"
    for path in files(tree):
        parts = path.relative_to(tree).parts
        if parts[0] != "src" or path.suffix not in (".cc", ".h"):
            continue
        if len(parts) != 3:
            yield f"{path.relative_to(tree)}: sources stand in src/ROOM/"
            continue
        if parts[1] not in below:
            yield f"{path.relative_to(tree)}: `{parts[1]}` is no reeve_room of CMakeLists.txt"
            continue
        for number, line in enumerate(lines(path), 1):
            match = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
            if not match:
                continue
            target = match.group(1)
            if not (tree / "src" / target).is_file():
                yield f'{path.relative_to(tree)}:{number}: "{target}" is not there; includes start at src/'
            elif target.split("/")[0] not in below[parts[1]]:
                yield f"{path.relative_to(tree)}:{number}: {parts[1]} includes {target}, which is not below it"


def headers_do_not_go_in_circles(tree):
    graph = {}
    for path in files(tree):
        if path.suffix == ".h" and path.relative_to(tree).parts[0] == "src":
            name = "/".join(path.relative_to(tree).parts[1:])
            graph[name] = re.findall(r'^\s*#\s*include\s*"([^"]+)"', path.read_text(errors="replace"), re.M)
    done, open_ = set(), []

    def visit(name):
        if name in open_:
            return [" → ".join(open_[open_.index(name):] + [name])]
        if name in done or name not in graph:
            return []
        open_.append(name)
        found = [circle for other in graph[name] for circle in visit(other)]
        open_.pop()
        done.add(name)
        return found

    for name in graph:
        for circle in visit(name):
            yield f"src/{name}: includes itself: {circle}"


def types_have_names_of_their_own(tree):
    """Two types of one name in headers of one namespace are one to the linker, which takes the functions of either."""
    seen = {}
    for path in files(tree):
        if path.suffix != ".h" or path.relative_to(tree).parts[0] != "src":
            continue
        text = path.read_text(errors="replace")
        for found in re.finditer(r"^(?:class|struct|union|enum(?: class)?) (?:\[\[.*?\]\] )?(\w+)(?: final)?(?: : [^;{]*)?\s*\{", text, re.M):
            spaces = re.findall(r"^namespace ([\w:]+) \{", text[:found.start()], re.M)
            name = "::".join([*spaces[-1:], found[1]])
            if seen.setdefault(name, path) != path:
                yield f"{path.relative_to(tree)}: {name} is also defined in {seen[name].relative_to(tree)}"


def files_are_short(tree):
    for path in files(tree):
        name = str(path.relative_to(tree))
        if path.suffix not in (".cc", ".h", ".py", ".sh") and name != "dev":
            continue
        count = len(lines(path))
        if count > LINES_MAX and name not in LONGER:
            yield f"{name}: {count} lines; split it by topic, or give the reason in LONGER of tests/house.py"


def long_files_are_still_long(tree, longer=LONGER):
    for name in longer:
        if (tree / name).exists() and len(lines(tree / name)) <= LINES_MAX:
            yield f"tests/house.py: {name} is short by now and needs no exception"


def nothing_names_this_place(tree):
    for path in files(tree):
        name = str(path.relative_to(tree))
        if path.suffix not in TEXT or path.stat().st_size > 4 << 20:
            continue
        for number, line in enumerate(lines(path), 1):
            for pattern, what in FORBIDDEN:
                if pattern.search(line) and not any(name.startswith(where) and allowed.search(line) for where, allowed in ALLOWED):
                    yield f"{name}:{number}: {what}: {line.strip()[:100]}"


def heavy_headers_stay_inside(tree):
    for path in files(tree):
        if path.suffix == ".h" and path.relative_to(tree).parts[0] == "src" and not path.name.endswith(("_test.h", "_testing.h", "_test_kit.h")):
            for number, line in enumerate(lines(path), 1):
                if HEAVY.match(line):
                    yield f"{path.relative_to(tree)}:{number}: {line.strip()} belongs into one .cc behind a small header"


def headers_tell_their_story(tree):
    for path in files(tree):
        parts = path.relative_to(tree).parts
        if parts[0] != "src" or path.suffix not in (".h", ".cc"):
            continue
        text = lines(path)
        if path.suffix == ".h":
            if not text or not text[0].startswith("//"):
                yield f"{path.relative_to(tree)}:1: a header begins with what it is for"
            if "#pragma once" not in text:
                yield f"{path.relative_to(tree)}: no #pragma once"
    for room in rooms(tree):
        folder = tree / "src" / room
        headers = sorted(folder.glob("*.h"))
        if not headers:
            yield f"src/{room}: no header tells what the room is for"


def docs_name_what_exists(tree):
    """Every path and every ./dev command that a page names is there."""
    for path in files(tree):
        if path.suffix != ".md" or path.relative_to(tree).parts[0] in ("content", "changes"):
            continue
        for number, line in enumerate(lines(path), 1):
            for target in re.findall(r"\]\(([^)#\s]+)\)", line):
                if "://" not in target and not (path.parent / target).exists():
                    yield f"{path.relative_to(tree)}:{number}: `{target}` is not there"
            for name in re.findall(r"`((?:src|docs|tests|content|examples|bench|fuzz|tools|cmake|changes)/[A-Za-z0-9_./-]*[A-Za-z0-9_/])`", line):
                if not (tree / name).exists():
                    yield f"{path.relative_to(tree)}:{number}: `{name}` is not there"


def readers_are_fuzzed(tree):
    """A fuzzer has inputs to start from, and a folder of inputs has a fuzzer."""
    if not (tree / "fuzz").exists():
        return
    fuzzers = {path.name.removesuffix("_fuzz.cc") for path in (tree / "fuzz").glob("*_fuzz.cc")}
    corpora = {path.name for path in (tree / "fuzz" / "corpus").glob("*") if path.is_dir()} if (tree / "fuzz" / "corpus").exists() else set()
    for name in sorted(corpora - fuzzers):
        yield f"fuzz/corpus/{name}: no fuzz/{name}_fuzz.cc reads it"
    for name in sorted(fuzzers - corpora):
        yield f"fuzz/{name}_fuzz.cc: no fuzz/corpus/{name} to start from"


def packages_are_pinned_once(tree):
    """The suite that fetches packages and the list that ./dev installs name the same versions."""
    source = tree / "tests" / "mapping_sources.py"
    if not source.exists():
        return
    pinned = set(re.findall(r"^[a-z0-9-]+==\S+", (tree / "tests" / "requirements.txt").read_text(), re.M))
    match = re.search(r"PACKAGES = \[([^\]]*)\]", source.read_text())
    for package in re.findall(r'"([^"]+)"', match.group(1)) if match else []:
        if package not in pinned:
            yield f"tests/mapping_sources.py: {package} is not what tests/requirements.txt pins"


def leftovers_stay_out(tree):
    """What a merge, a patch or an editor leaves beside a file is not kept."""
    for path in files(tree):
        if path.suffix in {".orig", ".rej", ".bak", ".swp"} or path.name.endswith("~"):
            yield f"{path.relative_to(tree)}: left by a merge, a patch or an editor"


RULES = [includes_point_downward, headers_do_not_go_in_circles, types_have_names_of_their_own, files_are_short, long_files_are_still_long, nothing_names_this_place, heavy_headers_stay_inside,
         headers_tell_their_story, docs_name_what_exists, readers_are_fuzzed, packages_are_pinned_once, leftovers_stay_out]

# A tree without a breach, and for each rule what breaks it: path → content.
SOUND = {
    "CMakeLists.txt": "reeve_room(base)\nreeve_room(formats base)\nreeve_room(cli formats)\n",
    "src/base/result.h": "// Results.\n#pragma once\n",
    "src/formats/json.h": "// JSON.\n#pragma once\n#include \"base/result.h\"\n",
    "src/formats/json.cc": "#include \"formats/json.h\"\n#include <simdjson.h>\n",
    "src/cli/main.h": "// The face.\n#pragma once\n#include \"formats/json.h\"\n#include \"base/result.h\"\n",
    "README.md": "See [the face](src/cli/main.h) and `src/formats/json.cc`.\n",
    "fuzz/json_fuzz.cc": "", "fuzz/corpus/json/one": "{}",
    "tests/requirements.txt": "botocore==1.0\n", "tests/mapping_sources.py": "PACKAGES = [\"botocore==1.0\"]\n",
}
PLANTED = [
    (includes_point_downward, {"src/base/result.h": "// Results.\n#pragma once\n#include \"formats/json.h\"\n"}),
    (includes_point_downward, {"src/formats/json.cc": "#include \"cli/main.h\"\n"}),
    (includes_point_downward, {"src/formats/json.cc": "#include \"json.h\"\n"}),
    (includes_point_downward, {"src/attic/old.h": "// Old.\n#pragma once\n"}),
    (includes_point_downward, {"CMakeLists.txt": "reeve_room(formats base)\nreeve_room(base)\nreeve_room(cli formats)\n"}),
    (headers_do_not_go_in_circles, {"src/formats/a.h": "// A.\n#pragma once\n#include \"formats/b.h\"\n", "src/formats/b.h": "// B.\n#pragma once\n#include \"formats/a.h\"\n"}),
    (types_have_names_of_their_own, {"src/base/a.h": "// A.\n#pragma once\nnamespace reeve {\nstruct Same {\n  int a;\n};\n}\n", "src/formats/b.h": "// B.\n#pragma once\nnamespace reeve {\nclass Same : public Other {\n};\n}\n"}),
    (files_are_short, {"src/base/long.cc": "int x;\n" * (LINES_MAX + 1)}),
    (lambda tree: long_files_are_still_long(tree, {"src/base/result.h": "planted"}), {}),
    (nothing_names_this_place, {"src/base/a.cc": "// see /" + "work/main/x\n"}),
    (nothing_names_this_place, {"docs/a.md": "written with Clau" + "de\n"}),
    (nothing_names_this_place, {"docs/a.md": "from https://py" + "pi.org/simple\n"}),
    (heavy_headers_stay_inside, {"src/formats/json.h": "// JSON.\n#pragma once\n#include <simdjson.h>\n"}),
    (headers_tell_their_story, {"src/base/result.h": "#pragma once\n"}),
    (headers_tell_their_story, {"src/base/result.h": "// Results.\n"}),
    (docs_name_what_exists, {"README.md": "See [it](docs/nowhere.md).\n"}),
    (docs_name_what_exists, {"README.md": "See `src/attic/old.h`.\n"}),
    (readers_are_fuzzed, {"fuzz/csv_fuzz.cc": ""}),
    (readers_are_fuzzed, {"fuzz/corpus/csv/one": ""}),
    (packages_are_pinned_once, {"tests/mapping_sources.py": "PACKAGES = [\"botocore==1.1\"]\n"}),
    (leftovers_stay_out, {"src/base/result.h.orig": "old"}),
]


def plant(folder, content):
    for name, text in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(ROOT / "build" / "reeve"))
    options = parser.parse_args()
    passed = failed = skipped = 0

    def count(name, breaches):
        nonlocal passed, failed
        if breaches:
            failed += 1
            print(f"FAIL {name}")
            print("\n".join(f"       {breach}" for breach in breaches[:40]))
        else:
            passed += 1

    for rule in RULES:
        with tempfile.TemporaryDirectory() as folder:
            plant(pathlib.Path(folder), SOUND)
            count(f"{rule.__name__}: a sound tree is sound", list(rule(pathlib.Path(folder))))
        if not any(rule is other or rule.__name__ in other.__code__.co_names for other, _ in PLANTED):
            count(f"{rule.__name__}: has a planted breach", ["none in PLANTED"])
    for number, (rule, breach) in enumerate(PLANTED):
        with tempfile.TemporaryDirectory() as folder:
            plant(pathlib.Path(folder), {**SOUND, **breach})
            count(f"planted breach {number} is seen ({rule.__name__})", [] if list(rule(pathlib.Path(folder))) else [f"{sorted(breach)} went unseen"])
    for rule in RULES:
        count(rule.__name__.replace("_", " "), list(rule(ROOT)))

    # Every content folder is valid: the program says so, and says so of one that is not.
    if not pathlib.Path(options.reeve).exists():
        skipped += 1
        print(f"SKIPPED: {options.reeve} is not built; whether the content holds is not shown")
    else:
        reeve = str(pathlib.Path(options.reeve).resolve())
        run = subprocess.run([reeve, "content", "test", "--content", "content"], cwd=ROOT, capture_output=True, text=True)
        count("the content is valid", [] if run.returncode == 0 else [f"status {run.returncode}", *(run.stdout + run.stderr).splitlines()[-30:]])
        with tempfile.TemporaryDirectory() as folder:
            plant(pathlib.Path(folder), {"controls/half-a-control/control.yaml": "title: Half a control\n"})
            run = subprocess.run([reeve, "content", "test", "--content", folder], capture_output=True, text=True)
            count("half a control is refused", [] if run.returncode == 3 and "half-a-control" in run.stdout + run.stderr else [f"status {run.returncode}", run.stderr[-500:]])
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
