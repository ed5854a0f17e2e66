#!/usr/bin/env python3
"""Holds what `reeve assess` writes for the bundled example to stored text: 80 and 120 columns, with and without colour, UTF-8 and C locale,
on a terminal and into a pipe.

    python3 tests/terminal_golden.py [--reeve PROGRAM] [--update]

The stored text stands in tests/golden/terminal (`cat` shows its colours); `--update` takes it anew, and `git diff` shows what changed. The
time that the run took is written as `T s`. Rules that need no picture are held by tests/terminal.py.
"""

import argparse
import difflib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_reeve import ROOT, Checks, built, has_terminals  # noqa: E402
from terminal import ESCAPE, on_terminal, width  # noqa: E402

STORED = ROOT / "tests" / "golden" / "terminal"
WORDS = ["northfield", "--workspace", "northfield-workspace", "--as-of", "2026-11-22T06:00:00Z"]
LOCALES = {"utf8": "C.UTF-8", "c": "C"}


def still(text):
    return re.sub(r"\b\d+(?:\.\d+)? (?:ms|s)((?:\x1b\[0m)?)$", r"T s\1", text, flags=re.M)


def estate(folder, name):
    """A copy of the example in which nothing was run yet."""
    here = folder / name
    for part in ("northfield", "northfield-workspace"):
        shutil.copytree(ROOT / "examples" / part, here / part)
    return here


def piped(here, *more, words=WORDS, **environment):
    env = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS", "LC_ALL", "LC_CTYPE", "LANG")}
    return subprocess.run([str(lib_reeve.REEVE), "assess", *words, *more], cwd=here, capture_output=True, env={**env, "LC_ALL": "C.UTF-8", **environment})


def pictures(folder):
    """(name → text), each from a workspace of its own."""
    out = {}
    for locale, value in LOCALES.items():
        out[f"pipe-{locale}"] = piped(estate(folder, f"pipe-{locale}"), LC_ALL=value).stdout.decode()
        out[f"pipe-120-{locale}"] = piped(estate(folder, f"pipe-120-{locale}"), LC_ALL=value, COLUMNS="120").stdout.decode()
        for columns in (80, 120):
            if not has_terminals():
                continue
            for colour, more in {"colour": {}, "plain": {"NO_COLOR": "1"}}.items():
                name = f"{columns}-{locale}-{colour}"
                out[name] = on_terminal(columns, *WORDS, cwd=estate(folder, name), LC_ALL=value, **more)
    return {name: still(text) for name, text in out.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    if not built(checks, "what a terminal shows"):
        return checks.end()
    with tempfile.TemporaryDirectory(prefix="reeve-golden-") as name:
        folder = pathlib.Path(name)
        shown = pictures(folder)
        if not has_terminals():
            checks.skip("the stored terminals", "there are no pseudo-terminals here", "what a terminal shows")
        elif options.update:
            shutil.rmtree(STORED, ignore_errors=True)
            STORED.mkdir(parents=True)
            for picture, text in shown.items():
                (STORED / f"{picture}.txt").write_text(text)
            print(f"wrote {len(shown)} files to {STORED.relative_to(ROOT)}")
        else:
            checks.check({path.stem for path in STORED.glob("*.txt")} == set(shown), "every stored text is taken, and none besides")
        for picture, text in shown.items():
            path = STORED / f"{picture}.txt"
            stored = path.read_text() if path.exists() else ""
            differs = list(difflib.unified_diff(stored.splitlines(), text.splitlines(), "stored", "written", lineterm="", n=0))
            checks.check(stored == text, f"{picture}: as stored (python3 tests/terminal_golden.py --update takes it anew)", "\n" + "\n".join(differs[:12]))
            lines = ESCAPE.sub("", text).splitlines()
            if picture[0].isdigit():
                wide = [line for line in lines if width(line) > int(picture.split("-")[0])]
                checks.check(not wide, f"{picture}: no line is wider than asked", wide[:2])
            checks.check(("\x1b" in text) == picture.endswith("-colour"), f"{picture}: escapes where there is colour, and nowhere else")
            checks.check("-c" not in picture.removesuffix("-colour") or text.isascii(), f"{picture}: a C locale gets ASCII", sorted({c for c in text if ord(c) > 127}))
            if picture.endswith("-colour"):
                checks.check(ESCAPE.sub("", text) == shown[picture.replace("-colour", "-plain")], f"{picture}: without its escapes it is the text without colour")
            last = [line for line in lines if line][-2:]
            checks.check(last[0].startswith("Level ") and last[1].startswith("Next: reeve ") and last[1] == lines[-1], f"{picture}: the summary is last, then one command", last)

        # What stderr holds, and the exit status as `reeve help` documents it.
        here = estate(folder, "statuses")
        (here / "broken").mkdir()
        (here / "broken" / "ec2-describe-volumes.json").write_text("{")
        documented = subprocess.run([str(lib_reeve.REEVE), "help"], capture_output=True, text=True).stdout.split("exit status")[1]
        for status in (0, 1, 2, 3):
            checks.check(re.search(rf"^  {status}  ", documented, re.M), f"status {status} is documented")
        for what, status, silent, words, more in (
                ("nothing asked of it", 0, True, WORDS, ["--fail-on", "never", "--quiet"]),
                ("fails at or above the threshold", 1, True, WORDS, ["--quiet"]),
                ("fails below the threshold", 0, True, ["northfield/templates", *WORDS[3:]], ["--fail-on", "critical", "--quiet"]),
                ("a flag that is none", 2, False, WORDS, ["--fail-at", "high", "--quiet"]),
                ("a value that is none", 2, False, WORDS, ["--fail-on", "bad", "--quiet"]),
                ("a folder that is not there", 3, False, ["nowhere"], ["--quiet"]),
                ("a file that cannot be read, whatever fails beside it", 3, False, WORDS[:1] + ["broken"] + WORDS[1:], ["--quiet"])):
            done = piped(here, *more, words=words)
            checks.check(done.returncode == status, f"{what}: the exit status is {status}", f"{done.returncode}: {done.stderr.decode()[-300:]}")
            checks.check((done.stderr == b"") == silent, f"{what}: stderr is empty exactly when all went well", done.stderr.decode()[-300:])
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
