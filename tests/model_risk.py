#!/usr/bin/env python3
"""`reeve model risk`: the answer's shape, the closed form of its mean, the same bytes for the same seed, and what is refused by which words.

    python3 tests/model_risk.py [--reeve PROGRAM]

The distribution itself is held against a reference of ten million draws in src/model/risk_test.cc.
"""

import json
import os
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
if "--reeve" in sys.argv[1:-1]:
    os.environ["REEVE"] = sys.argv[sys.argv.index("--reeve") + 1]
from lib_reeve import ROOT, Checks, built, reeve  # noqa: E402


def pert(low, mode, high):
    return {"low": low, "mode": mode, "high": high}


def scenario(name="a", tef=pert(1, 5, 30), vulnerability=pert(0.05, 0.2, 0.6), loss=pert(1000, 20000, 500000), **more):
    return {"id": name, "tef": tef, "vulnerability": vulnerability, "loss": loss, **more}


def document(*scenarios, **more):
    return json.dumps({"simulations": 10000, "seed": 1, **more, "scenarios": list(scenarios)})


def ask(folder, text, *more, **keywords):
    (folder / "s.json").write_text(text)
    return reeve("model", "risk", "--scenarios", "s.json", *more, cwd=folder, **keywords)


def mean(inputs):
    return (inputs["low"] + 4 * inputs["mode"] + inputs["high"]) / 6


def answers(checks, folder):
    many = [scenario(f"s{n}", pert(n, 2 * n, 9 * n), pert(0, 0.1, 1), pert(n, n, 10 * n)) for n in range(1, 41)]
    done = ask(folder, document(*many, simulations=100000))
    checks.check(done.status == 0 and not done.err, "scenarios are simulated", done.err)
    answer = done.report["scenarios"]
    checks.check([one["id"] for one in answer] == [one["id"] for one in many], "each has its answer, in order")
    for one, given in zip(answer, many):
        exact = mean(given["tef"]) * mean(given["vulnerability"]) * mean(given["loss"])
        checks.check(abs(one["mean"] - exact) <= 4.5 * one["standard_error"], f"{one['id']}: the mean is that of its closed form", (one["mean"], exact, one["standard_error"]))
        checks.check(0 <= one["p50"] <= one["p90"] <= one["p95"] <= one["p99"], f"{one['id']}: quantiles rise", one)
    # The variance of a PERT, through scenarios in which only the loss varies: standard_error² × n.
    for low, mode, high in ((0, 0.5, 1), (0, 0, 1), (10, 20, 100), (5, 100, 100)):
        one = ask(folder, document(scenario(tef=pert(1, 1, 1), vulnerability=pert(1, 1, 1), loss=pert(low, mode, high)), simulations=1000000)).report["scenarios"][0]
        expected = (mean(pert(low, mode, high)) - low) * (high - mean(pert(low, mode, high))) / 7
        checks.check(abs(one["standard_error"] ** 2 * 1000000 / expected - 1) < 0.01, f"PERT {low}, {mode}, {high}: the variance is that of its closed form", (one, expected))
    constant = ask(folder, document(scenario(tef=pert(2, 2, 2), vulnerability=pert(0.5, 0.5, 0.5), loss=pert(30, 30, 30)))).report["scenarios"][0]
    checks.check(constant == {"id": "a", "mean": 30, "standard_error": 0, "p50": 30, "p90": 30, "p95": 30, "p99": 30}, "constants make a constant", constant)
    nothing = ask(folder, document()).report
    checks.check(nothing["scenarios"] == [], "no scenarios have no answers", nothing)
    text = ask(folder, document(scenario("\x1b[2J<b>")), "--format", "text").out
    checks.check("scenario" in text and "10,000 simulations each, seed 1" in text and "\x1b" not in text, "for people there is a table, and an id cannot act on the terminal", text)


def the_same(checks, folder):
    many = document(*[scenario(f"s{n}") for n in range(30)])
    large = document(scenario(), simulations=1100000)
    for text, what in ((many, "30 scenarios"), (large, "1,100,000 simulations")):
        outs = {ask(folder, text, env={"REEVE_THREADS": str(n)}).out for n in (1, 2, 3, 8)}
        checks.check(len(outs) == 1 and outs != {""}, f"{what}: the same bytes on one, two, three and eight threads")
    first = ask(folder, many).report["scenarios"]
    checks.check(len({one["mean"] for one in first}) == 30, "equal scenarios under different names are drawn apart")
    other = ask(folder, document(*[scenario(f"s{n}") for n in range(30)], seed=2)).report["scenarios"]
    checks.check(all(a["mean"] != b["mean"] for a, b in zip(first, other)), "another seed draws otherwise")
    alone = ask(folder, document(scenario("s7"))).report["scenarios"][0]
    checks.check(alone == first[7], "a scenario's figures do not move when others go", (alone, first[7]))


def refusals(checks, folder):
    """(document, standard error behind the file's place, ids that are told all the same; None: nothing is)"""
    good = scenario("good")
    cases = [
        (document(scenario(tef=pert(5, 2, 30)), good), ["scenarios[0].tef.low is 5, above mode 2; expected low ≤ mode ≤ high"], ["good"]),
        (document(good, scenario(loss=pert(1, 40, 30))), ["scenarios[1].loss.mode is 40, above high 30; expected low ≤ mode ≤ high"], ["good"]),
        (document(scenario(tef=pert(-1, 2, 30)), good), ["scenarios[0].tef.low is -1; expected a number that is not negative"], ["good"]),
        (document(scenario(vulnerability=pert(0, 0.5, 1.5))), ["scenarios[0].vulnerability.high is 1.5; expected a probability, at most 1"], []),
        (document(scenario(tef=pert("NaN", 2, 30))), ["scenarios[0].tef.low is no number; expected a number"], []),
        (document(scenario(tef=pert(None, True, 30))), ["scenarios[0].tef.low is no number; expected a number", "scenarios[0].tef.mode is no number; expected a number"], []),
        (document(scenario(tef={"low": 1, "high": 2})), ["scenarios[0].tef.mode is not there; expected a number"], []),
        (document({"id": "x", "tef": 5}), ["scenarios[0].tef is no map; expected {low, mode, high}", "scenarios[0].vulnerability is not there; expected {low, mode, high}",
                                           "scenarios[0].loss is not there; expected {low, mode, high}"], []),
        (document(scenario(tef=pert(1e200, 1e200, 1e200), loss=pert(1e200, 1e200, 1e200))), ["scenarios[0].loss.high is too large to be multiplied by the others; expected a product of at most 1e140"], []),
        (document(scenario("a"), scenario("a")), ["scenarios[1].id is `a`, which is that of scenarios[0] already; expected a name of its own"], ["a"]),
        (document(scenario("")), ["scenarios[0].id is no text; expected a name of its own"], []),
        (document(5, good), ["scenarios[0] is no map; expected {id, tef, vulnerability, loss}"], ["good"]),
        (document(good, simulations=0), ["simulations is 0; expected a whole number from 1 to 100,000,000"], None),
        (document(good, simulations=-5), ["simulations is -5; expected a whole number from 1 to 100,000,000"], None),
        (document(good, simulations=10**9), ["simulations is 1000000000; expected a whole number from 1 to 100,000,000"], None),
        (document(good, simulations=1.5), ["simulations is 1.5; expected a whole number from 1 to 100,000,000"], None),
        (document(good, simulations="many"), ["simulations is no number; expected a whole number from 1 to 100,000,000"], None),
        (document(good, seed=0.5), ["seed is 0.5; expected a whole number of 64 bits"], None),
        (document(*[good] * 1001, simulations=10**8), ["simulations × scenarios is more than 100,000,000,000; expected fewer of either"], None),
        ('{"seed": 1}', ["scenarios is not there; expected a list of {id, tef, vulnerability, loss}"], None),
        ('{"scenarios": {}}', ["scenarios is no list; expected a list of {id, tef, vulnerability, loss}"], None),
        ("[]", ["these are no scenarios; expected a map with `simulations`, `seed` and `scenarios`"], None),
        ('{"seed": 1, "seed": 2, "scenarios": []}', ["a key stands twice in one map; expected each key once"], None),
    ]
    for text, wanted, told in cases:
        done = ask(folder, text)
        lines = done.err.splitlines()
        right = len(lines) == len(wanted) and all(line.startswith("s.json:") and line.split(": ", 1)[1] == want for line, want in zip(lines, wanted))
        answered = None if not done.out else [one["id"] for one in done.report["scenarios"]]
        checks.check(done.status == 3 and right and answered == told, f"refused: {wanted[0][:80]}", f"status {done.status}, told {answered}\n{done.err}")
    for text, what in (('{"scenarios": [{"id": "a", "tef": {"low": NaN', "NaN that is no JSON"), ("", "nothing"), ('{"scenarios": ' + "[" * 100000, "absurd depth"),
                       (document(scenario(tef=pert(0, 0, 1))).replace('"high": 1}', '"high": 1e999}'), "1e999")):
        done = ask(folder, text)
        checks.check(done.status == 3 and "s.json:" in done.err, f"{what} is refused by its place", (done.status, done.err[:300]))
    done = ask(folder, document(scenario(note="x"), simulation=5))
    checks.check(done.status == 0 and "simulation means nothing here; is `simulations` meant?" in done.err and "scenarios[0].note means nothing here" in done.err, "a key without meaning is named", done.err)
    done = reeve("model", "risk", "--scenarios", "none.json", cwd=folder)
    checks.check(done.status == 3 and "none.json" in done.err, "a file that is not there is named", done.err)
    done = reeve("model", "risk", cwd=folder)
    checks.check(done.status == 2 and "no source is named" in done.err, "without scenarios and sources the command line is wrong", done.err)


def main():
    checks = Checks()
    if not built(checks, "that risks are what their scenarios say"):
        return checks.end()
    done = reeve("model", "risk", "--scenarios", ROOT / "examples" / "payments" / "scenarios.json")
    checks.check(done.status == 0 and len(done.report["scenarios"]) == 2, "the example is simulated", done.err)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        answers(checks, folder)
        the_same(checks, folder)
        refusals(checks, folder)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
