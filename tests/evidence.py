#!/usr/bin/env python3
"""Reads random findings again from their evidence: file, path, value and place must be what the finding says.

    python3 tests/evidence.py [--seed N] [--count N] [--all] [--reeve PROGRAM]

Findings of every input form (CLI folders, AWS Config files in gzip, templates, `tar.zst`, `zip`, snapshots with frames) and the pass
samples of every control are followed by lib_follow.py, which shares nothing with the program. What is asked of one piece of evidence:

- `source` is a readable file, member or frame, or the name of a call; `attestation:ID` where a person is the source
- with `path` and `value`: exactly that value stands there
- with `path` and no value, in a fail: nothing stands there (or null)
- `source` may also be `view:resources`: counted over all resources, whatever their type
- with `value` and no `path`: computed from several facts; its source is named all the same
- `line` and `column`: where the value begins in the file
"""

import argparse
import collections
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import zipfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_follow  # noqa: E402
import lib_reeve  # noqa: E402
from lib_reeve import AS_OF, CLOUDMAPPER, NORTHFIELD, ROOT, Checks, assess, built, controls_of, reeve  # noqa: E402

CALL = re.compile(r"[a-z0-9-]+:[A-Z][A-Za-z0-9]+")
PART = re.compile(r"reeve:[a-z]+")  # a part of Reeve that would have told


class Reader:
    def __init__(self, base):
        self.sources = lib_follow.Sources(base)

    def wrong(self, one, status):
        """What is wrong with a piece of evidence, as (kind, detail); kind "ok…" if nothing is."""
        source, path = one.get("source", ""), one.get("path", "")
        if not source:
            return "no source", ""
        if source.startswith("attestation:") and not path:
            return "ok: attestation", ""
        if source == "view:resources":
            return ("ok: computed", "") if not path else ("a view has no path", path)
        if CALL.fullmatch(source) or PART.fullmatch(source):
            return ("a call has no path", path) if path else ("ok: call", "")
        try:
            document = self.sources.document(source)
        except (OSError, KeyError, subprocess.CalledProcessError, lib_follow.Unfollowable) as error:
            return "source not readable", f"{source}: {error!r}"
        if not path:
            return ("ok: computed", "") if "value" in one else ("ok: file", "")
        if path.startswith("request."):
            value = one.get("value")
            if ".frames@" in source:
                there = document["request"]["parameters"].get(path.removeprefix("request."))
            else:
                there = urllib.parse.unquote(source.rsplit("/", 1)[-1].removesuffix(".json"))
            return ("ok: request", "") if value == there else ("request differs", f"{source} {path} {value!r} {there!r}")
        try:
            there = lib_follow.find(document, path)
        except (lib_follow.Unfollowable, ValueError, TypeError, KeyError) as error:
            return "path not followable", f"{source} {path}: {error!r}"
        if "value" in one:
            if there is lib_follow.NOTHING:
                return "nothing at the path of a value", f"{source} {path} = {one['value']!r}"
            if not lib_follow.same(one["value"], there):
                return "another value", f"{source} {path}: said {str(one['value'])[:200]!r}, there {str(there)[:200]!r}"
        elif status == "fail" and there is not lib_follow.NOTHING and there is not None:
            return "absent, but something is there", f"{source} {path}: {str(there)[:120]!r}"
        if "line" in one:
            text = self.sources.text_of(source)
            if path.startswith("$") and text.lstrip()[:1] in "{[":
                keys = lib_follow.keys_of(path[1:])
                place = lib_follow.place_of(text, keys)
                while not place and there is lib_follow.NOTHING and keys:  # of what is not there: the place of what would hold it
                    place = lib_follow.place_of(text, keys := keys[:-1])
                if not place:
                    return "a place for what has none", f"{source} {path} {one['line']}:{one.get('column')}"
                if place != (one["line"], one.get("column")):
                    return "another place", f"{source} {path}: said {one['line']}:{one.get('column')}, there {place[0]}:{place[1]}"
            elif not path.startswith("$"):
                return "a place for what has none", f"{source} {path} {one['line']}:{one.get('column')}"
        return ("ok: value" if "value" in one else "ok: absent" if there is lib_follow.NOTHING else "ok: where"), ""


def inputs(checks, work):
    """(name, folder that sources are relative to, sources)"""
    yield "northfield", ROOT, [os.path.relpath(NORTHFIELD, ROOT)]
    packed = work / "northfield.tar.zst"
    subprocess.run(["tar", "--zstd", "-cf", packed, "-C", NORTHFIELD.parent, "northfield"], check=True)
    yield "tar.zst", work, [packed.name]
    zipped = work / "northfield.zip"
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(NORTHFIELD.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(NORTHFIELD.parent))
    yield "zip", work, [zipped.name]
    shared = lib_reeve.CLOUDMAPPER.exists()
    if shared:
        yield "cloudmapper", CLOUDMAPPER.parent, [CLOUDMAPPER.name]
    else:
        checks.skip("cloudmapper", f"no {CLOUDMAPPER}", "evidence of a real account")
    snapshot = work / "snapshot"
    done = reeve("snapshot", "pack", "--out", snapshot, NORTHFIELD / "cli")
    if checks.check(done.status == 0, "snapshot pack", done.err[:500]):
        yield "snapshot", work, ["snapshot"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--count", type=int, default=120, help="findings of each input")
    parser.add_argument("--all", action="store_true", help="every finding")
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    options = parser.parse_args()
    lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    if not built(checks, "whether evidence can be followed"):
        return checks.end()
    if not shutil.which("zstd"):
        checks.skip("everything", "no `zstd` program", "whether evidence can be followed")
        return checks.end()
    chance = random.Random(options.seed)
    followed = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        for name, base, sources in inputs(checks, work):
            run = assess(*sources, cwd=base)
            if not checks.check(run.status in (0, 1), f"{name}: assess ends with 0 or 1", f"{run.status}: {run.err[:500]}"):
                if run.status != 3:
                    continue
            reader = Reader(base)
            picked = []
            for passes in (False, True):
                some = [f for f in run.report["findings"] if (f["status"] == "pass") == passes]
                picked += some if options.all else chance.sample(some, min(options.count, len(some)))
            told = [(f["control"], f["status"], one) for f in picked for one in f["evidence"]]
            for finding in picked:
                checks.check(finding["evidence"], f"{name}: {finding['control']} of {finding['resource']['uid']} has evidence")
            told += [(c["id"], "pass", one) for c in controls_of(run.report).values() if c["status"] == "pass" for one in c["evidence"]]
            kinds = collections.Counter()
            for control, status, one in told:
                kind, detail = reader.wrong(one, status)
                kinds[kind] += 1
                checks.check(kind.startswith("ok"), f"{name}: {control} ({status}): {kind}", detail)
            followed[name] = len(picked)
            print(f"{name}: {len(picked)} findings, {len(told)} pieces of evidence:", ", ".join(f"{n} {k}" for k, n in kinds.most_common()))
    checks.check(options.all or sum(followed.values()) >= 300, "at least 300 findings were followed", str(dict(followed)))
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
