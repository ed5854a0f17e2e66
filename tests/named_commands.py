#!/usr/bin/env python3
"""Every `reeve …` command that a report names is one: `reeve help` lists it, or the report says that it is judged by a part to come.

    python3 tests/named_commands.py
"""

import re
import sys

from lib_page import Page
from lib_reeve import AS_OF, Checks, NORTHFIELD, built, reeve

FORMATS = ("text", "json", "html", "markdown", "csv", "ocsf", "asff", "oscal", "oscal-poam")
NAMED = re.compile(r"(?<![\w./@-])reeve ([a-z]+)(?: ([a-z]+))?")
LATER = re.compile(r"(?:judged by|a run of|later, by|\"command\":)((?:[\W_]+(?:and\W+)?reeve [a-z]+)+)")


def commands():
    """The first words behind `reeve` that are commands, and the pairs of words that are."""
    listed = [line.strip() for line in reeve("help").out.splitlines()]
    names = [match[1] for line in listed if (match := re.match(r"((?:[a-z]+ )?[a-z-]+)  +\S", line))]
    return {name for name in names if " " not in name}, {tuple(name.split()) for name in names if " " in name}


def named_in(format, text):
    if format == "html":
        page = Page(text)
        text = " ".join(page.texts) + " " + page.script
    text = re.sub(r"&#(\d+);", lambda match: chr(int(match[1])), text)
    later = [(True, first, "") for said in LATER.findall(text) for first, _ in NAMED.findall(said)]
    return later + [(False, first, second) for first, second in NAMED.findall(LATER.sub("", text))]


def main():
    checks = Checks()
    if not built(checks, "that a command named in a report exists"):
        return checks.end()
    single, double = commands()
    checks.check({"assess", "attest", "explain", "history"} <= single and ("content", "list") in double, "the help lists commands", (single, double))
    checks.check(named_in("text", "judged by `reeve detect`; see reeve attest or ./reeve x") == [(True, "detect", ""), (False, "attest", "or")], "commands are found in a text")
    seen = set()
    for format in FORMATS:
        for words in ([NORTHFIELD], [NORTHFIELD, "--all"]):
            run = reeve("assess", *words, "--as-of", AS_OF, "--format", format)
            checks.check(run.status in (0, 1, 3) and run.out, f"{format} is written", run.err[-300:])
            named = named_in(format, run.out)
            seen.update(first for _, first, _ in named)
            wrong = sorted({f"reeve {first} {second}".strip() for later, first, second in named if not later and first not in single and (first, second) not in double})
            checks.check(not wrong, f"{format}: each command named is one, or is said to come", wrong)
    summary = reeve("assess", NORTHFIELD, "--as-of", AS_OF, "--format", "markdown").out
    checks.check("&#96;" not in summary and "`reeve " in summary, "Markdown has names in code spans, and no backtick as a letter", re.findall(r".*&#96;.*", summary)[:2])
    checks.check({"attest", "explain"} & seen, "reports name commands at all", seen)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
