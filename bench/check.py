"""What bench/check.sh runs; its head says what for."""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests" / "peers"))
import guard_peer  # noqa: E402

BARS = {
    "times less CPU than cfn-guard": 30,
    "one template, ms": 15,
    "one template, own controls, ms": 15,
    "MiB for 1,000 templates": 64,
    "10,000 resources in one file, CPU s": 0.5,
    "10,000 resources in one file, own controls, CPU s": 0.5,
}


CHECKOV = ["--framework", "cloudformation", "--quiet", "--compact"]


class Figure:
    def __init__(self, cpu, wall, mib):
        self.cpu, self.wall, self.mib = cpu, wall, mib


def run(command, statuses, may_fail=False):
    """Processor and wall seconds and the peak of memory of one run; None if it may fail and did. A child of its own, so that the peak is
    its alone."""
    begin = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if may_fail and child.returncode not in statuses:
        return None
    if child.returncode not in statuses:
        sys.exit(f"bench/check.py: `{' '.join(command[:3])} …` ended with {child.returncode}, expected {statuses}")
    return Figure(usage.ru_utime + usage.ru_stime, time.monotonic() - begin, usage.ru_maxrss / 1024)


def least(runs):
    """The least processor time and wall time of several runs, the largest peak."""
    return Figure(min(r.cpu for r in runs), min(r.wall for r in runs), max(r.mib for r in runs))


def alternate(*programs):
    """The figures of several programs, each (times, command, statuses). They take turns, so that a machine that is busy for a while is busy
    for all of them."""
    runs = [[] for _ in programs]
    for turn in range(max(times for times, _, _ in programs)):
        for (times, command, statuses), done in zip(programs, runs):
            if turn < times:
                done.append(run(command, statuses))
    return [least(done) for done in runs]


def large(path, resources):
    """One template with that many resources of a few types; one in fifty fails."""
    kinds = [
        ("AWS::EC2::Volume", lambda bad: {"Encrypted": not bad, "Size": 8, "Tags": [{"Key": "owner", "Value": "web"}]}),
        ("AWS::SQS::Queue", lambda bad: {"SqsManagedSseEnabled": not bad}),
        ("AWS::SNS::Topic", lambda bad: {} if bad else {"KmsMasterKeyId": "alias/topics"}),
        ("AWS::S3::Bucket", lambda bad: {} if bad else {"VersioningConfiguration": {"Status": "Enabled"}}),
    ]
    made = {}
    for i in range(resources):
        kind, properties = kinds[i % len(kinds)]
        made[f"R{i}"] = {"Type": kind, "Properties": properties(i % 50 == 0)}
    path.write_text(json.dumps({"Resources": made}, indent=1))


def row(what, program, figure, beside=None):
    ratio = f"{figure.cpu / beside.cpu:.0f}" if beside else "1"
    print(f"| {what} | {program} | {figure.cpu:.3f} | {figure.wall:.3f} | {figure.mib:.0f} | {ratio} |", flush=True)


def checkov(home):
    binary = home / "bin" / "checkov"
    if not binary.exists():
        print("installing checkov, which takes a minute", file=sys.stderr)
        log = home.parent / "checkov.log"
        home.parent.mkdir(parents=True, exist_ok=True)
        with log.open("w") as out:
            made = subprocess.run([sys.executable, "-m", "venv", str(home)], stdout=out, stderr=out).returncode == 0
            if not made or subprocess.run([str(home / "bin" / "pip"), "-q", "install", "checkov"], stdout=out, stderr=out).returncode:
                print(f"checkov could not be installed; {log} says why")
    return binary if binary.exists() else None


def read_by_checkov(tool, folder, spare):
    """Its figure over a folder, without the templates that make it crash, and their names. One such template ends the run over all, so
    they are looked for by halves."""
    def over(paths):
        shutil.rmtree(spare, ignore_errors=True)
        spare.mkdir()
        for path in paths:
            shutil.copy(path, spare)
        return run([str(tool), *CHECKOV, "-d", str(spare)], (0, 1), may_fail=True)

    def crash(paths):
        if len(paths) == 1:
            return paths
        halves = paths[:len(paths) // 2], paths[len(paths) // 2:]
        return [path for half in halves if over(half) is None for path in crash(half)]

    paths, bad = sorted(folder.iterdir()), []
    figure = over(paths)
    while figure is None:
        found = crash([path for path in paths if path not in bad])
        if not found:
            return None, bad  # it does not fail of one template alone
        bad += found
        figure = over([path for path in paths if path not in bad])
    return figure, [path.name for path in bad]


def same_verdicts(reeve, binary, rules, data):
    """How many (rule, template) verdicts are alike; those that differ are printed."""
    theirs = guard_peer.theirs(binary, rules, data)
    if theirs is None:
        sys.exit("bench/check.py: cfn-guard gave no verdicts")
    theirs = {(os.path.basename(path), name): statuses for (path, name), statuses in theirs.items()}
    ours, _, _ = guard_peer.of_check(reeve, guard_peer.VERSION, rules, data)
    mine = {}
    for (path, _, name), statuses in ours.items():
        mine.setdefault((path, name), set()).update(statuses)
    wrong = sorted(key for key in set(theirs) | set(mine) if theirs.get(key) != mine.get(key))
    for key in wrong[:10]:
        print(f"differs: {key}: cfn-guard {theirs.get(key)}, reeve {mine.get(key)}")
    return len(theirs) - len(wrong), len(wrong)


def main():
    parser = argparse.ArgumentParser(prog="bench/check.sh")
    parser.add_argument("--build", default=str(ROOT / "build"))
    parser.add_argument("--dir", default=os.path.join(os.environ.get("TMPDIR", "/tmp"), "reeve-bench-check"))
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--templates", default=os.path.join(guard_peer.SHARED, "corpora", "templates"))
    parser.add_argument("--no-checkov", action="store_true")
    options = parser.parse_args()
    reeve = os.path.join(options.build, "reeve")
    data = [path for path in guard_peer.templates() if "conformance-packs" not in path] if options.templates.startswith(guard_peer.SHARED) else \
        sorted(str(path) for path in pathlib.Path(options.templates).rglob("*") if path.suffix in (".yaml", ".yml", ".json", ".template"))
    package, (binary, _) = guard_peer.npm_package(), guard_peer.crate(guard_peer.VERSION)
    if not (data and package and binary and os.access(reeve, os.X_OK)):
        sys.exit(f"bench/check.py: needs {reeve}, templates in {options.templates}, {guard_peer.PACKAGE} from npm and cfn-guard {guard_peer.VERSION}")
    rules = sorted(str(path) for path in pathlib.Path(package, "rules", "control-tower", "cfn-guard").rglob("*.guard"))

    # Names of files tell templates apart in `verdicts`, so each gets a number; a thousand are the same ones again and again.
    here = pathlib.Path(options.dir)
    for name, count in (("some", len(data)), ("thousand", 1000)):
        folder = here / name
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for i in range(count):
            path = pathlib.Path(data[i % len(data)])
            (folder / f"{i:04}-{path.name}").write_bytes(path.read_bytes())
    some = sorted(str(path) for path in (here / "some").iterdir())
    one = min(some, key=lambda path: abs(os.path.getsize(path) - 8000))
    folder = os.path.join(package, "rules", "control-tower", "cfn-guard")
    alike, wrong = same_verdicts(reeve, binary, rules, some)
    print(f"{len(rules)} rule files over {len(some)} templates: {alike} verdicts alike under 3.2.1 semantics, {wrong} not\n")

    def ours(*words):
        return [reeve, "check", *words, "--rules", folder, "--format", "verdicts", "--fail-on", "never"]

    def theirs(*words):
        return [binary, "validate", *(word for path in words for word in ("-d", path)), "-r", folder, "--structured", "-S", "none", "-o", "json"]

    print("| what | program | CPU s | wall s | peak MiB | times reeve's CPU |\n|---|---|---:|---:|---:|---:|")
    mine, their = alternate((options.times, ours(str(here / "some")), (0, 3)), (max(1, options.times // 2), theirs(str(here / "some")), (0, 19)))
    row(f"{len(some)} templates", "reeve check", mine)
    row("", f"cfn-guard {guard_peer.VERSION}", their, mine)
    home = here / "checkov"
    tool = None if options.no_checkov else checkov(home)
    if tool:
        figure, bad = read_by_checkov(tool, here / "some", here / "checkov-reads")
        if figure:
            row("", f"checkov, its own rules, {len(bad)} templates left out" if bad else "checkov, its own rules", figure, mine)
    by_own = [reeve, "check", "--format", "json", "--fail-on", "never"]
    mine_one, their_one, own = alternate((options.times * 4, ours(one), (0,)), (options.times, theirs(one), (0, 19)), (options.times * 4, [*by_own, one], (0, 3)))
    row("one template", "reeve check", mine_one)
    row("", f"cfn-guard {guard_peer.VERSION}", their_one, mine_one)
    row("one template, own controls", "reeve check", own)
    if tool and (figure := run([str(tool), *CHECKOV, "-f", one], (0, 1), may_fail=True)):
        row("", "checkov, its own rules", figure, own)
    elif tool:
        print(f"|  | checkov, which does not read {pathlib.Path(one).name} | | | | |")
    many, many_own = alternate((max(1, options.times // 2), ours(str(here / "thousand")), (0, 3)), (1, [*by_own, str(here / "thousand")], (0, 3)))
    row("1,000 templates", "reeve check", many)
    row("1,000 templates, own controls", "reeve check", many_own)
    sizes = {1000: here / "large-1000.json", 10000: here / "large-10000.json"}
    for count, path in sizes.items():
        large(path, count)
    # With findings, each of which has its place in the file: what grew with the square of the file once.
    by_rules = [reeve, "check", "--rules", folder, "--format", "json", "--fail-on", "never"]
    grown = {count: alternate((2, [*by_rules, str(path)], (0,)), (2, [*by_own, str(path)], (0,))) for count, path in sizes.items()}
    for count, (with_rules, with_own) in grown.items():
        row(f"{count:,} resources in one file", "reeve check", with_rules)
        row(f"{count:,} resources in one file, own controls", "reeve check", with_own)
    figures = dict(zip(BARS, (their.cpu / mine.cpu, mine_one.wall * 1000, own.wall * 1000, many.mib, grown[10000][0].cpu, grown[10000][1].cpu)))
    missed = [what for what, bar in BARS.items() if (figures[what] < bar if "times" in what else figures[what] > bar)]
    if tool and bad:
        print(f"\ncheckov ends with an error of its own over {', '.join(bad)}: its row is without")
    print("\n" + "; ".join(f"{what}: {figures[what]:.1f} (bar {bar})" for what, bar in BARS.items()))
    if missed:
        print("missed: " + ", ".join(missed))
    return 1 if wrong or missed else 0


if __name__ == "__main__":
    sys.exit(main())
