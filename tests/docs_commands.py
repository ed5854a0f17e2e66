#!/usr/bin/env python3
"""Runs the commands that the documentation shows: every line of every ```sh block of the pages at the top and in docs/.

    python3 tests/docs_commands.py [--reeve PROGRAM] [--update]

A block's lines run one after another with `bash -e` in a copy of the tree's example, content and docs folders, with the program at
build/reeve, so nothing they write stays. A block followed by the comment `<!-- not run: REASON -->` is not run, and its reason is
printed; `<!-- status: N -->` says that its last command ends with N. Continued lines and `#` comments are bash's own. A page without
any command is fine; a marker without a reason is not. A ```text block followed by `<!-- begins the output of: COMMAND -->` is a picture:
its lines are the first that the command prints, and `--update` takes them anew.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PICTURE = re.compile(r"^```text\n(.*?)^```\n\s*<!-- begins the output of: (.*?) -->", re.M | re.S)
BLOCK = re.compile(r"^```sh\n(.*?)^```\n(?:\s*<!-- (not run|status): ?(.*?) -->)?", re.M | re.S)


def blocks(text):
    """(line, commands, marker, its text) for each block."""
    for match in BLOCK.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match.group(1), match.group(2), (match.group(3) or "").strip()


def run(commands, folder):
    return subprocess.run(["bash", "-e", "-c", commands], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)


def judge(where, block, folder):
    """None if the block held, else what went wrong; a string `not run: …` if it was left out."""
    _, commands, marker, text = block
    if marker == "not run":
        return f"not run: {text}" if len(text.split()) >= 3 else f"{where}: a block that is not run needs a reason in words"
    wanted = int(text) if marker == "status" else 0
    done = run(commands, folder)
    if done.returncode != wanted:
        return f"{where}: ended with {done.returncode}, not {wanted}:\n{commands}{done.stdout.decode(errors='replace')[-1500:]}"
    return None


def retaken(text, folder):
    """The page with its pictures as they are today."""

    def take(match):
        done = subprocess.run(["bash", "-c", match.group(2)], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=600)
        lines = done.stdout.decode().splitlines()[: match.group(1).count("\n")]
        return match.group(0).replace(match.group(1), "".join(line + "\n" for line in lines), 1)

    return PICTURE.sub(take, text)


def self_test(folder):
    """The reader finds what it must: a command that fails, one that is marked, a marker without a reason."""
    text = "a\n```sh\ntrue\n```\n\n```sh\nfalse\ntrue\n```\n\n```sh\nexit 3\n```\n<!-- status: 3 -->\n```sh\nfalse\n```\n\n<!-- not run: it would never end -->\n```sh\nfalse\n```\n<!-- not run: no -->\n```console\nfalse\n```\n"
    answers = [judge("t", block, folder) for block in blocks(text)]
    ok = len(answers) == 5 and answers[0] is None and answers[1] and "ended with 1" in answers[1] and answers[2] is None and answers[3] == "not run: it would never end" \
        and "needs a reason" in answers[4] and [b[0] for b in blocks(text)][:2] == [2, 6]
    picture = "```text\none\ntwo\n```\n<!-- begins the output of: printf 'one\\nthree\\nfour\\n' -->\n"
    ok = ok and retaken(picture, folder) == picture.replace("two", "three")
    return None if ok else f"the reader of blocks is not sound: {answers}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(ROOT / "build" / "reeve"))
    parser.add_argument("--update", action="store_true", help="take the pictures of output anew")
    options = parser.parse_args()
    if not pathlib.Path(options.reeve).exists():
        print(f"SKIPPED: {options.reeve} is not built; whether the documented commands run is not shown\n0 passed, 0 failed, 1 skipped")
        return 0
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="reeve-docs-") as name:
        folder = pathlib.Path(name)
        for part in ("examples", "content", "docs"):
            shutil.copytree(ROOT / part, folder / part)
        (folder / "build").mkdir()
        os.symlink(pathlib.Path(options.reeve).resolve(), folder / "build" / "reeve")
        problem = self_test(folder)
        passed, failed = passed + (problem is None), failed + (problem is not None)
        if problem:
            print(f"FAIL {problem}")
        for page in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]):
            text = page.read_text()
            now = retaken(text, folder)
            if now != text and options.update:
                page.write_text(now)
            elif now != text:
                failed += 1
                print(f"FAIL {page.relative_to(ROOT)}: a picture of output is out of date: python3 tests/docs_commands.py --update")
            passed += len(PICTURE.findall(text)) if now == text else 0
            for block in blocks(text):
                where = f"{page.relative_to(ROOT)}:{block[0]}"
                answer = judge(where, block, folder)
                if answer is None:
                    passed += 1
                elif answer.startswith("not run: "):
                    print(f"{where}: {answer}")
                else:
                    failed += 1
                    print(f"FAIL {answer}")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
