#!/usr/bin/env python3
"""Holds `reeve access simulate` against the naive oracle (access_oracle.py) over random documents (lib_access_cases.py).

    access_differential.py [--requests 100000] [--seed N] [--keep FILE] [--processes N]

Where the oracle has a result, Reeve's is the same and nothing is unknown; where the oracle's hangs on a point that AWS's pages leave open, so does
Reeve's. The same seed makes the same documents; `--keep` writes those that differ, one a line, with both answers. How often each
result, caller and kind of condition occurs is counted too: a generator that has gone lame would show nothing.
"""

import argparse
import collections
import concurrent.futures
import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import access_oracle  # noqa: E402
import lib_access_cases  # noqa: E402
from lib_access import has_simulate, simulate, verdict  # noqa: E402
from lib_reeve import Checks, built  # noqa: E402

BATCH = 500


def batch(seed, first, count, ask_reeve):
    """What differed, and a tally, of the documents first … first + count."""
    documents = [lib_access_cases.case(seed, number) for number in range(first, first + count)]
    theirs = simulate(documents) if ask_reeve else [None] * count
    differ, tally = [], collections.Counter()
    for document, reeve in zip(documents, theirs):
        oracle = access_oracle.answer(document)
        tally["result " + oracle.result] += 1
        tally["caller " + kind_of(document)] += 1
        tally.update({"point " + point for point in oracle.points} | {"operator " + name for name in operators(document)})
        if reeve is not None and (verdict(reeve), bool(reeve["unknown"])) != (oracle.result, bool(oracle.points)):
            differ.append({"document": document, "oracle": [oracle.result, sorted(oracle.points)], "reeve": reeve})
    return differ, tally


def kind_of(document):
    return access_oracle.caller_of(document["request"]["principal"]).kind


def operators(value):
    """The condition operators in any policy of the document."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "Condition":
                yield from inner
            else:
                yield from operators(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from operators(inner)


def lively(checks, tally, requests):
    """Every kind of result, caller and operator is frequent enough to mean something."""
    for result, least in (("Allowed", 0.1), ("ImplicitlyDenied", 0.2), ("ExplicitlyDenied", 0.1), ("Unknown", 0.005)):
        checks.check(tally["result " + result] >= least * requests, f"{result} is frequent", dict(tally))
    for kind in ("user", "role_session", "federated_user", "root", "service", "anonymous", "web_identity", "saml"):
        checks.check(tally["caller " + kind] >= 0.002 * requests, f"{kind} callers are frequent")
    base = [name for names in lib_access_cases.OPERATORS.values() for name in names]
    for name in sorted(set(base)):
        used = sum(count for key, count in tally.items()
                   if key.startswith("operator ") and key.removesuffix("IfExists").endswith((" " + name, ":" + name)))
        checks.check(used >= 0.004 * requests, f"{name} is frequent", used)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--keep")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    checks = Checks()
    if not built(checks, "that Reeve decides as the oracle does"):
        return checks.end()
    ask_reeve = has_simulate()
    if not ask_reeve:
        checks.skip("reeve", "this build has no `access simulate`", "that Reeve decides as the oracle does")
    starts = range(0, options.requests, BATCH)
    differ, tally = [], collections.Counter()
    with concurrent.futures.ProcessPoolExecutor(options.processes) as pool:
        jobs = [pool.submit(batch, options.seed, first, min(BATCH, options.requests - first), ask_reeve) for first in starts]
        for job in jobs:
            found, counts = job.result()
            differ += found
            tally += counts
    lively(checks, tally, options.requests)
    for one in differ[:5]:
        print(json.dumps(one))
    if options.keep:
        pathlib.Path(options.keep).write_text("".join(json.dumps(one) + "\n" for one in differ))
    if ask_reeve:
        checks.check(not differ, f"{options.requests} requests are decided alike", f"{len(differ)} are not")
    results = ", ".join(f"{key[7:]} {count}" for key, count in sorted(tally.items()) if key.startswith("result "))
    print(f"{options.requests} requests, {len(differ)} differ: {results}")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
