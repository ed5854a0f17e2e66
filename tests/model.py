#!/usr/bin/env python3
"""`reeve model import` and `reeve model export`: what goes in comes out, and what does not fit is refused by its path.

    python3 tests/model.py [--reeve PROGRAM]

The models that AWS publishes and invented ones are imported and exported, and compared after canonical JSON. A table of documents that are refused
has the message of each, word for word. Then the table in src/model/schema.cc against the schema itself: documents are changed at random, and
Reeve refuses exactly those that the package jsonschema refuses.
"""

import copy
import json
import os
import pathlib
import random
import sys
import tempfile
import time
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
if "--reeve" in sys.argv[1:-1]:
    os.environ["REEVE"] = sys.argv[sys.argv.index("--reeve") + 1]
from lib_reeve import ROOT, SHARED, Checks, built, reeve  # noqa: E402

CORPUS = SHARED / "corpora" / "model"
HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>\u202e\u0007"
FIELDS = ("threatSource", "prerequisites", "threatAction", "threatImpact", "impactedGoal", "impactedAssets", "statement", "customTemplate", "status")


def canonical(document):
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def ident(number):
    return str(uuid.UUID(int=number + (1 << 100)))


def invented(rng, threats=4):
    """A document that uses every field somewhere, each absent, empty or full by chance."""

    def some(text, most=200):
        return rng.choice(["", text, text * 3, "é" * most, "😀" * most, "x" * most, HOSTILE])[:most]

    def metadata(*more):
        known = [{"key": "Comments", "value": some("a word", 1000)}, {"key": "custom:reeve-owner", "value": "mail@example.test"},
                 {"key": "custom:" + "k" * 43, "value": ["a", "", "b"]}, {"key": "custom:", "value": []}, {"key": "custom:someone-else's", "value": HOSTILE}, *more]
        return rng.sample(known, rng.randint(0, len(known)))

    def item(number, own):
        record = {"id": ident(number), "numericId": rng.choice([number, number + 0.5, -number]), **own}
        if rng.random() < 0.7:
            record["displayOrder"] = number
        if rng.random() < 0.7:
            record["tags"] = [some("tag", 30) or "t" for _ in range(rng.randint(0, 3))]
        return record

    document = {"schema": rng.choice([1, 1, 1, 0, 0.5])}
    document["threats"] = []
    for number in range(threats):
        own = {}
        for field in FIELDS:
            if rng.random() < 0.7:
                own[field] = ([some("goal") for _ in range(rng.randint(0, 3))] if field.startswith("impacted")
                              else rng.choice(["threatIdentified", "threatResolved", "threatResolvedNotUseful"]) if field == "status" else some("what may happen"))
        own["metadata"] = metadata({"key": "STRIDE", "value": rng.sample(list("STRIDE"), 2)}, {"key": "Priority", "value": "High"}, {"key": "source", "value": "threatPack"},
                                   {"key": "threatPackId", "value": "P"}, {"key": "threatPackThreatId", "value": ident(9)}, {"key": "threatPackMitigationCandidateId", "value": ident(8)})
        document["threats"].append(item(number, own))
    document["mitigations"] = [item(1000 + n, {"content": some("do this", 1000), "status": rng.choice(["mitigationIdentified", "mitigationInProgress", "mitigationResolved"]),
                                               "metadata": metadata({"key": "source", "value": "mitigationPack"}, {"key": "mitigationPackId", "value": "é" * 30},
                                                                    {"key": "mitigationPackMitigationId", "value": ""})}) for n in range(3)]
    document["assumptions"] = [item(2000 + n, {"content": some("it holds", 1000), "metadata": metadata()}) for n in range(2)]
    document["mitigationLinks"] = [{"mitigationId": ident(1000), "linkedId": ident(rng.choice([0, 2000]))} for _ in range(2)]
    document["assumptionLinks"] = [{"type": "Threat", "assumptionId": ident(2000), "linkedId": ident(0)}, {"type": "Mitigation", "assumptionId": ident(2001), "linkedId": ident(1001)}]
    document["applicationInfo"] = rng.choice([{}, {"name": some("Shop")}, {"name": "", "description": HOSTILE}])
    document["architecture"] = rng.choice([{}, {"image": "data:image/png;base64,AAAA"}, {"description": "é" * 100000}])
    document["dataflow"] = {"image": "", "description": "a\nb"}
    stamp = rng.choice(["2024-02-29T23:59:59.123Z", "2000-02-29T00:00Z", "2026-11-30T08:15:00Z"])
    document["brainstorm"] = {part: [{"id": ident(3000 + n), "content": some("idea"), "createdAt": stamp, "createdBy": "ai-agent", "groupId": ident(1)} for n in range(rng.randint(0, 2))]
                              for part in rng.sample(["assumptions", "threatSources", "threatPrerequisites", "threatActions", "threatImpacts", "assets", "mitigations"], 4)}
    keys = list(document)
    rng.shuffle(keys)
    return {key: document[key] for key in keys if key == "schema" or rng.random() < 0.85}


def import_text(folder, text, name="m.tc.json"):
    path = folder / name
    path.write_text(text)
    return reeve("model", "import", name, "--workspace", "w", cwd=folder)


def round_trip(checks, folder, name, text):
    done = import_text(folder, text)
    if not checks.check(done.status == 0, f"{name} is imported", done.err[-400:]):
        return
    out = reeve("model", "export", "--workspace", "w", cwd=folder)
    checks.check(out.status == 0 and canonical(json.loads(out.out)) == canonical(json.loads(text)), f"{name} comes out as it went in", out.err[-300:])
    kept = (folder / "w" / "threat-model.tc.json").read_text()
    checks.check(kept == out.out, f"{name}: the workspace keeps what export prints")
    again = import_text(folder, out.out)
    checks.check(again.status == 0 and (folder / "w" / "threat-model.tc.json").read_text() == kept, f"{name}: the same model gives the same bytes")


def line(*records, section="threats"):
    return json.dumps({"schema": 1, section: list(records)})


THREAT = {"id": "a", "numericId": 1}
DO = {"id": "m", "numericId": 1, "content": "do"}
ONE = "0a0a0a0a-0000-4000-8000-000000000001"


def refused():
    """(document, each line on standard error)"""
    yield '{"schema": 2, "threats": 5}', ["1:12: schema is 2, a version of Threat Composer's format that is not known here; expected 1; a newer Reeve may read it"]
    yield '{"schema": 1.5}', ["1:12: schema is 1.5, a version of Threat Composer's format that is not known here; expected 1; a newer Reeve may read it"]
    yield '{"schema": "1"}', ["1:12: schema is no number; expected 1, the format's version"]
    yield '{"threats": []}', ["1:1: schema is not there; expected the number 1, the format's version"]
    yield "[]", ["1:1: this is no threat model; expected a map with `schema`"]
    yield line({**THREAT, "threatAction": "x" * 201}), ["1:71: threats[0].threatAction is 201 characters long; expected at most 200 characters"]
    yield line({**THREAT, "threatAction": "x" * 200}, {**THREAT, "id": "b", "threatAction": "é" * 201}), ["threats[1].threatAction is 201 characters long; expected at most 200 characters"]
    yield line({**THREAT, "threatActoin": "x"}), ["threats[0].threatActoin is no field of a record of `threats`; is `threatAction` meant?"]
    yield line({"id": "a"}), ["1:27: threats[0].numericId is not there, and it is required"]
    yield line({"numericId": 1, "id": 7}), ["threats[0].id is no text"]
    yield line({**THREAT, "numericId": "1"}), ["threats[0].numericId is no number"]
    yield line(THREAT, THREAT), ["threats[1].id is `a`, which is that of threats[0] already; expected an id of its own"]
    yield line({**THREAT, "status": "done"}), ["threats[0].status is `done`; expected `threatIdentified`, `threatResolved` or `threatResolvedNotUseful`"]
    yield line({**THREAT, "tags": ["ok", "", "x" * 31]}), ["threats[0].tags[1] is 0 characters long; expected at least 1 character",
                                                          "threats[0].tags[2] is 31 characters long; expected at most 30 characters"]
    yield line({**THREAT, "impactedGoal": "confidentiality"}), ["threats[0].impactedGoal is no list"]
    yield line({**THREAT, "metadata": [{"key": "STRIDE", "value": ["S", "X"]}]}), ["threats[0].metadata[0].value[1] is `X`; expected `S`, `T`, `R`, `I`, `D` or `E`"]
    yield line({**THREAT, "metadata": [{"key": "Owner", "value": "x"}]}), ["threats[0].metadata[0].key is `Owner`, which is no metadata of `threats`; expected a key of the format, or one that begins with `custom:`"]
    yield line({**THREAT, "metadata": [{"key": "custom:" + "x" * 44, "value": "x"}]}), ["threats[0].metadata[0].key is 51 characters long; expected at most 50 characters"]
    yield line({**THREAT, "metadata": [{"key": "custom:a", "value": 3}, {"key": "custom:b", "value": [3]}, {"key": "Comments"}]}), [
        "threats[0].metadata[0].value is no text and no list of texts", "threats[0].metadata[1].value[0] is no text", "threats[0].metadata[2].value is not there, and it is required"]
    yield line({"id": "m", "numericId": 1}, section="mitigations"), ["mitigations[0].content is not there, and it is required"]
    yield line({**DO, "metadata": [{"key": "Priority", "value": "High"}]}, section="mitigations"), ["mitigations[0].metadata[0].key is `Priority`, which is no metadata of `mitigations`; expected a key of the format, or one that begins with `custom:`"]
    yield line({"mitigationId": ONE, "linkedId": "b"}, section="mitigationLinks"), ["mitigationLinks[0].linkedId is 1 character long; expected 36 characters"]
    yield line({"type": "threat", "assumptionId": ONE, "linkedId": ONE}, section="assumptionLinks"), ["assumptionLinks[0].type is `threat`; expected `Mitigation` or `Threat`"]
    yield '{"schema": 1, "threat": []}', ["1:15: threat is no field of the document; is `threats` meant?"]
    yield '{"schema": 1, "threats": {}}', ["1:26: threats is no list"]
    yield '{"schema": 1, "applicationInfo": []}', ["1:34: applicationInfo is no map"]
    yield '{"schema": 1, "brainstorm": {"assets": [{"id": "a", "content": "c", "createdAt": "2023-02-29T00:00:00Z"}]}}', [
        "brainstorm.assets[0].createdAt is `2023-02-29T00:00:00Z`, which is no time; expected a time in UTC such as 2026-11-30T08:15:00Z"]
    yield '{"schema": 1, "brainstorm": {"asset": []}}', ["1:30: brainstorm.asset is no field of a brainstorm; is `assets` meant?"]
    yield '{"schema": 1, "schema": 1}', ["1:15: a key stands twice in one map, and only one of the two would be kept; expected each key once"]
    yield '{"schema": 1, "<b>": 1}', ["1:15: `<b>` is no field of the document"]


def refusals(checks, folder):
    import_text(folder, '{"schema": 1}')
    before = (folder / "w" / "threat-model.tc.json").read_text()
    for text, wanted in refused():
        done = import_text(folder, text)
        told = done.err.splitlines()
        matches = len(told) == len(wanted) and all(line.startswith("m.tc.json:") and (line == "m.tc.json:" + want or line.split(": ", 1)[1] == want) for line, want in zip(told, wanted))
        checks.check(done.status == 3 and matches and done.out == "", f"refused: {text[:90]}", f"status {done.status}\n  {done.err}")
    checks.check((folder / "w" / "threat-model.tc.json").read_text() == before, "a refused document changes nothing")
    for text, what in (('{"schema": 1', "half a document"), ("", "no document"), ("\x00\xff", "no text"), ("[" * 100000, "absurd depth"), ("just words", "words")):
        done = import_text(folder, text)
        checks.check(done.status == 3 and "m.tc.json" in done.err, f"{what} is refused by name", done.err)
    done = reeve("model", "import", "none.tc.json", "--workspace", "w", cwd=folder)
    checks.check(done.status == 3 and "none.tc.json" in done.err, "a file that is not there is named", done.err)
    (folder / "empty").mkdir(exist_ok=True)
    done = reeve("model", "export", "--workspace", "empty", cwd=folder)
    checks.check(done.status == 3 and "there is no threat model" in done.err and not done.out, "a workspace without a model is named", done.err)
    many = import_text(folder, line(*[{"id": str(n)} for n in range(5000)]))
    checks.check(many.status == 3 and len(many.err.splitlines()) == 101 and "4900 more breaches" in many.err, "of very many breaches a hundred are told, and how many more there are", many.err[-300:])


def hard_input(checks, folder):
    rng = random.Random(1)
    many = {"schema": 1, "threats": [{"id": ident(n), "numericId": n, "threatSource": "an actor", "threatAction": "act " * 20, "statement": "s" * 300,
                                      "metadata": [{"key": "custom:n", "value": str(n)}]} for n in range(10000)],
            "mitigations": [{"id": ident(20000 + n), "numericId": n, "content": HOSTILE} for n in range(10000)],
            "mitigationLinks": [{"mitigationId": ident(20000 + n), "linkedId": ident(rng.randrange(10000))} for n in range(30000)]}
    start = time.process_time(), time.monotonic()
    round_trip(checks, folder, "a model of 10,000 threats", json.dumps(many))
    checks.check(time.monotonic() - start[1] < 60, "10,000 threats take seconds, not minutes")
    nothing = {"schema": 1, "threats": [{"id": ident(1), "numericId": 1}], "mitigationLinks": [{"mitigationId": ident(5), "linkedId": ident(1)}],
               "assumptionLinks": [{"type": "Threat", "assumptionId": ident(6), "linkedId": ident(7)}]}
    done = import_text(folder, json.dumps(nothing))
    for path, what in (("mitigationLinks[0].mitigationId", 5), ("assumptionLinks[0].assumptionId", 6), ("assumptionLinks[0].linkedId", 7)):
        checks.check(f"note  m.tc.json: {path} names `{ident(what)}`, which is not there\n" in done.err, f"{path} to nothing is named", done.err)
    round_trip(checks, folder, "a model with links to nothing", json.dumps(nothing))
    done = import_text(folder, json.dumps({"schema": 1}))
    checks.check("is replaced; it held 1 threat" in done.err, "that a model is replaced is said", done.err)
    done = import_text(folder, line({**THREAT, "status": "\x1b[2J" + HOSTILE}))
    checks.check(done.status == 3 and "\x1b" not in done.err, "a hostile value cannot act on the terminal", repr(done.err))


def schema_itself(checks, folder):
    schema = CORPUS / "threat-composer" / "threat-composer-v1.schema.json"
    sys.path.extend(str(path) for path in (ROOT / "build" / ".venv" / "lib").glob("python3*/site-packages"))
    try:
        import jsonschema
    except ImportError:
        return checks.skip("the schema itself", "no package jsonschema", "that Reeve refuses what the schema refuses")
    if not schema.exists():
        return checks.skip("the schema itself", f"{schema} is not there", "that Reeve refuses what the schema refuses")
    validator = jsonschema.Draft202012Validator(json.loads(schema.read_text()))
    rng, good, bad = random.Random(20261130), 0, 0

    def places(value, found):
        for key in (list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()):
            found.append((value, key))
            places(value[key], found)
        return found

    for number in range(240):
        document = invented(rng)
        for _ in range(rng.choice([0, 1, 1, 2])):
            holder, key = rng.choice(places(document, []))
            kind = rng.random()
            if kind < 0.25:
                if isinstance(holder, dict):
                    del holder[key]
            elif kind < 0.5:
                holder[key] = rng.choice([None, True, 5, "", "x", "x" * 31, "x" * 37, "x" * 51, "x" * 201, "x" * 1001, "x" * 1401, [], [""], {}, ["S"], "High", ident(4), "2023-02-29T00:00Z"])
            elif kind < 0.75 and isinstance(holder[key], str):
                holder[key] += rng.choice(["x", "😀", " ", "x" * 200, "x" * 1000])
            elif isinstance(holder, dict):
                holder[rng.choice(["extra", "content", "status", "metadata", "value", "id", "custom"])] = copy.deepcopy(rng.choice(["x", 1, [], {}]))
        lists = [*document.values(), *(document["brainstorm"].values() if isinstance(document.get("brainstorm"), dict) else ())]
        ids = [[record["id"] for record in records if isinstance(record, dict) and "id" in record] for records in lists if isinstance(records, list)]
        if any(len(some) != len(set(map(str, some))) for some in ids):
            continue  # the same id twice is refused beyond the schema
        valid = validator.is_valid(document)
        done = import_text(folder, json.dumps(document))
        good, bad = good + valid, bad + (not valid)
        checks.check((done.status == 0) == valid, f"document {number} is {'taken' if valid else 'refused'} as the schema says", f"status {done.status}: {done.err[:300]}"
                     + (next(validator.iter_errors(document)).message[:200] if not valid else ""))
    checks.check(good > 40 and bad > 40, "the documents are of both kinds", (good, bad))


def main():
    checks = Checks()
    if not built(checks, "that threat models come out as they went in"):
        return checks.end()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        corpus = sorted(CORPUS.glob("*/*.tc.json"))
        if not corpus:
            checks.skip("the published models", f"{CORPUS} is not there", "that they come out as they went in")
        for path in corpus:
            round_trip(checks, folder, path.name, path.read_text())
        rng = random.Random(7)
        for number in range(40):
            round_trip(checks, folder, f"invented model {number}", json.dumps(invented(rng), ensure_ascii=rng.random() < 0.5))
        refusals(checks, folder)
        hard_input(checks, folder)
        schema_itself(checks, folder)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
