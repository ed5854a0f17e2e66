#!/usr/bin/env python3
"""`reeve check --baseline`: only what a former run did not find fails.

    python3 tests/check_baseline.py
"""

import json
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lib_reeve import Checks, built, reeve  # noqa: E402

RULE = "rule encrypted { AWS::EC2::Volume { Properties.Encrypted == true } }\n"


def template(*volumes, above=""):
    """`volumes`: (id, text of Encrypted)."""
    out = above + "Resources:\n"
    for name, encrypted in volumes:
        out += f"  {name}:\n    Type: AWS::EC2::Volume\n    Properties: {{Encrypted: {encrypted}}}\n"
    return out


BEFORE = template(("A", "false"), ("B", "false"))
# What the template becomes, then: status, new, known and gone findings.
CASES = [
    ("the same", BEFORE, 0, 0, 2, 0),
    ("moved lines", template(("A", "false"), ("B", "false"), above="# one\n# two\n\nDescription: moved\n"), 0, 0, 2, 0),
    ("another order", template(("B", "false"), ("A", "false")), 0, 0, 2, 0),
    ("one mended", template(("A", "true"), ("B", "false")), 0, 0, 1, 1),
    ("one more", template(("A", "false"), ("B", "false"), ("C", "false")), 1, 1, 2, 0),
    ("one instead of another", template(("A", "false"), ("C", "false")), 1, 1, 1, 1),
    ("all mended", template(("A", "true"), ("B", "true")), 0, 0, 0, 2),
]


class Suite:
    def __init__(self, folder):
        self.checks, self.folder = Checks(), folder
        (folder / "r.guard").write_text(RULE)

    def run(self, *more, form="json", own=False, path="t.yaml"):
        which = ("--control", "volume-encrypted") if own else ("--rules", "r.guard")
        return reeve("check", path, *which, "--format", form, *more, cwd=self.folder)

    def counts(self):
        for own in (False, True):
            for form in ("json", "sarif"):
                (self.folder / "t.yaml").write_text(BEFORE)
                (self.folder / "base").write_text(self.run(form=form, own=own).out)
                # An own control may rest on several clauses for one resource.
                each = len(self.run(own=own).report["files"][0]["findings"]) // 2
                for what, text, status, fresh, known, gone in CASES:
                    (self.folder / "t.yaml").write_text(text)
                    run = self.run("--baseline", "base", own=own)
                    expected = {"new": fresh * each, "known": known * each, "gone": gone * each}
                    self.checks.check(run.status == status and run.report["summary"]["baseline"] == expected, f"{what}, baseline from {form}, {'own' if own else 'rules'}",
                                      f"status {run.status}, {run.report['summary']}, not {expected}")

    def formats(self):
        (self.folder / "t.yaml").write_text(BEFORE)
        (self.folder / "base").write_text(self.run().out)
        (self.folder / "t.yaml").write_text(CASES[4][1])
        results = json.loads(self.run("--baseline", "base", form="sarif").out)["runs"][0]["results"]
        self.checks.check([r["baselineState"] for r in results] == ["unchanged", "unchanged", "new"], "SARIF: baselineState", results)
        text = self.run("--baseline", "base", form="text").out
        self.checks.check("  C (" in text and "  A (" not in text and "against the baseline: 1 new, 2 known, 0 gone" in text, "text shows what is new", text)
        github = self.run("--baseline", "base", form="github").out.splitlines()
        self.checks.check([line.split(" ")[0] for line in github] == ["::notice", "::notice", "::error"], "github: known ones are notices", github)
        (self.folder / "t.yaml").write_text(BEFORE)
        self.checks.check("skipped" in self.run("--baseline", "base", form="junit").out and "<failure" not in self.run("--baseline", "base", form="junit").out, "JUnit: known ones are skipped")
        self.checks.check("baselineState" not in self.run(form="sarif").out, "SARIF: without a baseline there is no state")

    def corners(self):
        (self.folder / "t.yaml").write_text(BEFORE)
        (self.folder / "base").write_text(self.run("--baseline", "/dev/null").err)  # not JSON
        for what, text in (("no JSON", "no"), ("other JSON", "{}"), ("another tool's SARIF", '{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": []}]}')):
            (self.folder / "base").write_text(text)
            run = self.run("--baseline", "base")
            self.checks.check(run.status == 3 and "base:1" in run.err and run.out == "", f"{what} is refused", run.err)
        self.checks.check(self.run("--baseline", "nowhere").status == 3, "a baseline that is not there is refused")
        self.checks.check(self.run("--baseline", "base", form="verdicts").status == 2, "verdicts are of rules, not of findings")
        (self.folder / "other.yaml").write_text(template(("Z", "false")))
        (self.folder / "base").write_text(self.run(path=".").out)
        run = self.run("--baseline", "base")
        self.checks.check(run.report["summary"]["baseline"] == {"new": 0, "known": 2, "gone": 0}, "what was not judged now is not gone", run.report["summary"])
        (self.folder / "other.yaml").unlink()
        self.checks.check(self.run("--baseline", "base").report["summary"]["baseline"]["gone"] == 1, "what is there no more is gone")
        # An exception that has ended meanwhile is news.
        word = "Metadata: {reeve: {exceptions: [{rule: encrypted, owner: a, reason: b, expires: 2026-06-01}]}}"
        (self.folder / "t.yaml").write_text(f"Resources:\n  A:\n    {word}\n    Type: AWS::EC2::Volume\n    Properties: {{Encrypted: false}}\n")
        for form in ("json", "sarif"):
            (self.folder / "base").write_text(self.run("--as-of", "2026-05-01", form=form).out)
            run = self.run("--as-of", "2026-07-01", "--baseline", "base")
            self.checks.check(run.status == 1 and run.report["summary"]["baseline"]["new"] == 1, f"an ended exception is no old finding, {form}", run.out)
            run = self.run("--as-of", "2026-05-02", "--baseline", "base")
            self.checks.check(run.status == 0 and run.report["summary"]["baseline"] == {"new": 0, "known": 0, "gone": 0}, f"an excepted one is neither new nor known, {form}", run.out)


def main():
    with tempfile.TemporaryDirectory() as folder:
        suite = Suite(pathlib.Path(folder))
        if built(suite.checks, "the baseline of check"):
            suite.counts()
            suite.formats()
            suite.corners()
        return suite.checks.end()


if __name__ == "__main__":
    sys.exit(main())
