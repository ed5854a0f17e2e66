"""What the browser's suites share: whether a browser is here, reports to look at, and running the script that drives it."""

import json
import os
import shutil
import subprocess
import sys
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from lib_reeve import ROOT  # noqa: E402

AS_OF = "2026-11-22T06:00:00Z"
MODULES = ROOT / "build" / "browser" / "node_modules"


def missing(reeve, modules, packages=()):
    """Why a suite that needs these cannot run; empty when it can. `modules` are npm's, `packages` Python's."""
    for there, what in ((pathlib.Path(reeve).exists(), f"{reeve} is not built"), (chromium(), "chromium is not installed"), (shutil.which("node"), "node is not installed")):
        if not there:
            return what
    for name in modules:
        if not (MODULES / name).exists():
            return f"{name} of tests/browser/packages.txt is not in build/browser"
    for name in packages:
        try:
            __import__(name)
        except ImportError:
            return f"{name} of tests/requirements.txt is not installed"
    return ""


def chromium():
    return os.environ.get("REEVE_CHROMIUM") or shutil.which("chromium")


def report(reeve, folder, name, words, form="html"):
    out = folder / f"{name}.{form}"
    done = subprocess.run([str(reeve), "assess", *map(str, words), "--as-of", AS_OF, "--fail-on", "never", "--quiet", "--format", form, "--out", str(out)], cwd=folder, capture_output=True, text=True)
    if done.returncode not in (0, 3):
        sys.exit(f"assess {words} ended with {done.returncode}: {done.stderr[-1000:]}")
    return out


def example(reeve, folder, forms=("html",)):
    """The bundled estate in its workspace after a month of runs, by names that do not tell where the repository stands."""
    for name in ("northfield", "northfield-workspace"):
        shutil.copytree(ROOT / "examples" / name, folder / name)
    words = ["northfield", "--workspace", "northfield-workspace"]
    for moment in ("2026-10-23T06:00:00Z", "2026-11-08T06:00:00Z"):
        subprocess.run([str(reeve), "assess", *words, "--as-of", moment, "--quiet"], cwd=folder, capture_output=True)
    return {form: report(reeve, folder, "northfield-report", words, form) for form in forms}


def findings(reeve, folder, name, accounts):
    """The page of an estate of that many accounts with a thousand resources each, None without the program that makes it."""
    bench = pathlib.Path(reeve).parent / "bench_make_config"
    if not bench.exists():
        return None
    subprocess.run([str(bench), str(folder / name), "--accounts", str(accounts), "--resources", "1000"], check=True, capture_output=True)
    return {form: report(reeve, folder, name + "-report", [f"{name}/export"], form) for form in ("html", "json")}


def drive(checks, script, least, **given):
    """Runs a script on what it is given, counts the claims that it prints, and gives the lines that are none."""
    given.update(chromium=chromium(), modules=str(MODULES))
    run = subprocess.run([shutil.which("node"), str(HERE / script), json.dumps(given, default=str)], capture_output=True, text=True, timeout=1200)
    lines = run.stdout.splitlines()
    passed = sum(line.startswith("ok ") for line in lines)
    checks.passed += passed
    for line in lines:
        if line.startswith("FAILED "):
            checks.check(False, line[7:])
    checks.check(run.returncode == 0 and passed >= least, f"{script} ran to its end", f"status {run.returncode}, {passed} claims held\n{run.stderr[-3000:]}")
    return [line for line in lines if not line.startswith(("ok ", "FAILED "))]
