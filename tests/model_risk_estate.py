#!/usr/bin/env python3
"""`reeve model risk` of an estate: what its threats cost as their controls stand, and what to mend first.

    python3 tests/model_risk_estate.py [--reeve PROGRAM]

The estate is Northfield; the scale is changed by a workspace. The mathematics is held against references in src/model/fair_test.cc, what standings and plans
mean in src/threats/money_test.cc.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
if "--reeve" in sys.argv[1:-1]:
    os.environ["REEVE"] = sys.argv[sys.argv.index("--reeve") + 1]
from lib_reeve import AS_OF, NORTHFIELD, ROOT, Checks, built, reeve  # noqa: E402

CELLS = {"low", "medium", "high", "critical"}


def ask(folder, *more, **keywords):
    return reeve("model", "risk", NORTHFIELD / "cli", NORTHFIELD / "config", "--workspace", folder, "--as-of", AS_OF, "--simulations", "2000", *more, **keywords)


def figures(checks, folder):
    done = ask(folder)
    checks.check(done.status in (0, 3) and done.report["currency"] == "USD", "the estate is reckoned", done.err[:500])
    report = done.report
    threats = report["threats"]
    reckoned = [one for one in threats if one["reckoned"]]
    checks.check(len(reckoned) > 100, "most threats of an estate of this size can happen to something", len(reckoned))
    checks.check(all(one["why_not"] for one in threats if not one["reckoned"]), "what is not reckoned says why")
    means = [one["residual"]["loss"]["mean"] for one in reckoned]
    checks.check(means == sorted(means, reverse=True) and threats[: len(reckoned)] == reckoned, "the costliest come first, what is not reckoned last")
    for one in reckoned:
        loss = one["residual"]["loss"]
        checks.check(0 <= loss["p50"] <= loss["p90"] <= loss["p95"] <= loss["p99"], f"{one['rule']}: quantiles rise", loss)
        checks.check(loss["mean"] <= one["inherent"]["loss"]["mean"] * 1.0001, f"{one['rule']}: controls cost nobody money", one)
        checks.check(one["inherent"]["cell"]["class"] in CELLS and one["residual"]["cell"]["likelihood"] <= one["inherent"]["cell"]["likelihood"], f"{one['rule']}: the cell beside it does not rise", one)
        checks.check(all(lever["standing"].split()[0] != "effective" and lever["saved"] > 0 for lever in one["levers"]), f"{one['rule']}: what stands already saves nothing more", one["levers"])
        saved = [lever["saved"] for lever in one["levers"]]
        checks.check(saved == sorted(saved, reverse=True), f"{one['rule']}: the best lever comes first", saved)
    checks.check(abs(sum(means) / report["total"]["mean"] - 1) < 1e-3, "the total is the sum", (sum(means), report["total"]["mean"]))
    curve = report["curve"]
    checks.check(all(a["probability"] > b["probability"] and a["loss"] <= b["loss"] for a, b in zip(curve, curve[1:])), "the curve falls", curve)
    outs = {ask(folder, env={"REEVE_THREADS": str(n)}).out for n in (1, 2, 5)}
    checks.check(outs == {done.out}, "the same bytes on one, two and five threads")
    other = ask(folder, "--seed", "2").report
    checks.check(other["total"]["mean"] != report["total"]["mean"] and abs(other["total"]["mean"] / report["total"]["mean"] - 1) < 0.05, "another seed says nearly the same", (other["total"], report["total"]))
    return report


def ways(checks, folder, report):
    """Attack paths that `access` knows make the frequency of what they lead to, and are named."""
    on = [one for one in report["threats"] if one.get("attack_path")]
    checks.check(on and {one["attack_path"]["kind"] for one in on} <= {"reached", "escalates"}, "ways to some of the estate's resources are known", len(on))
    for one in on:
        way = one["attack_path"]
        checks.check(way["resources"] > 0 and way["first"] in way["why"] and 0 <= way["likelihood"] <= 1, f"{one['rule']}: says to what there is a way", way)
        checks.check(all(abs(one["frequency"][at] - way["frequency_without"][at] * way["factor"][at]) < 1e-9 * one["frequency"]["high"] for at in ("low", "mode", "high")), f"{one['rule']}: it is tried as much more often", (one["frequency"], way))
    text = ask(folder, "--threat", on[0]["rule"], "--format", "text").out
    checks.check("times as often as its class says" in text and on[0]["attack_path"]["first"] in text, "and a person is told why", text[:600])
    checks.check(report["threats_not_known"] > 0 and "more may be there" in ask(folder, "--format", "text").out, "how many threats are not known is said", report["threats_not_known"])
    (folder / "risk.yaml").write_text("paths:\n  reached: {low: 1, mode: 1, high: 1, because: our classes say it}\n  escalates: {low: 1, mode: 1, high: 1, because: our classes say it}\n")
    flat = ask(folder).report
    (folder / "risk.yaml").unlink()
    costs, before = ({one["rule"]: one["residual"]["loss"]["mean"] for one in of["threats"] if one["reckoned"]} for of in (flat, report))
    dearer = {rule for rule in costs if before[rule] > costs[rule] * (1 + 1e-9)}
    checks.check(not any(one.get("attack_path") for one in flat["threats"]) and dearer == {one["rule"] for one in on}, "a workspace may say otherwise, and only those cost less then", dearer ^ {one["rule"] for one in on})


def one_threat(checks, folder, report):
    first = report["threats"][0]
    done = ask(folder, "--threat", first["rule"])
    told = done.report["threats"]
    checks.check(len(told) == 1 and told[0]["id"] == first["id"] and told[0]["residual"] == first["residual"], "one threat alone has the figures that it has among others", told)
    bars = told[0]["tornado"]
    widths = [abs(bar["at_p90"] - bar["at_p10"]) for bar in bars]
    checks.check(bars and widths == sorted(widths, reverse=True), "the tornado's widest bar comes first", bars)
    checks.check({"frequency", "capability", "primary loss"} <= {bar["input"] for bar in bars}, "and has the threat's own inputs", bars)
    text = ask(folder, "--threat", first["rule"], "--format", "text").out
    checks.check("what moves the mean" in text and "lost is at least" in text, "for people the same stands in tables", text[:500])
    wrong = ask(folder, "--threat", first["rule"] + "x")
    checks.check(wrong.status == 2 and f"did you mean `{first['rule']}`?" in wrong.err, "a slip of the pen is told", wrong.err)


def plan(checks, folder):
    done = ask(folder, "--budget", "5d")
    plan = done.report["plan"]
    picks = plan["picks"]
    checks.check(plan["budget_minutes"] == 2400 and 0 < plan["minutes"] <= 2400 and picks, "a budget of five days is kept to", plan["minutes"])
    checks.check(sum(pick["minutes"] for pick in picks) == plan["minutes"], "and is the picks' sum")
    checks.check(abs(plan["before"] - sum(pick["saved"] for pick in picks) - plan["after"]) < 1e-6 * plan["before"], "what is saved is the difference", plan["after"])
    checks.check(all(pick["why"] and pick["resources"] >= 1 for pick in picks), "each says why")
    left = [pick["left"] for pick in picks]
    checks.check(left == sorted(left, reverse=True) and abs(left[-1] - plan["after"]) < 1e-6 * plan["after"], "what is left falls", left)
    checks.check(any(pick["saved"] < 0.95 * pick["alone"] and "saved already" in pick["why"] for pick in ask(folder, "--budget", "60d").report["plan"]["picks"]), "what is saved already is not saved again, and that is said")
    text = ask(folder, "--budget", "5d", "--format", "text").out
    checks.check("What to mend first with 5 days of work" in text and picks[0]["control"] in text, "for people there is a table", text[-800:])
    for wrong in ("5", "0d", "5 weeks", "-1d"):
        refused = ask(folder, f"--budget={wrong}")
        checks.check(refused.status == 2 and "no amount of work" in refused.err, f"--budget {wrong} is refused", refused.err)


def broken_trail(checks, folder, report):
    # What rises when nothing logs any more is what mending that is worth, not what mending each detection is that gets no events.
    copies = []
    for name in ("cli", "config"):
        copies.append(folder / "no-trail" / name)
        shutil.copytree(NORTHFIELD / name, copies[-1])
    replies = [path for path in copies[0].rglob("*") if path.is_file() and path.parent.name == "cloudtrail-get-trail-status"]
    for path in replies:
        path.write_text(path.read_text().replace('"IsLogging": true', '"IsLogging": false'))
    done = reeve("model", "risk", *copies, "--workspace", folder, "--as-of", AS_OF, "--simulations", "2000", "--budget", "60d")
    rose = done.report["total"]["mean"] - report["total"]["mean"]
    picks = done.report["plan"]["picks"]
    trail = "account-covered-by-a-trail"
    first = next((pick for pick in picks[:3] if pick["control"] == trail), picks[0])
    checks.check(replies and rose > 0.01 * report["total"]["mean"], "without a trail that logs the estate risks more", rose)
    checks.check(first["control"] == trail and 0.5 * rose < first["saved"] < 2 * rose, "the control of the trail is among the first, and is worth about what the total rose by", (rose, [(p["control"], p["saved"], p["minutes"]) for p in picks[:8]]))


def scale(checks, folder, report):
    (folder / "risk.yaml").write_text("currency: EUR\nstanding:\n  unknown: {low: 0, mode: 0, high: 0, because: we have seen too much}\n")
    strict = ask(folder).report
    checks.check(strict["currency"] == "EUR" and strict["total"]["mean"] > report["total"]["mean"], "a workspace may say that what is not known is not there, and that costs", (strict["total"], report["total"]))
    (folder / "risk.yaml").write_text("frequency:\n  3: {low: 9, mode: 1, high: 2, because: x}\n")
    bad = ask(folder)
    checks.check(bad.status == 3 and "risk.yaml:2:" in bad.err and "does not rise" in bad.err and bad.report["total"] == report["total"], "a scale that does not hold is named and changes nothing", bad.err[:500])
    (folder / "risk.yaml").unlink()


def metadata(checks, folder, report):
    reeve("model", "derive", NORTHFIELD / "cli", NORTHFIELD / "config", "--workspace", folder, "--as-of", AS_OF)
    path = folder / "threat-model.tc.json"
    model = json.loads(path.read_text())
    first = report["threats"][0]
    record = next(threat for threat in model["threats"] if threat["id"] == first["id"])
    record.setdefault("metadata", []).extend([{"key": "custom:reeve-frequency", "value": "1"}, {"key": "custom:reeve-loss", "value": "1000/2000/3000"}])
    path.write_text(json.dumps(model))
    told = next(one for one in ask(folder).report["threats"] if one["id"] == first["id"])
    checks.check(abs(told["inherent"]["loss"]["mean"] - 2000) < 100 and told["frequency"] == {"low": 1, "mode": 1, "high": 1}, "a threat's own estimates come before its classes", told)
    record["metadata"][-1]["value"] = "3000/2000/1000"
    path.write_text(json.dumps(model))
    bad = ask(folder)
    checks.check(bad.status == 3 and "custom:reeve-loss is `3000/2000/1000`" in bad.err, "one that does not rise is named", bad.err[:500])


def usage(checks, folder):
    for more, says in ((["--simulations", "0"], "--simulations 0"), (["--simulations", "many"], "--simulations many"), (["--seed", "x"], "--seed x")):
        done = reeve("model", "risk", "--workspace", folder, *more)
        checks.check(done.status == 2 and says in done.err, f"{' '.join(more)} is refused", done.err)
    done = reeve("model", "risk", "--scenarios", "x.json", "--budget", "1d")
    checks.check(done.status == 2 and "is of an estate" in done.err, "scenarios have no budget", done.err)
    nothing = reeve("model", "risk", "--workspace", folder)
    checks.check(nothing.status == 2 and not nothing.out, "without a source there is nothing to reckon", nothing.err)


def measures(checks, folder):
    """What cannot be measured is no pass of a bench."""
    for what in ("simulation", "drift", "change", "derivation"):
        done = subprocess.run([sys.executable, str(ROOT / "bench" / "model.py"), "--build", str(folder / "nothing"), "--no-peer", "--only", what], capture_output=True, text=True, check=False)
        checks.check(done.returncode == 1 and "is not built" in done.stdout, f"bench/model.py --only {what} without programs fails", (done.returncode, done.stdout[-200:], done.stderr[-200:]))


def main():
    checks = Checks()
    if built(checks, "what threats cost"):
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            report = figures(checks, folder)
            ways(checks, folder, report)
            one_threat(checks, folder, report)
            plan(checks, folder)
            broken_trail(checks, folder, report)
            scale(checks, folder, report)
            usage(checks, folder)
            metadata(checks, folder, report)
            measures(checks, folder)
    sys.exit(checks.end())


if __name__ == "__main__":
    main()
