#!/usr/bin/env python3
"""`reeve model register`: the register of Northfield's risks, decisions out and back by CSV and POA&M, acceptances that end, and why a number changed.

    python3 tests/model_register.py [--reeve PROGRAM]

The POA&M is held against OSCAL's schema (../shared) where that and jsonschema are at hand. The rules themselves are tested in src/threats/money_test.cc.
"""

import csv
import datetime
import gzip
import io
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile
import zipfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
if "--reeve" in sys.argv[1:-1]:
    os.environ["REEVE"] = sys.argv[sys.argv.index("--reeve") + 1]
from lib_reeve import AS_OF, NORTHFIELD, SHARED, Checks, built, reeve  # noqa: E402

SOURCES = []  # Northfield's, in a copy that `read_on` can date
READ_AT = "2026-11-22T04:12:"  # what its replies state


def read_on(day):
    """As if the estate had been read on that day."""
    for path in SOURCES[0].glob("*/us-east-1/iam-get-*.json"):
        text = path.read_text()
        if READ_AT in text:
            path.write_text(text.replace(READ_AT, f"{day}T04:12:"))
    globals()["READ_AT"] = f"{day}T04:12:"


def register(folder, *more, as_of=AS_OF, sources=None):
    return reeve("model", "register", *(SOURCES if sources is None else sources), "--workspace", folder, "--as-of", as_of, "--simulations", "1000", *more)


def take(folder, name, text):
    (folder / name).write_text(text)
    return reeve("model", "register", "import", folder / name, "--workspace", folder)


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def written(rows):
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def risk(folder, id, **keywords):
    return next(one for one in register(folder, "--dry-run", **keywords).report["risks"] if one["id"] == id)


def round_trips(checks, folder):
    model = folder / "threat-model.tc.json"
    before = model.read_bytes()
    table = register(folder, "--format", "csv")
    rows = rows_of(table.out)
    checks.check(table.status == 0 and len(rows) == len(json.loads(before)["threats"]), "the register has a line for each threat of the model", (len(rows), table.err[:300]))
    poam = register(folder, "--format", "oscal-poam").out
    for name, text in (("same.csv", table.out), ("same.json", poam)):
        done = take(folder, name, text)
        checks.check(done.status == 0 and "0 decisions of 0 threats changed" in done.out and model.read_bytes() == before, f"{name}: what comes back as it went changes nothing", (done.out, done.err[:300]))
    chosen = rows[0]
    said = {"treatment": "reduce", "decision": 'We "mend" it,\nthen look again', "owner": "'=cmd|' /C calc'!A0", "ticket": "=HYPERLINK(1)", "due": "2027-01-15", "service": "payments <b>"}
    chosen.update({key: "'" + value if value[0] in "=+-@'" else value for key, value in said.items()})
    done = take(folder, "decided.csv", written(rows))
    checks.check(done.status == 0 and "6 decisions of 1 threat changed" in done.out, "decisions are taken from a spreadsheet", (done.out, done.err))
    one = risk(folder, chosen["id"])
    checks.check({key: one[key] for key in said} == said, "and are told as they were written", one)
    checks.check(one["state"] == "in treatment" and one["due_by"].startswith("2027-01-15"), "they say how it stands", one)
    out = register(folder, "--format", "csv").out
    checks.check("'=HYPERLINK(1)" in out and ",=HYPERLINK" not in out, "no cell begins a formula")
    decided = model.read_bytes()
    for format, name in (("csv", "again.csv"), ("oscal-poam", "again.json")):
        text = register(folder, "--format", format).out
        model.write_bytes(before)
        stale = take(folder, name, text)
        checks.check(stale.status == 3 and "was changed since this file was written" in stale.err and model.read_bytes() == before, f"{name}: what was decided otherwise since it was written stays", stale.err[:300])
        take(folder, name, written([{**row, "as_decided": ""} for row in rows_of(text)]) if format == "csv" else text.replace('"as-decided"', '"not-said"'))
        own = next(threat for threat in json.loads(model.read_text())["threats"] if threat["id"] == chosen["id"])
        wanted = next(threat for threat in json.loads(decided)["threats"] if threat["id"] == chosen["id"])
        values = [{pair["key"]: pair["value"] for pair in threat["metadata"] if pair["key"].startswith("custom:reeve-")} for threat in (own, wanted)]
        if format == "oscal-poam":  # a prop is one line
            values[1]["custom:reeve-decision"] = values[1]["custom:reeve-decision"].replace("\n", " ")
        checks.check(values[0] == values[1], f"{name}: a model that had none of it has all of it", values)
        model.write_bytes(decided)
    return chosen["id"], rows[1]["id"]


def other_spreadsheets(checks, folder, id):
    """What spreadsheets make of a register: other separators are read, other forms are told what to do instead."""
    model = folder / "threat-model.tc.json"
    was = model.read_bytes()

    def given(name, data):
        (folder / name).write_bytes(data)
        done = reeve("model", "register", "import", folder / name, "--workspace", folder)
        owner = next((pair["value"] for threat in json.loads(model.read_text())["threats"] if threat["id"] == id for pair in threat.get("metadata", []) if pair["key"] == "custom:reeve-owner"), None)
        unchanged = model.read_bytes() == was
        model.write_bytes(was)
        return done, owner, unchanged

    for name, data in (
        ("semicolons.csv", f"id;owner;due\n{id};Ödön; \n"),
        ("quoted.csv", f'"id";"owner"\n"{id}";"Ödön"\n'),
        ("tabs.tsv", f"title\tid\towner\nx; y, z\t{id}\tÖdön\n"),
        ("windows.csv", f"\ufeffid;owner\r\n{id};Ödön\r\n"),
        ("declared.csv", f"\ufeffsep=;\r\nid;owner\r\n{id};Ödön\r\n"),
        ("commas.csv", f"\ufeff\r\nid,owner\r\n{id},Ödön\r\n"),
        ("declared.tsv", f"sep=\t\r\nid\towner\r\n{id}\tÖdön\r\n"),
        ("emptied.csv", f"id;owner;due\n{id};Ödön;\n;;\n;;\n"),
        ("capital.csv", f"id;owner;treatment\n{id};Ödön;Accept\n"),
    ):
        done, owner, _ = given(name, data.encode())
        checks.check(done.status == 0 and owner == "Ödön", f"{name} is read", (done.out, done.err, owner))
    done, *_ = given("row.csv", "sep=;\nid;owner\nnobody;x\n".encode())
    checks.check("row.csv:3: " in done.err, "its rows keep their numbers", done.err)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as book:
        book.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")
    text = f"id,owner\n{id},Ada\n"
    for name, data, says in (
        ("book.xlsx", packed.getvalue(), ".xlsx"),
        ("book.xls", b"\xd0\xcf\x11\xe0" + bytes(64), "old form"),
        ("page.pdf", b"%PDF-1.7\nid,owner\n", "a PDF"),
        ("packed.csv.gz", gzip.compress(text.encode()), "gzip"),
        ("little.csv", text.encode("utf-16"), "UTF-16"),
        ("unmarked.csv", text.encode("utf-16-le"), "UTF-16"),
        ("big.csv", b"\xfe\xff" + text.encode("utf-16-be"), "UTF-16"),
        ("zero.csv", b"id,owner\n\0,x\n", "byte of zero"),
        ("western.csv", f"id,owner\n{id},Ödön\n".encode("latin-1"), "not UTF-8"),
    ):
        done, _, unchanged = given(name, data)
        checks.check(done.status == 3 and says in done.err and name in done.err and "CSV" in done.err and unchanged and not done.out, f"{name} is refused, with what to give instead", (done.status, done.out, done.err))


def acceptances(checks, folder, id):
    head = "id,treatment,requester,approver,accept_until\n"
    own = take(folder, "own.csv", head + f"{id},accept,Ada,ada,2026-12-24\n")
    checks.check(own.status == 3 and "own.csv:2:" in own.err and "one person" in own.err, "nobody grants what they ask for", own.err)
    endless = take(folder, "endless.csv", head + f"{id},accept,Ada,Grace,\n")
    checks.check(endless.status == 3 and "accept_until" in endless.err, "an acceptance without an end is refused", endless.err)
    good = take(folder, "good.csv", head + f"nobody,accept,Ada,Grace,2026-12-24\n{id},accept,Ada,Grace,2026-12-24\n")
    checks.check(good.status == 3 and "good.csv:2: there is no threat `nobody`" in good.err and "of 1 threat changed" in good.out, "what is wrong is named by its row, and the rest is taken", (good.out, good.err))
    checks.check(risk(folder, id)["state"] == "accepted", "an acceptance holds")
    rule = risk(folder, id)["rule"]
    named = take(folder, "named.csv", f"id,owner\n{rule},Edsger\n")
    text = register(folder, "--dry-run", "--all", "--format", "text").out
    row = next((line for line in text.splitlines() if line.startswith(rule + " ")), "")
    checks.check(named.status == 0 and "Edsger / Grace" in row and "accepted" in row, "the text says what a risk is called by, who owns it and who approved, and that name is taken back", (named.err, row))
    whole = len(json.loads((folder / "threat-model.tc.json").read_text())["threats"])
    checks.check(" without an owner" in text and f"{whole - 2:,} without an owner" in text.replace(" 0 more", ""), "and how many nobody owns", text[-300:])
    twice = take(folder, "twice.csv", f"id,owner\n{rule},Edsger\n{id},Ada\n")
    checks.check(twice.status == 3 and "comes twice" in twice.err, "by both of its names a threat comes twice", twice.err)
    checks.check(risk(folder, id, as_of="2026-12-24T00:00:00Z")["state"] == "reopened", "until its end, and then the risk is open again")
    for text, says in ((f"id,due\n{id},soon\n", "no date"), (f"id,treatment\n{id},ignore\n", "none of avoid"), ("owner\nx\n", "no column is called `id`"), ('{"a": 1}', "no plan of action"), ("{", "the text ends inside the map"),
                       ("owner;due\n", "the first row begins `owner;due`"), ("[]", "no plan of action"), ("", "the text is empty")):
        done = take(folder, "wrong.csv", text)
        checks.check(done.status == 3 and says in done.err, f"refused: {text!r}", done.err)
    other_spreadsheets(checks, folder, id)
    poam = json.loads(register(folder, "--format", "oscal-poam").out)
    entry = next(one for one in poam["plan-of-action-and-milestones"]["risks"] if any(prop["value"] == id for prop in one["props"]))
    checks.check(entry["status"] == "deviation-approved", "in OSCAL an acceptance is an approved deviation", entry["status"])
    entry["deadline"] = "2027-03-01T00:00:00Z"
    take(folder, "later.json", json.dumps(poam))
    checks.check(risk(folder, id)["due"].startswith("2027-03-01"), "a deadline that somebody changed in a POA&M is the due date")


def others_decisions(checks, folder, id):
    """What other people decided meanwhile is told, and not taken back by a file that is older."""
    model = folder / "threat-model.tc.json"
    was = model.read_bytes()
    take(folder, "first.csv", f"id,owner,ticket,treatment,due\n{id},Ada,T-1,reduce,\n")
    old = register(folder, "--format", "csv", "--dry-run").out
    take(folder, "second.csv", f"id,owner,due\n{id},Grace,2027-05-01\n")
    decided = model.read_bytes()
    rows = rows_of(old)
    late = take(folder, "late.csv", old)
    checks.check(late.status == 3 and "was changed since this file was written" in late.err and "owner" in late.err and "due" in late.err and model.read_bytes() == decided, "a file that is older than a decision does not take it back", late.err[:400])
    for row in rows:
        row.pop("as_decided")
    text = written(rows)
    for more in (["--dry-run"], []):
        (folder / "now.csv").write_text(text)
        done = reeve("model", "register", "import", folder / "now.csv", "--workspace", folder, *more)
        checks.check(done.status == 0 and "owner: `Grace` becomes `Ada`" in done.out and "due: `2027-05-01` is taken back" in done.out, f"what an import changes and takes back is listed {more}", (done.out, done.err[:300]))
        checks.check((model.read_bytes() == decided) == bool(more), f"and written unless dry {more}")
    half = take(folder, "half.csv", f"id,owner,due\n{id},Edsger,31.12.2026\n")
    checks.check(half.status == 3 and "nothing is taken of this row" in half.err and "2026-11-30" in half.err and "Edsger" not in model.read_text(), "of a row with a cell that cannot be read nothing is taken, which is said", half.err)
    past = take(folder, "past.csv", f"id,treatment,requester,approver,accept_until\n{id},accept,Ada,Grace,2020-01-01\n")
    checks.check(past.status == 0 and "2020-01-01`, which has passed" in past.err, "an acceptance that has ended already is noted", past.err)
    model.write_bytes(was)
    twins = json.loads(was)
    one = next(threat for threat in twins["threats"] if threat["id"] == id)
    rule = next(pair["value"] for pair in one["metadata"] if pair["key"] == "custom:reeve-rule")
    twins["threats"].append({**one, "id": "6f1c2f1a-0000-4000-8000-00000000000d", "numericId": 9998})
    model.write_text(json.dumps(twins))
    both = take(folder, "both.csv", f"id,owner\n{rule},Ada\n")
    checks.check(both.status == 3 and f"`{rule}` is the rule of 2 threats" in both.err and id in both.err and "00000000000d" in both.err, "a rule that two threats have names neither, and both are told", both.err)
    model.write_bytes(was)


def last_line(checks, folder):
    line = register(folder, "--dry-run", "--all", "--format", "text").out.splitlines()[-1]
    whole, rest = line.split(":", 1)
    states = rest.split(";")[0]
    number = lambda text: int(re.search(r"[\d,]+", text)[0].replace(",", ""))  # noqa: E731
    checks.check("in treatment" in states and number(whole) == sum(map(number, states.split(", "))), "states add up to all risks", line)


def by_the_day(checks, folder, id):
    """Consent ends on its day, however old the facts are that a gate reads."""
    take(folder, "until.csv", f"id,treatment,requester,approver,accept_until\n{id},accept,Ada,Grace,2026-11-25\n")
    for path in SOURCES:
        assert path.exists()
    own = ("--workspace", folder)
    status = lambda *more: next(one for one in reeve("model", "status", *SOURCES, *own, "--appetite", "never", "--format", "json", *more).report["threats"] if one["id"] == id)  # noqa: E731
    checks.check(status("--as-of", AS_OF)["accepted"], "on a day before its end it holds")
    done = reeve("model", "status", *SOURCES, *own, "--appetite", "never", "--format", "json")
    checks.check(not status()["accepted"] and done.report["as_of"] < "2026-11-25" < done.report["today"] and any(alarm["kind"] == "expired-acceptance" for alarm in done.report["alarms"]), "today it has ended, though the facts are older", (done.report["as_of"], done.report["today"]))
    entries = [next(one for one in reeve("model", "register", *SOURCES, *own, "--simulations", "10", "--dry-run", "--format", "json", *more).report["risks"] if one["id"] == id) for more in ((), ("--as-of", AS_OF))]
    checks.check([one["state"] for one in entries] == ["reopened", "accepted"], "so it is in the register", [one["state"] for one in entries])
    text = reeve("model", "status", *SOURCES, *own, "--appetite", "never", "--format", "text").out
    checks.check("acceptances, reviews and due dates as of " in text, "and the text says by which day", text.splitlines()[1:2])


def why(checks, folder, id):
    history = folder / ".reeve" / "risks.json"
    was = history.read_bytes()
    checks.check(register(folder).status == 0 and history.read_bytes() == was, "the same run again is no news")
    later = "2026-12-01T00:00:00Z"
    known = json.loads(was)
    entry = known["threats"][id]
    control, stands = next(iter(entry["controls"].items()))
    entry["controls"][control] = "effective" if stands != "effective" else "failed"
    entry["steps"][-1]["mean"] /= 2
    history.write_text(json.dumps(known))
    ahead = register(folder, as_of=later)
    checks.check("more than a day after the newest that was read" in ahead.err and json.loads(history.read_text()) == known, "of a moment ahead of all that was read nothing is remembered", ahead.err[-300:])
    read_on("2026-12-01")
    one = next(r for r in register(folder, as_of=later).report["risks"] if r["id"] == id)
    checks.check(f"`{control}` was " in one["why"] and one["trend"] == "up" and one["changed"].startswith("2026-12-01"), "what changed a number is told by its control", one)
    older = register(folder)
    checks.check("older than the register's last" in older.err and json.loads(history.read_text())["as_of"].startswith("2026-12-01"), "an older run leaves the history", older.err[-300:])
    history.write_text("{")
    broken = register(folder)
    checks.check(broken.status == 3 and "risks.json" in broken.err, "a history that is none is named, and not written over", broken.err[:300])
    checks.check(history.read_text() == "{", "it stays as it was")


def what_ifs(checks, folder):
    history = folder / ".reeve" / "risks.json"
    history.unlink()
    register(folder)
    was = history.read_bytes()
    later = {"as_of": "2026-12-02T00:00:00Z"}
    read_on("2026-12-02")
    for more, keywords, says in (
        (["--simulations", "10", "--seed", "7"], {}, "10 simulations and seed 7"),
        ([], {"sources": [SOURCES[0] / "111122223333"]}, "reads less than the last"),
        ([], {"sources": SOURCES[:1]}, "reads less than the last"),
    ):
        done = reeve("model", "register", *keywords.get("sources", SOURCES), "--workspace", folder, "--as-of", later["as_of"], *(more or ["--simulations", "1000"]))
        checks.check(says in done.err and history.read_bytes() == was, f"a what-if is no history: {more or keywords}", done.err[-400:])
    register(folder, **later)
    checks.check(json.loads(history.read_text())["as_of"].startswith("2026-12-02"), "the same again, later, is")
    with tempfile.TemporaryDirectory() as own:
        own = pathlib.Path(own)
        (own / "reeve.yaml").write_text(f"scope:\n  sources: [{SOURCES[0]}, {SOURCES[1]}]\n")
        part = register(own, sources=SOURCES[:1])
        checks.check("other sources than the workspace's" in part.err and not (own / ".reeve" / "risks.json").exists(), "nor is a part of the workspace's own sources", part.err[-400:])
        whole = register(own, sources=[])
        checks.check((own / ".reeve" / "risks.json").exists(), "all of them are", whole.err[-400:])


def files_of(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def no_word_of_what_ifs(checks):
    """A workspace with a record of runs: what is asked of another moment, or dry, writes nothing into it, and honest runs go on."""
    with tempfile.TemporaryDirectory() as own:
        own = pathlib.Path(own)
        (own / "reeve.yaml").write_text(f"organization: Northfield\nscope:\n  sources: [{SOURCES[0]}, {SOURCES[1]}]\n")
        few = ("--simulations", "10")
        empty = files_of(own)
        for words in (["register", *few], ["derive"]):
            done = reeve("model", *words, "--workspace", own, "--dry-run")
            checks.check(done.status == 0 and files_of(own) == empty, f"model {words[0]} --dry-run writes nothing into the workspace", (done.status, sorted(map(str, files_of(own))), done.err[-300:]))
        checks.check(reeve("model", "register", "--workspace", own, "--simulations", "1000").status == 0 and (own / ".reeve" / "risks.json").exists(), "a run of what was read is remembered")
        was = files_of(own)
        for words in (["register", "--simulations", "1000"], ["risk", *few], ["status", "--appetite", "never"], ["report"], ["derive", "--dry-run"]):
            done = reeve("model", *words, "--workspace", own, "--as-of", "2031-01-01T00:00:00Z")
            checks.check(done.status == 0 and files_of(own) == was, f"model {words[0]} of a moment ahead leaves no trace", (done.status, [str(path) for path, text in files_of(own).items() if was.get(path) != text], done.err[-300:]))
        done = reeve("assess", "--workspace", own, "--as-of", READ_AT + "30Z")
        checks.check(done.status in (0, 1) and "has a run of" not in done.err, "and a run of today is not refused for it", done.err[-300:])


def looking_back(checks):
    """What a control finds in the record of runs it finds in a what-if, too."""
    with tempfile.TemporaryDirectory() as own:
        own = pathlib.Path(own)
        part = pathlib.Path(shutil.copytree(SOURCES[0] / "111122223333", own / "estate" / "111122223333"))
        (own / "reeve.yaml").write_text(f"organization: Northfield\nscope:\n  sources: [{part}]\n")
        known = {"id": "6f1c2f1a-0000-4000-8000-0000000000e1", "numericId": 1, "content": "results of a period", "metadata": [{"key": "custom:reeve-control", "value": "evidence-over-a-period"}]}
        threat = {"id": "6f1c2f1a-0000-4000-8000-0000000000e2", "numericId": 1, "statement": "nobody looks", "metadata": [{"key": key, "value": value} for key, value in {
            "custom:reeve-frequency": "1/2/3", "custom:reeve-capability": "10/20/30", "custom:reeve-loss": "90/95/99"}.items()]}
        (own / "threat-model.tc.json").write_text(json.dumps({"schema": 1, "threats": [threat], "mitigations": [known], "mitigationLinks": [{"mitigationId": known["id"], "linkedId": threat["id"]}]}))
        first = datetime.date(2026, 11, 22) - datetime.timedelta(days=98)
        for week in range(15):
            reeve("assess", "--workspace", own, "--as-of", f"{first + datetime.timedelta(days=7 * week)}T12:00:00Z")
        was = files_of(own)
        moment = ("--as-of", "2026-11-22T13:00:00Z")
        bound = lambda report: next(bound for one in report["threats"] for bound in one["bound"] if bound["id"] == "evidence-over-a-period")  # noqa: E731
        asked = reeve("model", "status", "--workspace", own, "--appetite", "never", "--format", "json", *moment)
        checks.check(bound(asked.report)["standing"] == "effective", "a what-if is judged with the record of runs", bound(asked.report))
        checks.check(files_of(own) == was, "and leaves it as it was")
        reeve("model", "register", "--workspace", own, "--simulations", "1000", *moment)
        stands = json.loads((own / ".reeve" / "risks.json").read_text())["threats"][threat["id"]]["controls"]
        checks.check(stands == {"evidence-over-a-period": "effective"}, "so the register remembers what is", stands)
        record = {name: text for name, text in files_of(own).items() if name.name != "risks.json"}
        checks.check(record == was, "in the record of runs stands nothing of it")


def no_workspace(checks):
    """A folder that is not there is named, and not made by those that only look at it."""
    with tempfile.TemporaryDirectory() as own:
        own = pathlib.Path(own)
        missing = own / "secruity"
        (own / "risks.csv").write_text("id,owner\n")
        for words in (["status", *SOURCES], ["risk", *SOURCES], ["register", *SOURCES], ["report", *SOURCES], ["export"], ["register", "import", own / "risks.csv"]):
            done = reeve("model", *words, "--workspace", missing)
            checks.check(done.status == 2 and "there is no such workspace" in done.err and missing.name in done.err and not missing.exists() and not done.out, f"model {' '.join(map(str, words[:1]))} names a workspace that is not there", (done.status, done.err[-300:]))
        (own / "here").mkdir()
        done = reeve("model", "register", *SOURCES, "--simulations", "10", cwd=own / "here")
        checks.check(done.status == 0 and "no workspace is here" in done.err and not list((own / "here").iterdir()), "nor is a folder where nobody keeps a model made one", done.err[-300:])


def schema(checks, folder):
    path = SHARED / "corpora" / "oscal" / "schema" / "oscal_poam_schema.json"
    if not path.exists():
        return checks.skip("the schema of POA&M", f"{path} is not there", "that others can read it")
    try:
        import jsonschema_rs
    except ImportError as missing:
        return checks.skip("the schema of POA&M", str(missing), "that others can read it")
    validator = jsonschema_rs.Draft7Validator(json.loads(path.read_text()))
    problems = [f"{'/'.join(map(str, e.instance_path))}: {e.message[:200]}" for e in validator.iter_errors(json.loads(register(folder, "--format", "oscal-poam").out))]
    checks.check(not problems, "the POA&M fits OSCAL's schema", problems[:5])


def main():
    checks = Checks()
    if built(checks, "the register of risks"):
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary) / "register"
            for part in ("cli", "config"):
                SOURCES.append(pathlib.Path(shutil.copytree(NORTHFIELD / part, pathlib.Path(temporary) / part)))
            no_workspace(checks)
            no_word_of_what_ifs(checks)
            looking_back(checks)
            checks.check(reeve("model", "derive", *SOURCES, "--workspace", folder, "--as-of", AS_OF).status == 0, "a model is derived")
            one, other = round_trips(checks, folder)
            schema(checks, folder)
            acceptances(checks, folder, other)
            others_decisions(checks, folder, other)
            last_line(checks, folder)
            by_the_day(checks, folder, other)
            why(checks, folder, one)
            what_ifs(checks, folder)
    sys.exit(checks.end())


if __name__ == "__main__":
    main()
