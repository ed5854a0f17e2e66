"""What the acceptance tests share: where things stand, running the program, counting checks.

A test script makes one `Checks`, calls `check` for every claim, and ends with `sys.exit(checks.end())`, whose last line is
`N passed, N failed, N skipped`.
"""

import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
REEVE = pathlib.Path(os.environ.get("REEVE", ROOT / "build" / "reeve")).resolve()
SHARED = pathlib.Path(os.environ.get("REEVE_SHARED", ROOT.parent / "shared"))
NORTHFIELD = ROOT / "examples" / "northfield"
CLOUDMAPPER = SHARED / "corpora" / "accounts" / "cloudmapper-demo"
AUTHORIZATION = SHARED / "corpora" / "accounts" / "authorization-details"
AS_OF = "2026-11-22T00:00:00Z"


class Checks:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def check(self, holds, what, detail=""):
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED {what}" + (f": {detail}" if detail else ""))
        return bool(holds)

    def skip(self, what, why, shown):
        """`shown`: what the run therefore does not show."""
        self.skipped += 1
        print(f"SKIPPED {what}: {why}; not shown: {shown}")

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped")
        return 1 if self.failed else 0


class Run:
    def __init__(self, done):
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr
        self._report = None

    @property
    def report(self):
        if self._report is None:
            self._report = json.loads(self.out)
        return self._report


def reeve(*arguments, cwd=ROOT, env=None, timeout=600):
    whole = dict(os.environ, **(env or {}))
    return Run(subprocess.run([str(REEVE), *map(str, arguments)], cwd=cwd, capture_output=True, text=True, env=whole, timeout=timeout))


def assess(*sources, as_of=AS_OF, more=(), **keywords):
    arguments = ["assess", *sources, "--format", "json", "--all", *more]
    if as_of:
        arguments += ["--as-of", as_of]
    return reeve(*arguments, **keywords)


def controls_of(report):
    return {control["id"]: control for practice in report["practices"] for control in practice["controls"]}


def verdicts_of(report):
    """(control, uid) → status, passes included (the report must be made with --all)."""
    return {(finding["control"], finding["resource"]["uid"]): finding for finding in report["findings"]}


def built(checks, shown):
    if REEVE.exists():
        return True
    checks.skip("everything", f"{REEVE} is not built", shown)
    return False


def has_terminals():
    """Whether this system gives pseudo-terminals (a bare chroot without /dev/pts does not)."""
    try:
        for descriptor in os.openpty():
            os.close(descriptor)
        return True
    except OSError:
        return False
