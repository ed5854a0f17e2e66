#!/usr/bin/env python3
"""Breaks the controls one word at a time: at least one example of the control must notice.

    python3 tests/mutations.py [--reeve PROGRAM] [--jobs N] [--list] [CONTROL…]

In `check.guard` every operator is turned: == != > < >= <= in exists empty is_…, with and without `!` or `not`; `some` is removed, and
added where a query may find several values; `or` becomes a new clause and a new clause `or`. In `check.sql` every verdict that a query
gives is turned into another. What is changed stands in a copy of the control alone; only its own examples are run. A change that is no
longer a rule does not count. Survivors are named by file and line.
"""

import argparse
import concurrent.futures
import json
import pathlib
import re
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_reeve import ROOT, Checks, built, reeve  # noqa: E402

CONTROLS = ROOT / "content" / "controls"
NEGATED = {"==": "!=", "!=": "==", ">": "<=", "<=": ">", "<": ">=", ">=": "<"}
# Verdicts that a person would mistake for one another; the change must not be one that the query's author could not tell.
TURNED = {"pass": ("fail",), "fail": ("pass",), "unknown": ("pass", "fail"), "not_applicable": ("pass",)}


def blanked(text, comment, kinds):
    """`text` with comments, strings and patterns replaced by spaces of the same length, so that only code is left in its place."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match[0])
    return re.sub("|".join([comment, *kinds]), blank, text, flags=re.S)


def guard_code(text):
    return blanked(text, r"#[^\n]*", [r"<<.*?>>", r'"(?:[^"\\\n]|\\.)*"', r"'(?:[^'\\\n]|\\.)*'", r"(?<=[=\s(,])/(?:[^/\\\n]|\\.)+/"])


def sql_code(text):
    return re.sub(r"--[^\n]*", lambda m: " " * len(m[0]), text)


def guard_mutants(text):
    """(offset, what, changed text)"""
    code = guard_code(text)

    def put(begin, end, new, what):
        return begin, what, text[:begin] + new + text[end:]

    for m in re.finditer(r"(?<![=!<>:])(==|!=|>=|<=|>|<)(?![=>])", code):
        if m[1] in "<>" and (code[m.start() - 1:m.start()] == "<" or code[m.end():m.end() + 1] == "<"):
            continue
        yield put(m.start(), m.end(), NEGATED[m[1]], f"{m[1]} → {NEGATED[m[1]]}")
        if m[1] in (">", "<", ">=", "<="):  # the boundary itself
            edge = {">": ">=", "<": "<=", ">=": ">", "<=": "<"}[m[1]]
            yield put(m.start(), m.end(), edge, f"{m[1]} → {edge}")
    for m in re.finditer(r"(?<![\w.%])(not\s+|NOT\s+|!)?(in|IN|exists|EXISTS|empty|EMPTY|is_[a-z]+|IS_[A-Z]+)(?![\w(:])", code):
        if m[1]:
            yield put(m.start(1), m.end(1), "", f"{m[0]} → {m[2]}")
        else:
            yield put(m.start(), m.start(), "!" if m[2].lower() != "in" else "not ", f"{m[0]} → not {m[0]}")
    for m in re.finditer(r"(?<![\w.])(some|SOME)\s+", code):
        yield put(m.start(), m.end(), "", "`some` removed")
    for m in re.finditer(r"\s+(or|OR|\|\|)\s+", code):
        inside = code.count("[", 0, m.start()) > code.count("]", 0, m.start()) or "{" in code[m.end():].split("\n", 1)[0]
        yield put(m.start(), m.end(), " and " if inside else "\n", "or → and")
    for m in re.finditer(r"\s+(and|AND|&&)\s+", code):
        yield put(m.start(), m.end(), " or ", "and → or")
    # Lines that hold one whole clause each.
    lines, at = [], 0
    for line in code.splitlines(keepends=True):
        lines.append((at, line.rstrip()))
        at += len(line)
    keyword = re.compile(r"\s*(when|let|rule|if|some|SOME|or|and|not|\}|\{|<<|Resources\b|[\w]+::)|\s*$", re.I)
    clause = lambda line: not keyword.match(line) and not line.endswith(("{", "[", "(", ",")) and re.search(r"[=<>]|\b(in|exists|empty|is_\w+)\b", line, re.I)
    for i, (begin, line) in enumerate(lines):
        if keyword.match(line) or not line.strip():
            continue
        if re.match(r"\s*[\w%.]*[\w%.\]]*\[", line) and clause(line) and line.count("[") == line.count("]") \
                and not re.search(r"\]\s*!?\s*(empty|EMPTY)", line):  # `empty` asks about all that a filter keeps, with or without some
            start = begin + len(line) - len(line.lstrip())
            yield put(start, start, "some ", "`some` added")
        if i + 1 < len(lines) and clause(line) and not re.search(r"\b(or|and)$", line, re.I) and clause(lines[i + 1][1]):
            if code.count("[", 0, begin + len(line)) == code.count("]", 0, begin + len(line)):
                yield put(begin + len(line), begin + len(line), " or", "new clause → or")


def sql_mutants(text):
    code = sql_code(text)
    for m in re.finditer(r"'(pass|fail|unknown|not_applicable)'", code):
        before = code[:m.start()].rstrip().lower()
        if not re.search(r"(then|else|select|,|\()$", before):
            continue  # compared with, not given
        for other in TURNED[m[1]]:
            yield m.start(1), f"'{m[1]}' → '{other}'", text[:m.start(1)] + other + text[m.end(1):]


def held(run, control):
    """True if all examples of `control` hold, False if one does not, None if it is no longer a control."""
    results = [one for one in map(json.loads, (line for line in run.out.splitlines() if line.startswith("{"))) if one["control"] == control]
    if not results or re.search(rf"/{re.escape(control)}/", run.err):
        return None
    if any("query" in r.get("reason", "") and "not right" in r["reason"] for r in results):
        return None
    return all(r["ok"] for r in results)


def judged(control, file, mutants):
    """[(line, what, outcome)] for one control's file. The changed controls stand side by side, so that one run judges them all."""
    out = []
    with tempfile.TemporaryDirectory() as folder:
        controls = pathlib.Path(folder) / "controls"
        whole = (CONTROLS / control / file).read_text()
        shutil.copytree(CONTROLS / control, controls / control)  # as it is, beside them: it replaces the one that is built in
        names = {}  # by text: two changes that come to the same are one
        for _, _, text in mutants:
            if text not in names:
                names[text] = f"{control}-changed-{len(names) + 1}"
                shutil.copytree(CONTROLS / control, controls / names[text])
                (controls / names[text] / file).write_text(text)
        run = reeve("content", "test", control, *names.values(), "--content", folder, "--format", "json")
        if re.search(r"there is no control", run.err):  # what is no control any more ends the run before it judges the others
            names_left = [name for name in names.values() if not re.search(rf"/{re.escape(name)}/", run.err)]
            run = reeve("content", "test", control, *names_left, "--content", folder, "--format", "json")
        out.append((0, "as it is", held(run, control)))
        for offset, what, text in mutants:
            out.append((whole.count("\n", 0, offset) + 1, what, held(run, names[text])))
    return control, file, out


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--list", action="store_true", help="print every change and what came of it")
    parser.add_argument("controls", nargs="*")
    options = parser.parse_args()
    lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    if not built(checks, "whether the examples notice a broken control"):
        return checks.end()
    work = []
    for folder in sorted(CONTROLS.iterdir()):
        if options.controls and folder.name not in options.controls:
            continue
        for file, mutants in (("check.guard", guard_mutants), ("check.sql", sql_mutants)):
            if (folder / file).exists():
                work.append((folder.name, file, list(mutants((folder / file).read_text()))))
    counts = {"noticed": 0, "survived": 0, "no rule": 0}
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for control, file, results in pool.map(lambda one: judged(*one), work):
            checks.check(results[0][2], f"content/controls/{control}/{file}: its examples hold unchanged")
            for line, what, held in results[1:]:
                if options.list:
                    print(f"content/controls/{control}/{file}:{line}: {what}: {held}")
                if held is None:
                    counts["no rule"] += 1
                    continue
                counts["survived" if held else "noticed"] += 1
                checks.check(not held, f"content/controls/{control}/{file}:{line}: {what}: every example still holds")
    print(f"{sum(len(w[2]) for w in work)} changes to {len(work)} files: {counts['noticed']} noticed, {counts['survived']} survived, {counts['no rule']} were no rule")
    if not options.controls:
        checks.check(counts["noticed"] > 300, "many changes were tried", str(counts))
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
