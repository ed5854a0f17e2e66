#!/usr/bin/env python3
"""`reeve model import` of other formats: Open Threat Model, Threagile and the plain YAML form.

    python3 tests/model_import.py [--reeve PROGRAM]

What an import made is compared with what the published examples say; what has no place is named; what the plain form gets wrong is named where it stands.
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
from lib_reeve import ROOT, SHARED, Checks, built, reeve  # noqa: E402

CORPUS = SHARED / "corpora" / "model"


def imported(folder, path, text=None):
    if text is not None:
        (folder / path).write_text(text)
    done = reeve("model", "import", path, "--workspace", "w", cwd=folder)
    model = json.loads(reeve("model", "export", "--workspace", "w", cwd=folder).out) if done.status == 0 else None
    return done, model


def meta(record):
    return {one["key"]: one["value"] for one in record.get("metadata", [])}


def otm(checks, folder):
    both = []
    for name in ("EXAMPLE.json", "EXAMPLE.yaml"):
        path = CORPUS / "open-threat-model" / name
        if not path.exists():
            return checks.skip("Open Threat Model's example", f"{path} is not there", "that it is imported")
        done, model = imported(folder, path)
        if not checks.check(done.status == 0 and "Open Threat Model: 1 threat, 2 mitigations" in done.out, f"{name} is imported", done.err[-300:]):
            return None
        both.append(model)
        checks.check("`project.owner` (1 value) has no place" in done.err and "`threats" not in done.err, "what has no place is named, and nothing of the threats is", done.err)
    model = both[0]
    threat = model["threats"][0]
    checks.check(model["applicationInfo"]["name"] == "Test project", "the project gives the name")
    checks.check(threat["id"] == "22724267-be7e-44c0-8b1f-d7d33e9a34ec" and threat["impactedAssets"] == ["Web Service", "Dataflow between webservice and mongo."], "the threat keeps its id and says where it is", threat)
    checks.check(meta(threat)["STRIDE"] == ["S", "T"] and meta(threat)["custom:reeve-cwe"] == ["CWE-79", "CWE-787"] and meta(threat)["custom:reeve-impact"] == "100 of 100", "its categories, weaknesses and rating are kept", threat)
    checks.check(model["mitigationLinks"] == [{"mitigationId": "fd6136f4-e2ff-11eb-ba80-0242ac130004", "linkedId": threat["id"]}], "two uses of a mitigation make one link")
    checks.check(model["mitigations"][0]["status"] == "mitigationIdentified", "a mitigation that is in one place implemented and in another required is not done", model["mitigations"][0])
    checks.check("Web Client (web-client) in Internet" in model["architecture"]["description"] and "Web Service ↔ Customer Database (Credit Card Data)" in model["dataflow"]["description"], "components and flows are told")
    checks.check(both[0]["threats"] == both[1]["threats"], "JSON and YAML say the same")
    return None


def threagile(checks, folder):
    path = CORPUS / "threagile" / "example.yaml"
    if not path.exists():
        return checks.skip("Threagile's example", f"{path} is not there", "that it is imported")
    done, model = imported(folder, path)
    if not checks.check(done.status == 0 and "Threagile: 13 threats, 4 mitigations, 2 assumptions" in done.out, "the example is imported", done.out + done.err[-300:]):
        return None
    risks = [threat for threat in model["threats"] if threat["tags"] == ["individual-risk"]]
    checks.check(len(risks) == 2 and len(model["threats"]) == 13, "eleven abuse cases and two risks that people found", [threat["statement"] for threat in model["threats"]])
    checks.check(meta(risks[0]) == {"STRIDE": ["R"], "Priority": "High", "custom:reeve-severity": "critical", "custom:reeve-likelihood": "likely", "custom:reeve-impact": "medium", "custom:reeve-cwe": ["CWE-693"]}, "a risk keeps its ratings", risks[0])
    linked = {link["linkedId"] for link in model["mitigationLinks"]}
    checks.check(linked == {risk["id"] for risk in risks}, "its mitigation is linked to both")
    checks.check(model["applicationInfo"]["name"] == "Some Example Application" and "Customer Web Client → Load Balancer (https)" in model["dataflow"]["description"], "name and flows are told", model["dataflow"])
    checks.check("`risk_tracking.*.status` (6 values) has no place" in done.err and "abuse_cases" not in done.err, "what has no place is named", done.err[-500:])
    return None


PLAIN = """threats:
  - id: a
    threatSource: an insider
    threatAction: copy receipts
    impactedAssets: [receipts, invoices]
    mitigations: [keys, keys2]
    custom:reeve-due: "2027-01-31"
    comments: >
      a word
mitigations:
  - {id: keys, content: Keys, assumptions: [sure]}
assumptions:
  - {id: sure, content: It holds}
"""


def plain(checks, folder):
    done, model = imported(folder, "by-hand.yaml", (ROOT / "examples" / "payments" / "by-hand.yaml").read_text())
    if not checks.check(done.status == 0 and "plain YAML: 1 threat, 1 mitigation, 1 assumption" in done.out, "the example by hand is imported", done.out + done.err):
        return
    threat = model["threats"][0]
    checks.check(threat["statement"] == "An external actor with a stolen laptop can use the developer's session to change the payment worker, which leads to payments that go to another "
                 "account, resulting in reduced integrity of payments", "the statement is put together", threat["statement"])
    checks.check(meta(threat) == {"STRIDE": ["S", "T"], "Priority": "High", "custom:reeve-technique": ["T1078.004"]}, "short keys become metadata", threat)
    checks.check(model["mitigationLinks"] == [{"mitigationId": model["mitigations"][0]["id"], "linkedId": threat["id"]}]
                 and model["assumptionLinks"] == [{"type": "Threat", "assumptionId": model["assumptions"][0]["id"], "linkedId": threat["id"]}], "names become links")
    again, same = imported(folder, "by-hand.yaml")
    checks.check(same == model and "is replaced" not in again.err, "the same text makes the same ids")
    done, model = imported(folder, "p.yaml", PLAIN)
    checks.check(done.status == 0 and "mitigationLinks[1].mitigationId names" in done.err, "a name that nothing has is named", done.err)
    checks.check(model and model["threats"][0]["statement"] == "An insider can copy receipts, negatively impacting receipts and invoices", "an article of one's own stays", model and model["threats"][0])
    checks.check(model and meta(model["threats"][0])["Comments"] == "a word" and model["assumptionLinks"][0]["type"] == "Mitigation", "comments and links of mitigations are kept")
    short = "threats:\n  - {id: a, threatSource: insider, threatAction: copy, mitigations: [one]}\nmitigations:\n  - {id: one, content: Keys}\n  - {id: two, content: Locks}\n"
    for more, wanted in (("mitigationLinks: []\n", ["one"]), ("mitigationLinks:\n  - {mitigationId: two, linkedId: a}\n", ["two", "one"]),
                         ("mitigationLinks:\n  - {mitigationId: one, linkedId: a}\n", ["one"])):
        done, model = imported(folder, "p.yaml", short + more)
        named = {one["id"]: one["content"] for one in model["mitigations"]}
        checks.check(done.status == 0 and [named.get(one["mitigationId"]) for one in model["mitigationLinks"]] == [{"one": "Keys", "two": "Locks"}[name] for name in wanted]
                     and all(one["linkedId"] == model["threats"][0]["id"] for one in model["mitigationLinks"]), f"links beside {more.strip()!r}: {wanted}", (done.err, model["mitigationLinks"]))
    done, _ = imported(folder, "p.yaml", short + "mitigationLinks: 5\n")
    checks.check(done.status == 3 and "mitigationLinks is no list" in done.err, "links that are no list are refused", done.err)
    for change, wanted in ((("threatAction", "threatActoin"), "p.yaml:4:5: threats[0].threatActoin is no field of a record of `threats`; is `threatAction` meant?"),
                           (("id: a", "id: 5"), "p.yaml:2:9: threats[0].id is no text"),
                           (("content: Keys,", ""), "p.yaml:11:5: mitigations[0].content is not there, and it is required"),
                           (("copy receipts", "x" * 201), "p.yaml:4:19: threats[0].threatAction is 201 characters long; expected at most 200 characters"),
                           (("assumptions:\n  - {id", "assumptions:\n  - {id: sure, content: a}\n  - {id"), "assumptions[1].id is "),
                           (("[receipts, invoices]", "receipts"), "p.yaml:5:21: threats[0].impactedAssets is no list")):
        done, _ = imported(folder, "p.yaml", PLAIN.replace(*change))
        checks.check(done.status == 3 and wanted in done.err, f"by hand, {change[1][:20]!r}: named where it stands", done.err)


def odd(checks, folder):
    """Other formats in bad shape: told, or read without; never a crash."""
    for text, status in (('{"otmVersion": 5}', 0), ('{"otmVersion": "0.2.0", "threats": 5, "components": [5, {"threats": [null, {"threat": []}]}]}', 0),
                         ('{"otmVersion": "0.2.0", "threats": [{"id": "a", "name": "x"}, {"id": "a"}]}', 3),
                         (json.dumps({"otmVersion": "0.2.0", "project": {"name": "é" * 300}, "threats": [{"id": "a", "name": "x" * 3000, "tags": ["t" * 99]}]}), 0),
                         ("threagile_version: 1\ntechnical_assets: []\nabuse_cases: [a]\n", 0), ("technical_assets: {a: 5}\nquestions: {q: [1]}\n", 0),
                         ("a: &a [*a]\n", 3), ("threats: {}\n", 3), ("threats: [5]\n", 3), ("otmVersion: 1\nproject: {name: \"\\e[2J<script>\"}\n", 0)):
        done, _ = imported(folder, "odd.yaml", text)
        checks.check(done.status == status and "\x1b" not in done.err, f"{text[:60]!r} ends with {status}", (done.status, done.err[-300:]))
    ring = {"otmVersion": "0.2.0", "project": {"name": "p", "id": "p"}, "trustZones": [{"id": "a", "name": "A", "parent": {"trustZone": "b"}}, {"id": "b", "name": "B", "parent": {"trustZone": "a"}}],
            "components": [{"id": "c", "name": "C", "type": "x", "parent": {"component": "c"}}], "dataflows": [{"id": "f", "name": "F", "source": "c", "destination": "nowhere"}],
            "threats": [{"id": "t", "name": "T"}]}
    done, model = imported(folder, "odd.yaml", json.dumps(ring))
    checks.check(done.status == 0 and "A in B" in model["architecture"]["description"] and "B in A" in model["architecture"]["description"] and "C → nowhere" in model["dataflow"]["description"],
                 "zones within one another, and a flow to nothing, are told as they stand", (done.status, model))
    ring = "threagile_version: 1\nabuse_cases: {A: steal}\ntrust_boundaries:\n  A: {id: a, trust_boundaries_nested: [b]}\n  B: {id: b, trust_boundaries_nested: [a]}\n"
    done, model = imported(folder, "odd.yaml", ring)
    checks.check(done.status == 0 and len(model["threats"]) == 1 and "trust_boundaries_nested" in done.err, "boundaries within one another are read, and what has no place is named", done.err)
    done, model = imported(folder, "odd.yaml", json.dumps({"otmVersion": "0.2.0", "threats": [{"id": "a", "name": "é" * 3000}]}))
    checks.check("a text is longer than `statement` may be and is cut; expected at most 1,400 characters" in done.err and model["threats"][0]["statement"] == "é" * 1400, "a text too long is cut at a character, and that is said", done.err)


def beside_derived(checks, folder):
    """What deriving brought belongs to the model that it was brought to."""
    place = folder / "beside"
    (folder / "other.yaml").write_text("threats:\n  - {id: a, threatSource: insider, threatAction: copy receipts}\n")
    derive = lambda: reeve("model", "derive", ROOT / "examples" / "northfield", "--workspace", place)  # noqa: E731
    count = lambda: len(json.loads((place / "threat-model.tc.json").read_text())["threats"])  # noqa: E731
    derive()
    whole, base = count(), place / "threat-model.derived.tc.json"
    (folder / "edited.tc.json").write_text((place / "threat-model.tc.json").read_text())
    done = reeve("model", "import", folder / "edited.tc.json", "--workspace", place)
    checks.check(done.status == 0 and base.exists() and whole > 100, "an edit of the derived model leaves what was derived", (done.status, done.err))
    done = reeve("model", "import", folder / "other.yaml", "--workspace", place)
    checks.check(done.status == 0 and not base.exists() and "threat-model.derived.tc.json is removed" in done.err, "another model takes it away, and that is said", (done.status, done.err))
    derive()
    checks.check(count() == whole + 1, "so deriving brings all of it again", (count(), whole))


def main():
    checks = Checks()
    if not built(checks, "that other formats are imported"):
        return checks.end()
    with tempfile.TemporaryDirectory() as name:
        for part in (otm, threagile, plain, odd, beside_derived):
            part(checks, pathlib.Path(name))
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
