#!/usr/bin/env python3
"""`reeve attest`, the questions of `reeve init`, drills, and the workspace in examples/, from outside: with flags and on a terminal.

    python3 tests/attest.py [--reeve PROGRAM]
"""

import argparse
import json
import os
import pathlib
import pty
import re
import select
import shutil
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_reeve import NORTHFIELD, ROOT, Checks, built, has_terminals, reeve  # noqa: E402

DRILLED = "root-recovery-drilled"
WHOLE = ["--answer", "yes", "--owner", "j.okafor", "--approver", "a.rossi", "--given", "2026-10-01", "--expires", "2027-10-01"]


def on_a_terminal(arguments, answers, cwd):
    """Runs reeve on a pseudo-terminal and types an answer whenever it waits for one. Gives (status, everything shown)."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(cwd)
        os.environ.update(TERM="dumb", COLUMNS="100")
        os.execv(str(lib_reeve.REEVE), [str(lib_reeve.REEVE), *map(str, arguments)])
    shown, answers, end = "", list(answers), time.time() + 120
    while time.time() < end:
        ready, _, _ = select.select([terminal], [], [], 1.0)
        if not ready:
            continue
        try:
            piece = os.read(terminal, 65536).decode(errors="replace")
        except OSError:
            break
        if not piece:
            break
        shown += piece
        if shown.endswith(": ") and answers:
            os.write(terminal, (answers.pop(0) + "\n").encode())
        elif shown.endswith(": "):
            os.write(terminal, b"\x04")
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), shown.replace("\r\n", "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve")
    options = parser.parse_args()
    if options.reeve:
        lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    if built(checks, "whether what no API can answer is recorded"):
        with tempfile.TemporaryDirectory(prefix="reeve-attest-") as folder:
            with_flags(checks, pathlib.Path(folder) / "flags")
            asked(checks, pathlib.Path(folder))
            examples(checks, pathlib.Path(folder) / "northfield-workspace")
    return checks.end()


def files(workspace):
    return sorted(p.name for p in (workspace / "attestations").glob("*.yaml"))


def with_flags(checks, workspace):
    check = checks.check
    made = reeve("init", workspace, "--organization", "N")
    check(made.status == 0 and "lists what no API can answer" in made.err and files(workspace) == [], "init without a terminal asks nothing and says how to answer later", made.err)

    def attest(*arguments):
        return reeve("attest", *arguments, "--workspace", workspace)

    run = attest(DRILLED, *WHOLE, "--evidence", "minutes: 1 Oct, #4", "--evidence", 'a "quoted" \\ word', "--reason", "drilled\nwith two lines")
    check(run.status == 0 and files(workspace) == [f"{DRILLED}-2026-10-01.yaml"], "one is written", run.err)
    text = (workspace / "attestations" / f"{DRILLED}-2026-10-01.yaml").read_text()
    check(all("   " + line in run.out for line in text.splitlines()), "what was written is shown", run.out)
    listed = json.loads(attest("--format", "json", "--as-of", "2026-11-01").out)["attestations"]
    mine = next(a for a in listed if a["control"] == DRILLED)
    check(mine["state"] == "valid" and mine["owner"] == "j.okafor" and mine["until"] == "2027-10-01T00:00:00Z", "the strict reader takes it back", mine)
    check(attest(DRILLED, *WHOLE).status == 0 and (workspace / "attestations" / f"{DRILLED}-2026-10-01.yaml").read_text() == text and f"{DRILLED}-2026-10-01-2.yaml" in files(workspace),
          "a second of the same day stands beside the first")  # fmt: skip
    states = {on: next(a["state"] for a in json.loads(attest("--format", "json", "--as-of", on).out)["attestations"] if a["control"] == DRILLED) for on in ("2026-09-30", "2026-10-01", "2027-09-30", "2027-10-01")}
    check(list(states.values()) == ["not_yet_valid", "valid", "valid", "expired"], "what it is worth on a day", states)

    third = attest(DRILLED, *["no" if word == "yes" else word for word in WHOLE])
    state = next(a["state"] for a in json.loads(attest("--format", "json", "--as-of", "2026-11-01").out)["attestations"] if a["control"] == DRILLED)
    check(third.status == 0 and state == "no", "of words of one day a no counts, whichever was written last", (third.err, state))
    (workspace / "attestations" / f"{DRILLED}-2026-10-01-3.yaml").unlink()

    before = files(workspace)

    def instead(**flags):
        out = list(WHOLE)
        for name, value in flags.items():
            at = out.index("--" + name)
            out[at:at + 2] = [] if value is None else ["--" + name, value]
        return out

    for what, arguments, status, said in (
        ("an owner who approves", [DRILLED, *instead(approver="J.Okafor ")], 2, "cannot approve their own word"),
        ("an unknown control", ["root-recovery-driled", *WHOLE], 2, "did you mean `root-recovery-drilled`?"),
        ("a control that facts judge", ["root-mfa-enabled", *WHOLE], 2, "judged by facts"),
        ("an end behind what the control allows", [DRILLED, *instead(expires="2027-10-03")], 2, "count 365 days; expected --expires 2027-10-02 at the latest"),
        ("an end before the beginning", [DRILLED, *instead(expires="2026-10-01")], 2, "a later --expires"),
        ("no answer", [DRILLED, *instead(answer=None)], 2, "the answer is missing"),
        ("no approver", [DRILLED, *instead(approver=None)], 2, "the approver is missing"),
        ("no end", [DRILLED, *instead(expires=None)], 2, "the end is missing"),
        ("an answer that is neither", [DRILLED, *instead(answer="maybe")], 2, "maybe"),
        ("a day that is none", [DRILLED, *instead(given="the first")], 2, "the first"),
    ):
        run = attest(*arguments)
        check(run.status == status and said in run.err, f"{what} is refused", f"{run.status} {run.err}")
    check(files(workspace) == before, "and nothing is written then", files(workspace))
    run = reeve("attest", DRILLED, *WHOLE, cwd=workspace.parent)
    check(run.status == 2 and "no workspace" in run.err, "without a workspace there is no place for it", run.err)
    run = attest(DRILLED, *instead(given=None, expires="2400-01-01"))
    check(run.status == 2 and "at the latest" in run.err, "today's bound", run.err)

    # The same two people in a file of somebody's own.
    for kind, text in (("attestations", f"control: {DRILLED}\nanswer: yes\nowner: me\napprover: Me\ngiven: 2026-10-01\nexpires: 2027-01-01\n"),
                       ("exceptions", "control: bucket-not-public\nresource: 'arn:aws:s3:::x'\nowner: me\napprover: me\nreason: so\nexpires: 2027-01-01\n")):  # fmt: skip
        path = workspace / kind / "own.yaml"
        path.write_text(text)
        run = attest()
        check(run.status == 3 and re.search(rf"{kind}/own.yaml:\d+:\d+: `[Mm]e` approves their own word", run.err), f"{kind}: owner and approver in one is named by place", run.err)
        path.unlink()
    (workspace / "drills" / "odd.yaml").write_text("drill: fire\nowner: me\nevery_days: 0\nfirst: 2026-01-01\n")
    run = attest()
    check(run.status == 3 and "drills/odd.yaml:1:" in run.err and "drills/odd.yaml:3:" in run.err, "a drill that does not hold is named by place", run.err)


def asked(checks, folder):
    check = checks.check
    if not has_terminals():
        return checks.skip("questions on a terminal", "there are no pseudo-terminals here", "that init and attest ask")
    workspace = folder / "asked"
    # Does it hold, owner, approver, until, evidence, end of evidence; then skip one, then stop.
    status, shown = on_a_terminal(["init", "asked", "--organization", "N"], ["yes", "j.okafor", "j.okafor", "", "minutes", "", "", "a.rossi", "", "", "q"], folder)
    check(status == 0 and "cannot approve their own word" in shown, "asked again when the answers do not hold", shown[-1500:])
    written = files(workspace)
    check(len(written) == 1 and "1 answer written" in shown and "Later: reeve attest" in shown, "init on a terminal writes what was answered", f"{written} {shown[-400:]}")
    if written:
        text = (workspace / "attestations" / written[0]).read_text()
        check('owner: "j.okafor"\napprover: "a.rossi"\n' in text and '  - "minutes"\n' in text, "with the people and the evidence", text)
    check(json.loads(reeve("attest", "--format", "json", "--workspace", workspace).out)["attestations"][0]["control"] in written[0] if written else False, "the first question is the first of the list")
    status, shown = on_a_terminal(["attest", "threat-model-exists", "--workspace", workspace], ["perhaps", "no", "me", "you", "soon", "", ""], folder)
    check(status == 0 and "yes or no" in shown and "a date such as" in shown and any(f.startswith("threat-model-exists") for f in files(workspace)), "attest on a terminal asks for what is missing", shown[-900:])
    before = files(workspace)
    status, shown = on_a_terminal(["attest", "threats-ranked-and-owned", "--workspace", workspace], ["yes", "me"], folder)
    check(status == 2 and files(workspace) == before and "nothing was written" in shown, "the end of input writes nothing", shown[-400:])


def examples(checks, copy):
    """The workspace of the example, in a copy beside the estate, so that no record is left in the tree."""
    check = checks.check
    shutil.copytree(ROOT / "examples" / "northfield-workspace", copy, ignore=shutil.ignore_patterns(".reeve"))
    (copy.parent / "northfield").symlink_to(NORTHFIELD)
    run = reeve("assess", "--workspace", copy, "--format", "json", "--fail-on", "never")
    if not check(run.status == 0, "the example's workspace is whole", run.err):
        return
    report = run.report
    check(report["generated_at"].startswith("2026-11-22T04"), "as of the estate's own time", report["generated_at"])
    states = {a["control"]: a["state"] for a in report["attestations"]}
    wanted = {"root-recovery-drilled": "valid", "root-use-needs-two-people": "contradicted", "control-objectives-catalogued": "valid", "responsibility-noted-per-service": "valid", "threat-model-exists": "no",
              "threats-ranked-and-owned": "expired", "new-services-evaluated": "too_old", "threat-models-follow-data-flows": "not_yet_valid", "root-misuse-exercised": "drill_overdue"}  # fmt: skip
    check({c: s for c, s in states.items() if s != "missing"} == wanted, "each state of a word is met", {c: s for c, s in states.items() if s != wanted.get(c, "missing")})
    status = {a["control"]: (a["status"], a.get("why", "")) for a in report["attestations"]}
    for control, verdict, why in (("root-recovery-drilled", "pass", ""), ("root-use-needs-two-people", "fail", "though m.lindqvist attested on 2026-06-02"), ("threat-model-exists", "fail", "that it does not hold"),
                                  ("threat-models-follow-data-flows", "unknown", "not yet valid: it is given for 2026-12-01"), ("root-misuse-exercised", "unknown", "is overdue since 2026-09-08"),
                                  ("threats-ranked-and-owned", "unknown", "expired on 2026-10-01"), ("new-services-evaluated", "unknown", "at most 100 count")):  # fmt: skip
        check(status[control][0] == verdict and why in status[control][1], f"{control} is {verdict}", status[control])
    check([(d["drill"], d["state"]) for d in report["drills"]] == [("restore", "failed"), ("incident", "overdue"), ("root-recovery", "done")], "drills, the worst first", report["drills"])
    exceptions = {e["control"]: (e["state"], e["findings"]) for e in report["exceptions"]}
    check(exceptions == {"volume-encrypted": ("expired", 1), "bucket-not-public": ("valid", 1)}, "exceptions and what they except", exceptions)
    ended = next(f for f in report["findings"] if f["control"] == "volume-encrypted" and ":666677778888:" in f["resource"]["uid"])
    check(ended["status"] == "fail" and ended["reason"].endswith("the exception by a.rossi expired on 2026-11-01"), "an exception that has ended is told with its finding", ended["reason"])
    text = reeve("assess", "--workspace", copy, "--fail-on", "never").out
    for said in ("Attested: 3 of ", " unanswered: reeve attest", "contradicted", "not yet valid", "drill overdue"):
        check(said in text, f"the text says `{said}`", text[-2500:])
    rows = [line for line in reeve("assess", "--workspace", copy, "--all", "--fail-on", "never").out.splitlines() if "root-misuse-exercised" in line]
    check(any("hold its drill" in line for line in rows) and not any("reeve attest" in line for line in rows), "a drill that is overdue is to be held, not attested", rows)
    rows = [line for line in reeve("assess", "--workspace", copy, "--format", "html", "--fail-on", "never").out.split("<tr>") if "root-misuse-exercised" in line]
    check(any(">drill" in line or "Hold the drill" in line or "</a> drill" in line for line in rows), "on the page too", [row[:200] for row in rows[:2]])
    # A drill that failed contradicts the word that stands on it.
    drill = copy / "drills" / "root-recovery.yaml"
    drill.write_text(drill.read_text() + "  - {performed: 2026-11-10, outcome: failed, by: j.okafor}\n")
    again = reeve("assess", "--workspace", copy, "--format", "json", "--fail-on", "never").report
    one = next(a for a in again["attestations"] if a["control"] == DRILLED)
    check(one["state"] == "contradicted" and one["status"] == "fail" and "failed on 2026-11-10" in one["why"], "a failed drill contradicts", one)
    moved = {(m["control"], m["move"]) for m in again["history"]["since_previous"]["findings"]}
    check((DRILLED, "new") in moved, "and the run says what changed since the one before", moved)


if __name__ == "__main__":
    sys.exit(main())
