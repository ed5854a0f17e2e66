#!/usr/bin/env python3
"""`reeve check --changed-since REV`: only files that git says changed are judged, all of them if what judges changed.

    python3 tests/check_changed.py
"""

import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lib_reeve import Checks, built, reeve  # noqa: E402

GOOD = "Resources:\n  Data:\n    Type: AWS::EC2::Volume\n    Properties: {Encrypted: true}\n"
ODD = "t/a b\n\"ü.yaml"
ENV = {"GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.com", "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@example.com", "GIT_CONFIG_GLOBAL": "/dev/null"}


class Suite:
    def __init__(self, folder):
        self.checks, self.folder = Checks(), folder
        (folder / "t").mkdir(parents=True)
        (folder / "rules").mkdir()
        (folder / "rules" / "r.guard").write_text("rule encrypted { AWS::EC2::Volume { Properties.Encrypted == true } }\n")
        for name in ("t/one.yaml", "t/two.yaml", ODD):
            (folder / name).write_text(GOOD)
        (folder / ".gitignore").write_text("ignored.yaml\n")
        self.git("init", "-q"), self.commit()
        self.git("tag", "start")

    def git(self, *words):
        return subprocess.run(["git", *words], cwd=self.folder, env=dict(os.environ, **ENV), capture_output=True, text=True, check=True).stdout

    def commit(self):
        self.git("add", "-A"), self.git("commit", "-qm", "x")

    def judged(self, *more, revision="start", cwd=None, path="t"):
        run = reeve("check", path, "--rules", self.folder / "rules", f"--changed-since={revision}", "--format", "json", *more, cwd=cwd or self.folder)
        return run, sorted(pathlib.Path(file["path"]).name for file in run.report["files"]) if run.out else None

    def is_judged(self, what, expected, **more):
        run, names = self.judged(**more)
        self.checks.check(names == sorted(expected) and run.status == 0, what, f"{names}, status {run.status}, {run.err}")

    def run(self):
        self.is_judged("nothing changed", [])
        (self.folder / "t" / "one.yaml").write_text(GOOD + "# more\n")
        self.is_judged("changed and not committed", ["one.yaml"])
        self.is_judged("from another folder", ["one.yaml"], cwd=self.folder / "t", path=".")
        self.commit()
        self.is_judged("changed and committed", ["one.yaml"])
        self.is_judged("since then", [], revision="HEAD")
        (self.folder / ODD).write_text(GOOD + "# more\n")
        (self.folder / "t" / "new.yaml").write_text(GOOD)
        (self.folder / "t" / "ignored.yaml").write_text(GOOD)
        self.is_judged("odd names and new files; ignored ones not", ["new.yaml", pathlib.Path(ODD).name], revision="HEAD")
        (self.folder / "t" / "two.yaml").unlink()
        self.is_judged("a deleted file is not asked for", ["new.yaml", pathlib.Path(ODD).name], revision="HEAD")
        self.commit()
        (self.folder / "rules" / "r.guard").write_text("# other\nrule encrypted { AWS::EC2::Volume { Properties.Encrypted == true } }\n")
        self.is_judged("a rule file changed: all", ["new.yaml", "one.yaml", "ignored.yaml", pathlib.Path(ODD).name], revision="HEAD")
        for revision in ("nowhere", "--output=x", "-h", "start; touch owned", "$(touch owned)", ""):
            run, _ = self.judged(revision=revision)
            self.checks.check(run.status == 2 and not (self.folder / "owned").exists() and not (self.folder / "x").exists(), f"`{revision}` is no revision", f"{run.status} {run.err}")
        with tempfile.TemporaryDirectory() as elsewhere:
            (pathlib.Path(elsewhere) / "a.yaml").write_text(GOOD)
            run, _ = self.judged(cwd=elsewhere, path="a.yaml")
            self.checks.check(run.status == 2 and "is in no git repository" in run.err, "no repository", f"{run.status} {run.err}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        suite = Suite(pathlib.Path(folder) / "repository")
        if built(suite.checks, "what changed since a revision"):
            suite.run()
        return suite.checks.end()


if __name__ == "__main__":
    sys.exit(main())
