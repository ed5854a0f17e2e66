#!/usr/bin/env python3
"""`--accounts` and `--regions` choose what is judged, not what is known: the verdicts in scope are those of the whole run.

    python3 tests/scope.py

A trail in another Region still covers this one, and a delegated administrator in another account is still there.
"""

import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lib_reeve import NORTHFIELD, ROOT, Checks, assess, built, verdicts_of  # noqa: E402


def is_in(resource, accounts, regions):
    """What has no account or no Region, or is the organization's, is in every scope."""
    region, account = resource.get("region", ""), resource.get("account", "")
    organizations = resource["type"].startswith("AWS::Organizations::") or resource["type"] == "Reeve::Organization"
    return (not regions or "-" not in region or region in regions) and (not accounts or not account or organizations or account in accounts)


# What is said of the whole assessment follows what was judged.
ABOUT_THE_ASSESSMENT = {path.parent.name for path in (ROOT / "content" / "controls").glob("*/control.yaml") if "reeve:assess" in path.read_text()}


def compare(checks, what, scoped, whole, accounts=(), regions=()):
    of = {key: (f["status"], f.get("reason", "")) for key, f in verdicts_of(scoped).items()}
    expected = {key: (f["status"], f.get("reason", "")) for key, f in verdicts_of(whole).items() if is_in(f["resource"], accounts, regions)}
    checks.check(len(expected) > 50, f"{what}: enough to compare", str(len(expected)))
    for key in sorted(set(of) | set(expected)):
        if key[0] not in ABOUT_THE_ASSESSMENT:
            checks.check(of.get(key) == expected.get(key), f"{what}: {key[0]} {key[1]}", f"{of.get(key)} instead of {expected.get(key)}")


def main():
    checks = Checks()
    if not built(checks, "scope"):
        return checks.end()
    whole = assess(NORTHFIELD).report
    resources = [f["resource"] for f in whole["findings"]]
    accounts = sorted({r["account"] for r in resources if r.get("account", "").isdigit()})
    regions = sorted({r["region"] for r in resources if "-" in r.get("region", "")})
    checks.check(len(accounts) > 3 and len(regions) > 1, "the example has several accounts and Regions", f"{accounts} {regions}")
    for region in regions:
        scoped = assess(NORTHFIELD, more=["--regions", region]).report
        compare(checks, f"--regions {region}", scoped, whole, regions=[region])
        checks.check(scoped["estate"]["regions"] == 1, f"--regions {region}: one Region counts", str(scoped["estate"]))
        checks.check(scoped["estate"]["resources"] < whole["estate"]["resources"], f"--regions {region}: fewer resources count", str(scoped["estate"]))
    for some in (accounts[:1], accounts[1:3], accounts[-1:]):
        scoped = assess(NORTHFIELD, more=["--accounts", ",".join(some)]).report
        compare(checks, f"--accounts {','.join(some)}", scoped, whole, accounts=some)
        checks.check(scoped["estate"]["accounts"] == len(some), f"--accounts {','.join(some)}: so many count", str(scoped["estate"]))

    # A narrow run in between closes nothing, and the next whole run finds all as it was.
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "reeve.yaml").write_text("organization: Northfield\n")

        def seen(more=()):
            run = assess(NORTHFIELD, more=["--workspace", folder, *more])
            checks.check(run.status in (0, 1), f"a run {' '.join(more)} of the workspace", run.err[-300:])
            judged = [f for f in run.report["findings"] if f["status"] != "pass" and not f.get("not_rejudged")]
            return {f["id"]: (f["status"], f.get("first_seen")) for f in judged}

        first = seen()
        for words in (["--regions", regions[0]], ["--accounts", accounts[0]], ["--regions", regions[-1], "--accounts", accounts[1]]):
            narrow = seen(words)
            checks.check(0 < len(narrow) < len(first), f"{' '.join(words)} judges a part", f"{len(narrow)} of {len(first)}")
            checks.check(seen() == first, f"a run with {' '.join(words)} in between changes nothing that is open")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
