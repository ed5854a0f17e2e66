#!/usr/bin/env python3
"""What `reeve assess` shows on a terminal and in a pipe (ux.md §2): widths, colour, order, words, and nothing said that is not so.

    python3 tests/terminal.py [--reeve PROGRAM]

Runs the program on a pseudo-terminal of 80 and of 120 columns and holds it to rules; tests/terminal_golden.py compares whole texts.
"""

import argparse
import fcntl
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import unicodedata

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_reeve import NORTHFIELD, ROOT, Checks, assess, built, has_terminals, reeve  # noqa: E402

ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def on_terminal(columns, *words, cwd=ROOT, command=("assess",), **environment):
    """Standard output as a terminal of that width gets it."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    env = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS", "LC_ALL", "LC_CTYPE", "LANG")}
    env.update({"TERM": "xterm", "LC_ALL": "C.UTF-8"}, **environment)
    process = subprocess.Popen([str(lib_reeve.REEVE), *command, *map(str, words)], cwd=cwd, stdout=theirs, stderr=subprocess.DEVNULL, env=env)
    os.close(theirs)
    data = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        if not piece:
            break
        data += piece
    os.close(ours)
    process.wait()
    return data.decode().replace("\r\n", "\n")


def width(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    lib_reeve.REEVE = pathlib.Path(parser.parse_args().reeve).resolve()
    checks = Checks()
    if not built(checks, "what a terminal shows"):
        return checks.end()
    if not has_terminals():
        checks.skip("everything", "there are no pseudo-terminals here", "what a terminal shows")
        return checks.end()
    report = assess(NORTHFIELD, as_of=None).report
    controls = {control["id"]: control for practice in report["practices"] for control in practice["controls"]}
    for columns in (80, 120):
        for what, words in {"Northfield": [NORTHFIELD], "all of it": [NORTHFIELD, "--all"]}.items():
            shown = on_terminal(columns, *words)
            plain = ESCAPE.sub("", shown)
            wide = [line for line in plain.splitlines() if width(line) > columns]
            checks.check(not wide, f"{what}: nothing is wider than {columns} columns", wide[:3])
            bare = re.sub(r"\d+(\.\d+)? (ms|s)\b", "", on_terminal(columns, *words, NO_COLOR="1"))
            checks.check("\x1b" not in bare and bare == re.sub(r"\d+(\.\d+)? (ms|s)\b", "", plain), f"{what}: colour adds nothing but colour at {columns}")
        c_locale = on_terminal(columns, NORTHFIELD, LC_ALL="C", NO_COLOR="1")
        checks.check(c_locale.isascii(), f"a terminal without UTF-8 gets ASCII at {columns}", [c for c in c_locale if ord(c) > 127][:5])
    text = reeve("assess", NORTHFIELD).out
    checks.check("\x1b" not in text, "a pipe gets no escape")
    order = ["SEC01 ", "practice ", "* holds the level down", "Blocks level ", "Do first", "Not known", "Level ", "Next: reeve explain "]
    places = [text.find(word) for word in order]
    checks.check(-1 not in places and places == sorted(places), "details first, the summary last, then one next command", dict(zip(order, places)))
    checks.check(text.rstrip().splitlines()[-1].startswith("Next: ") and text.rstrip().splitlines()[-1].split()[-1] in controls, "the next command can be typed")

    # A blocker of several names the first and says how many more there are.
    blockers = re.findall(r"^   (fail|unkn)  (\S+)\s+(\d[\d,]*) of [\d,]+ \w+: (.*)$", text, re.M)
    checks.check(len(blockers) >= 10, "blockers name a resource", text.split("Blocks level")[1][:600])
    for status, control, n, named in blockers:
        said = re.fullmatch(r"(\S.*?)(?: and ([\d,]+) more)?", named)
        word = {"fail": "fail", "unkn": "unknown"}[status]
        known = [f["resource"] for f in report["findings"] if f["control"] == control and f["status"] == word]
        first = said.group(1)
        checks.check(any(first == r["uid"] or first == f"{r['account']} {r['region']}" or (first == r["account"] and r["region"] == "global") for r in known), f"{control}: the resource named stands so", first)
        checks.check(int((said.group(2) or "0").replace(",", "")) == int(n.replace(",", "")) - 1 == len(known) - 1, f"{control}: the rest is counted", (named, n, len(known)))

    for columns in (80, 100, 140):
        for words in ([], ["--all"]):
            piped = reeve("assess", NORTHFIELD, *words, env={"COLUMNS": str(columns)}).out
            first = piped.split("Do first")[1].split("\n\n")[0].splitlines()
            checks.check(len(first) > 5 and not [line for line in first if width(line) > columns], f"in a pipe too, what to do first fits {columns} columns", max(first, key=width))
            named = piped.split("Blocks level")[1].split("\n\n")[0].splitlines()[1:]
            loose = [line for line in named if width(line) > columns and not re.search(r"\S{12}", line[40:])]
            checks.check(not loose, f"in a pipe a long name pushes its own row alone at {columns}", loose[:2])

    # What to do first is named by its control, in the roadmap's order.
    steps = re.findall(r"^ +(\d+)  (\S+)  ", text.split("Do first")[1].split("\n\n")[0], re.M)
    roadmap = [(str(item["rank"]), item["control"]) for item in report["roadmap"]]
    checks.check(len(steps) >= 5 and steps == roadmap[: len(steps)], "the steps are the roadmap's, by control", steps)
    checks.check(not re.search(r"\b1 points\b|\b1 verdicts\b|\b1 accounts\b", reeve("assess", NORTHFIELD, "--all").out), "one is singular")
    causes = [cause["cause"] for cause in report["coverage"]["facts_unknown"]]
    checks.check(not [cause for cause in causes if cause.endswith(" was not read")] and len(set(causes)) == len(causes), "a call that was not read is one cause", [c for c in causes if "was not read" in c])

    # The moment in the headline is the one it says.
    facts = re.search(r"facts of (.*)", text.splitlines()[0])
    checks.check(facts and "as of" not in text.splitlines()[0], "facts as of their own moment", text.splitlines()[0])
    earlier = reeve("assess", NORTHFIELD, "--as-of", "2026-06-01").out.splitlines()[0]
    checks.check("as of 1 Jun 2026" in earlier and facts and earlier.endswith("facts of " + facts.group(1)), "judged as of an earlier moment, the facts keep theirs", earlier)

    # What could not be read is no report of nothing.
    with tempfile.TemporaryDirectory(prefix="reeve-terminal-") as name:
        missing = reeve("assess", pathlib.Path(name) / "nowhere")
        checks.check(missing.status == 3 and missing.out.startswith("No input was found: nothing is known, and all ") and missing.out.count("\n") == 1 and "nowhere" in missing.err, "a folder that is not there gives no report", missing.out[:200])
        quiet = reeve("assess", NORTHFIELD, "--fail-on", "never", "--quiet")
        checks.check(quiet.status == 0 and quiet.err == "", "--quiet says nothing beside the result", quiet.err[:200])
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
