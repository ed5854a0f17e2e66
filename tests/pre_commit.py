#!/usr/bin/env python3
"""`.pre-commit-hooks.yaml`: pre-commit itself takes it, and what it names runs on a repository of a user.

    python3 tests/pre_commit.py

pre-commit is fetched by name (tests/requirements.txt); where it is not there, the file's form is held all the same.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lib_reeve import Checks, REEVE, ROOT, built  # noqa: E402

HOOKS = ROOT / ".pre-commit-hooks.yaml"
BAD = "Resources:\n  Data:\n    Type: AWS::EC2::Volume\n    Properties: {Encrypted: false}\n"
TAKEN = {"app.template": True, "app.template.yaml": True, "templates/a/b.yml": True, "cfn/x.json": True, "cloudformation/x.yaml": True, "template/x.yaml": True,
         "README.md": False, "config.yaml": False, "mytemplates/x.yaml": False, "templates/x.md": False}


def main():
    checks = Checks()
    if not built(checks, "the hook for pre-commit"):
        return checks.end()
    text = HOOKS.read_text()
    entry = re.search(r"^  entry: (.*)$", text, re.M).group(1).split()
    files = re.search(r"^  files: '(.*)'$", text, re.M).group(1)
    for name, taken in TAKEN.items():
        checks.check(bool(re.search(files, name)) == taken, f"{name} is {'' if taken else 'not '}taken")
    checks.check(entry[0] == "reeve", "the hook runs reeve", entry)
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        (work / "bin").mkdir()
        (work / "bin" / "reeve").symlink_to(REEVE)
        env = dict(os.environ, PATH=f"{work / 'bin'}:{os.environ['PATH']}", PRE_COMMIT_HOME=str(work / "home"), HOME=str(work),
                   GIT_AUTHOR_NAME="t", GIT_AUTHOR_EMAIL="t@example.com", GIT_COMMITTER_NAME="t", GIT_COMMITTER_EMAIL="t@example.com")
        (work / "templates").mkdir()
        for encrypted, status in (("false", 1), ("true", 0)):
            (work / "templates" / "a.yaml").write_text(BAD.replace("false", encrypted))
            done = subprocess.run([*entry, "--control", "volume-encrypted", "templates/a.yaml"], cwd=work, env=env, capture_output=True, text=True, timeout=60)
            checks.check(done.returncode == status, f"the entry judges a file, Encrypted: {encrypted}", f"{done.returncode} {done.stdout}{done.stderr}")
        program = next((p for p in (ROOT / "build" / ".venv" / "bin" / "pre-commit", pathlib.Path(shutil.which("pre-commit") or "/nowhere")) if p.exists()), None)
        if not program:
            checks.skip("pre-commit itself", "it is not installed", "that pre-commit takes the file and runs the hook")
            return checks.end()
        run = lambda *command, cwd: subprocess.run(list(map(str, command)), cwd=cwd, env=env, capture_output=True, text=True, timeout=120)  # noqa: E731
        done = run(program, "validate-manifest", HOOKS, cwd=work)
        checks.check(done.returncode == 0, "pre-commit takes the file", done.stdout + done.stderr)
        hooks, user = work / "hooks", work / "user"
        for repository in (hooks, user):
            repository.mkdir()
            run("git", "init", "-q", cwd=repository)
        shutil.copy(HOOKS, hooks)
        run("git", "add", "-A", cwd=hooks), run("git", "commit", "-qm", "x", cwd=hooks)
        rev = run("git", "rev-parse", "HEAD", cwd=hooks).stdout.strip()
        (user / "templates").mkdir()
        (user / "notes.yaml").write_text("no: template\n")
        (user / ".pre-commit-config.yaml").write_text(f"repos:\n- repo: {hooks}\n  rev: {rev}\n  hooks:\n  - {{id: reeve-check, args: [--control, volume-encrypted]}}\n")
        for encrypted, status in (("false", 1), ("true", 0)):
            (user / "templates" / "a.yaml").write_text(BAD.replace("false", encrypted))
            run("git", "add", "-A", cwd=user)
            done = run(program, "run", "reeve-check", cwd=user)
            checks.check(done.returncode == status and ("volume-encrypted" in done.stdout) == bool(status), f"pre-commit runs it, Encrypted: {encrypted}", done.stdout + done.stderr)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
