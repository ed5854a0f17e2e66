"""What bench/report.sh says it measures."""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser")]
import lib_browser  # noqa: E402

AS_OF = "2026-11-22T06:00:00Z"


def seconds(reeve, words, folder):
    start = time.monotonic()
    done = subprocess.run([str(reeve), "assess", *words, "--as-of", AS_OF, "--quiet"], cwd=folder, capture_output=True)
    if done.returncode > 1:
        sys.exit(f"assess {words} ended with {done.returncode}: {done.stderr[-500:]}")
    return time.monotonic() - start


def waits(page):
    """What bench/report.mjs saw: the name of each wait and its figures."""
    given = {"chromium": lib_browser.chromium(), "modules": str(lib_browser.MODULES), "page": str(page)}
    run = subprocess.run(["node", str(ROOT / "bench" / "report.mjs"), json.dumps(given)], capture_output=True, text=True, timeout=1200)
    if run.returncode:
        sys.exit(f"bench/report.mjs ended with {run.returncode}: {run.stderr[-1000:]}")
    return json.loads(run.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--dir", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / "reeve-bench-report")
    parser.add_argument("--accounts", type=int, default=140)
    given = parser.parse_args()
    reeve, maker = given.build.resolve() / "reeve", given.build.resolve() / "bench_make_config"
    for program in (reeve, maker):
        if not program.exists():
            sys.exit(f"bench/report.sh: {program} is not built; build it, or name another folder with --build")
    folder = given.dir / str(given.accounts)
    if not (folder / "truth.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([str(maker), str(folder), "--accounts", str(given.accounts), "--resources", "1000"], check=True, capture_output=True)
    page, plain = folder / "page.html", []
    pages = []
    for _ in range(3):
        plain.append(seconds(reeve, ["export", "--format", "text", "--out", "answer.txt"], folder))
        pages.append(seconds(reeve, ["export", "--format", "html", "--out", "page.html"], folder))
    rows = [("size of the page, MB", page.stat().st_size / 1e6, 5.0), ("writing it after the assessment, s", max(0.0, min(pages) - min(plain)), 2.0)]
    why = lib_browser.missing(reeve, ["playwright-core"])
    if why:
        print(f"bench/report.sh: {why}: what a reader waits for is left out; `./dev bench report` installs it", file=sys.stderr)
    else:
        seen = waits(page)
        rows += [("first rows, ms", min(seen["ready"]), 2000), ("the slowest keystroke in the search, ms", max(seen["keys"]), 50), ("the longest task while scrolling, ms", min(seen["tasks"]), 100)]
        print(f"{seen['rows']} findings; keystrokes {[round(one) for one in seen['keys']]} ms", file=sys.stderr)
    print("| what | figure | bar |\n|---|---:|---:|")
    for name, figure, bar in rows:
        print(f"| {name} | {figure:.2f} | {bar} |")
    missed = [name for name, figure, bar in rows if figure > bar]
    if missed:
        print(f"bench/report.sh: missed: {'; '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
