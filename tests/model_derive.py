#!/usr/bin/env python3
"""`reeve model derive` and `reeve model status` on the example estate.

    python3 tests/model_derive.py [--reeve PROGRAM]

The tables say what is to be expected of Northfield, written before anything was derived: threats that must be there because the estate has the thing, kinds of
things of which it has none, and what changes when the organization's trail stops. Then what people change in the model, and models that are hard to read.
"""

import json
import os
import pathlib
import re
import shutil
import sys
import tempfile
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
if "--reeve" in sys.argv[1:-1]:
    os.environ["REEVE"] = sys.argv[sys.argv.index("--reeve") + 1]
from lib_detect import event, write_files  # noqa: E402
from lib_reeve import NORTHFIELD, ROOT, Checks, built, reeve  # noqa: E402

AS_OF = "2026-11-22T04:12:00Z"
# Rule, and why the estate has it.
EXPECTED = {
    "bucket-open-to-strangers": "there are buckets",
    "root-used-for-daily-work": "every account has a root user",
    "role-trust-rewritten": "there are roles",
    "database-password-guessed": "there are databases",
    "public-machine-exploited": "the sandbox has an instance with a public address",
    "kubernetes-secrets-listed": "payments runs on EKS",
    "organization-left-by-a-member": "there is an organization",
    "trail-stopped-before-the-attack": "there are trails",
    "access-key-leaked-in-code": "there are users with keys",
    "search-software-exploited": "there is an OpenSearch domain",
}
# Of none of these Northfield has one.
NOT_HERE = {"AWS::EFS::FileSystem", "AWS::MSK::Cluster", "AWS::Neptune::DBCluster", "AWS::DocDB::DBCluster", "AWS::AppSync::GraphQLApi", "AWS::SageMaker::Model", "AWS::SageMaker::NotebookInstance",
            "AWS::Glue::Job", "AWS::WorkSpaces::Workspace", "AWS::Transfer::Server", "AWS::StepFunctions::StateMachine", "AWS::CloudFront::Distribution", "AWS::Kinesis::Stream", "AWS::DMS::ReplicationInstance"}
HOSTILE = "<script>alert(1)</script>\"'&{{x}}"


def meta(record):
    return {one["key"]: one["value"] for one in record.get("metadata", [])}


def model_of(folder):
    return json.loads((folder / "threat-model.tc.json").read_text())


def write(folder, model):
    (folder / "threat-model.tc.json").write_text(json.dumps(model, indent=2))


def decide(threat, said):
    """What people decided of a threat: its metadata `custom:reeve-…`; None takes it away."""
    keys = {f"custom:reeve-{key}": value for key, value in said.items()}
    threat["metadata"] = [pair for pair in threat.get("metadata", []) if pair["key"] not in keys] + [{"key": key, "value": value} for key, value in keys.items() if value]


def derive(folder, source=NORTHFIELD, *more):
    return reeve("model", "derive", source, "--workspace", folder, "--as-of", AS_OF, "--format", "json", *more)


def status(folder, source=NORTHFIELD, *more):
    return reeve("model", "status", source, "--workspace", folder, "--as-of", AS_OF, "--format", "json", *more)


def by_rule(told):
    return {one.get("rule"): one for one in told["threats"]}


def alarms(told, kind):
    return [one for one in told["alarms"] if one["kind"] == kind]


def types_of(rule):
    text = (ROOT / "content" / "threats" / rule / "threat.yaml").read_text()
    return set(re.findall(r"[A-Za-z0-9]+::[A-Za-z0-9]+::[A-Za-z0-9]+", re.search(r"^for_each:.*(?:\n +-.*)*", text, re.M)[0]))


def first_derivation(checks, folder):
    dry = derive(folder, NORTHFIELD, "--dry-run")
    checks.check(dry.status == 0 and not list(folder.iterdir()), "a dry run writes nothing", dry.err[-300:])
    done = derive(folder)
    checks.check(done.status == 0, "a model is derived", done.err[-300:])
    model = model_of(folder)
    rules = {meta(threat)["custom:reeve-rule"]: threat for threat in model["threats"]}
    for rule, why in EXPECTED.items():
        checks.check(rule in rules, f"{rule}: {why}")
    absurd = [rule for rule in rules if (types := types_of(rule)) and types <= NOT_HERE]
    checks.check(not absurd, "no threat to things that are not there", absurd)
    checks.check(100 <= len(rules) < len(list((ROOT / "content" / "threats").iterdir())), "many rules reach something, and not all", len(rules))
    for record in model["threats"] + model["mitigations"]:
        if uuid.UUID(record["id"]).version != 5:
            checks.check(False, "ids are UUIDs made of names", record["id"])
    ids = {one["id"] for one in model["threats"]} | {one["id"] for one in model["mitigations"]}
    checks.check(all(link["mitigationId"] in ids and link["linkedId"] in ids for link in model["mitigationLinks"]), "each link leads somewhere")
    sample = rules["bucket-open-to-strangers"]
    checks.check(sample["statement"].startswith("A") and " can " in sample["statement"] and meta(sample)["STRIDE"] and meta(sample)["Priority"] in ("High", "Medium", "Low"), "a threat speaks Threat Composer's grammar", sample)
    checks.check("111122223333 (northfield-management)" in model["architecture"]["description"] and "the internet → " in model["dataflow"]["description"], "components and flows are told")
    before = (folder / "threat-model.tc.json").read_bytes(), (folder / "threat-model.derived.tc.json").read_bytes()
    again = derive(folder)
    checks.check(again.report["changes"] == [] and before == ((folder / "threat-model.tc.json").read_bytes(), (folder / "threat-model.derived.tc.json").read_bytes()), "derived twice: the same bytes", again.out[:300])
    read = reeve("model", "export", "--workspace", folder)
    checks.check(read.status == 0 and read.out.encode() == before[0], "what was derived fits the schema", read.err[-300:])


def people(checks, folder):
    model = model_of(folder)
    rules = {meta(threat)["custom:reeve-rule"]: threat for threat in model["threats"]}
    edited, gone = rules["bucket-open-to-strangers"], rules["root-used-for-daily-work"]
    edited["threatImpact"] = "what our customers told us being read by anybody"
    edited["metadata"].append({"key": "custom:reeve-owner", "value": "data team"})
    model["threats"].remove(gone)
    model["mitigationLinks"] = [link for link in model["mitigationLinks"] if link["linkedId"] != gone["id"]]
    own = {"id": str(uuid.uuid4()), "numericId": 9001, "statement": "A person wrote this", "tags": ["own"]}
    model["threats"].append(own)
    write(folder, model)
    done = derive(folder)
    after = {one["id"]: one for one in model_of(folder)["threats"]}
    checks.check(done.status == 0 and after[edited["id"]]["threatImpact"] == edited["threatImpact"] and meta(after[edited["id"]])["custom:reeve-owner"] == "data team", "what people changed stays")
    checks.check(gone["id"] not in after, "what people took out stays out")
    checks.check(own["id"] in after and after[own["id"]]["statement"] == own["statement"], "what people wrote stays")
    # A threat whose rule no content has any more.
    model, base = model_of(folder), json.loads((folder / "threat-model.derived.tc.json").read_text())
    for one in (model, base):
        threat = next(threat for threat in one["threats"] if meta(threat).get("custom:reeve-rule") == "database-password-guessed")
        next(pair for pair in threat["metadata"] if pair["key"] == "custom:reeve-rule")["value"] = "rule-of-yesterday"
        old, threat["id"] = threat["id"], "00000000-0000-5000-8000-000000000001"
        for link in one["mitigationLinks"]:
            if link["linkedId"] == old:
                link["linkedId"] = threat["id"]
    write(folder, model)
    (folder / "threat-model.derived.tc.json").write_text(json.dumps(base))
    done = derive(folder)
    told = status(folder).report
    orphans = [one for one in alarms(told, "orphan-threat") if one.get("subject") == "rule-of-yesterday"]
    checks.check("00000000-0000-5000-8000-000000000001" in {one["id"] for one in model_of(folder)["threats"]} and len(orphans) == 1, "a threat without a rule stays, and is told", orphans)
    checks.check(any(one["kind"] == "gone" for one in done.report["changes"]) and any(one["kind"] == "came_in" or one["kind"] == "new" for one in done.report["changes"]), "derive says what is gone and new", done.report["changes"][:3])


def broken(checks, folder, estate):
    """The organization's trail stops logging: detections see less, and the control that says so fails."""
    # Logs that are kept and that nobody is known to look at detect nothing.
    silent = status(folder).report
    fed = {(one["standing"], one["logs"]) for threat in silent["threats"] for one in threat["bound"] if one["kind"] == "detection"}
    checks.check(fed == {("unknown", "effective")} and silent["threats_detected"] < 60, "without alerts no detection is known to work, though its logs are kept", (fed, silent["threats_detected"]))
    told = reeve("model", "status", NORTHFIELD, "--workspace", folder, "--as-of", AS_OF, "--format", "text").out
    checks.check("nothing shows that anybody runs `reeve detect`" in told, "and that is told once", told[:600])
    write_files(folder / "logs", [event(1, 0, "StopLogging", "cloudtrail.amazonaws.com", recipientAccountId="444455556666", requestParameters={"name": "t"})])
    alerts = folder / "alerts.ndjson"
    alerts.write_text(reeve("detect", folder / "logs", "--format", "ndjson").out)
    checks.check(bool(alerts.read_text()), "somebody runs detections")
    healthy = status(folder, NORTHFIELD, alerts).report
    checks.check(healthy["threats_detected"] > silent["threats_detected"] + 100, "with alerts they count", healthy["threats_detected"])
    kept = (folder / "threat-model.tc.json").read_bytes()
    control, rule = "account-covered-by-a-trail", "trail-stopped-before-the-attack"
    fed = {one["standing"] for threat in healthy["threats"] for one in threat["bound"] if one["kind"] == "detection"}
    checks.check(fed == {"effective"} and not [one for one in alarms(healthy, "control-failed") if one.get("subject") == control], "at first the logs of all accounts are kept", fed)
    for path in estate.rglob("cloudtrail-get-trail-status/*"):
        reply = json.loads(path.read_text())
        reply["IsLogging"] = False
        path.write_text(json.dumps(reply))
    for path in estate.rglob("cloudtrail-get-trail-status.json"):
        reply = json.loads(path.read_text())
        reply["IsLogging"] = False
        path.write_text(json.dumps(reply))
    hurt = status(folder, estate, alerts).report
    fed = {one["standing"] for threat in hurt["threats"] for one in threat["bound"] if one["kind"] == "detection"}
    checks.check("effective" not in fed and fed, "no detection is worth what it was", fed)
    checks.check([one for one in alarms(hurt, "control-failed") if one.get("subject") == control], "the control's failure is an alarm")
    checks.check(by_rule(healthy)[rule]["detect"] == "effective" and by_rule(hurt)[rule]["detect"] != "effective", "the threat stands otherwise", by_rule(hurt)[rule]["detect"])
    again = derive(folder, estate)
    checks.check(again.report["changes"] == [] and (folder / "threat-model.tc.json").read_bytes() == kept, "nothing of it is in the model's file", again.report["changes"][:3])
    healed = status(folder, NORTHFIELD, alerts).report
    checks.check(healed["threats"] == healthy["threats"] and healed["alarms"] == healthy["alarms"], "healed: as before")


def unclassed(checks, folder):
    """A threat whose class nobody said may be any: it does not pass a gate by silence."""
    people = [{"id": str(uuid.UUID(int=7, version=4)), "numericId": 1, "statement": "Somebody does something", "tags": []}]
    write(folder, {"schema": 1, "threats": people})
    part = NORTHFIELD / "cli" / "555566667777"
    for appetite, fails in (("low", True), ("high", True), ("critical", False), ("never", False)):
        done = status(folder, part, "--appetite", appetite)
        checks.check((done.status == 1) == fails and (not fails or done.report["above_appetite"] == [people[0]["id"]]), f"a class that nobody said, appetite {appetite}", (done.status, done.err[-200:]))
    checks.check(done.report["threats"][0]["class_said"] is False and "class" not in done.report["threats"][0], "and that nobody said it is told")
    text = reeve("model", "status", part, "--workspace", folder, "--as-of", AS_OF, "--format", "text", "--appetite", "low").out
    checks.check("(class not said)" in text and "not said" in text.split("Above low")[0], "to people too", text[-300:])
    imported = {"otmVersion": "0.2.0", "project": {"name": "p", "id": "p"}, "threats": [{"id": f"t{n}", "name": f"t{n}", "categories": ["Spoofing"], "risk": risk} for n, risk in enumerate(({"likelihood": 80, "impact": 90}, {"likelihood": 50, "impact": 60}, {"likelihood": 10, "impact": 60}, {"likelihood": 100, "impact": 101}, {"likelihood": 50}))]}
    (folder / "m.otm").write_text(json.dumps(imported))
    (folder / "threat-model.tc.json").unlink()
    reeve("model", "import", folder / "m.otm", "--workspace", folder)
    checks.check([meta(one).get("Priority") for one in model_of(folder)["threats"]] == ["High", "Medium", "Low", None, None], "an OTM file's likelihood and impact give a class where it has both", [one.get("metadata") for one in model_of(folder)["threats"]])


def gate_and_alarms(checks, folder):
    checks.check(status(folder, NORTHFIELD, "--appetite", "never").status == 0, "without an appetite nothing fails")
    over = status(folder, NORTHFIELD, "--appetite", "low")
    checks.check(over.status == 1 and over.report["above_appetite"], "threats above appetite fail a pipeline", over.status)
    model = model_of(folder)
    threats = {one["id"]: one for one in model["threats"]}
    accept = {"treatment": "accept", "requester": "j.okafor", "approver": "a.rossi", "accept-until": "2027-01-01"}
    # What counts for nothing opens no gate.
    sample = over.report["above_appetite"][:4]
    for id, said in zip(sample, ({"accept-until": "2027-01-01"}, accept | {"treatment": "reduce"}, accept | {"approver": None}, accept | {"approver": " J.Okafor"})):
        decide(threats[id], said)
    model["assumptions"] = [{"id": str(uuid.uuid4()), "numericId": 1, "content": "Nothing is accepted", "metadata": [{"key": "custom:reeve-query", "value": "SELECT threat FROM threats WHERE state = 'accepted'"}]}]
    write(folder, model)
    done = status(folder, NORTHFIELD, "--appetite", "low")
    checks.check(done.report["above_appetite"] == over.report["above_appetite"] and not any(one["accepted"] for one in done.report["threats"]), "a date alone, another treatment, nobody who approved, or who asked: not accepted")
    checks.check(sorted(one["threat"] for one in alarms(done.report, "expired-acceptance")) == sorted(sample), "and each is told", alarms(done.report, "expired-acceptance"))
    checks.check(not alarms(done.report, "broken-assumption"), "nor do controls take it for accepted", alarms(done.report, "broken-assumption"))
    for id in over.report["above_appetite"]:
        decide(threats[id], accept)
    model["assumptions"] = [
        {"id": str(uuid.uuid4()), "numericId": 1, "content": "No account has buckets", "metadata": [{"key": "custom:reeve-query", "value": "SELECT uid FROM aws_s3_bucket"}]},
        {"id": str(uuid.uuid4()), "numericId": 3, "content": "What is accepted has not ended", "metadata": [{"key": "custom:reeve-query", "value": "SELECT threat FROM threats WHERE state = 'accepted' AND accepted_until <= as_of()"}]},
        {"id": str(uuid.uuid4()), "numericId": 2, "content": "No account is called nobody", "metadata": [{"key": "custom:reeve-query", "value": "SELECT account FROM accounts WHERE name = 'nobody'"}]},
    ]
    late, due = model["threats"][0], model["threats"][1]
    decide(late, accept | {"accept-until": "2026-01-01"})
    due["metadata"].append({"key": "custom:reeve-review-by", "value": "2026-01-01"})
    write(folder, model)
    done = status(folder, NORTHFIELD, "--appetite", "low")
    accepted = set(over.report["above_appetite"]) - {late["id"]}
    checks.check(not accepted & set(done.report["above_appetite"]), "an accepted threat fails nothing")
    checks.check([one["threat"] for one in alarms(done.report, "expired-acceptance")] == [late["id"]], "an acceptance that has ended is told")
    checks.check([one["threat"] for one in alarms(done.report, "review-overdue")] == [due["id"]], "so is a review that is overdue")
    held = alarms(done.report, "broken-assumption")
    checks.check(len(held) == 1 and "No account has buckets" in held[0]["what"], "the assumption that rows break is broken, the other holds", held)
    model["assumptions"][0]["metadata"][0]["value"] = "DELETE FROM main.resource"
    write(folder, model)
    done = status(folder)
    checks.check(done.status == 3 and "assumptions[0]" in done.err and alarms(done.report, "broken-assumption"), "a query that is none is named, and nothing is said to hold", (done.status, done.err[-200:]))


def endless(checks, folder):
    """A query that has no end, and one whose row is long, cost little and are never taken for an answer."""
    counting = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n WHERE x < 0"
    model = {"schema": 1, "assumptions": [{"id": str(uuid.UUID(int=n, version=4)), "numericId": n + 1, "content": f"It holds {n}", "metadata": [{"key": "custom:reeve-query", "value": counting}]} for n in range(20)]}
    model["assumptions"].append({"id": str(uuid.UUID(int=99, version=4)), "numericId": 99, "content": "It is short", "metadata": [{"key": "custom:reeve-query", "value": "SELECT printf('%.*c', 1000000, 'x')"}]})
    write(folder, model)
    done = status(folder, NORTHFIELD / "cli" / "555566667777", "--appetite", "never")
    held = {one["subject"]: one["what"] for one in alarms(done.report, "broken-assumption")}
    unknown = [what for what in held.values() if what.startswith("not known whether it holds")]
    checks.check(done.status == 3 and len(unknown) == 20, "what has no end is stopped, and not said to hold", (done.status, len(unknown)))
    checks.check("stopped after" in done.err, "why is told", done.err[-300:])
    checks.check(len(held[str(uuid.UUID(int=99, version=4))]) < 300, "of a long value the beginning is told")


def one_account(checks, folder):
    """A run over one account's export says nothing of what it did not read, and forgets nothing that people took out."""
    part = NORTHFIELD / "cli" / "555566667777"
    unkept = status(folder, part)
    dry = derive(folder, part, "--dry-run").report
    checks.check(unkept.report["threats_not_known"] == dry["not_known"] > 0, "without a model: as many threats are not known as derive counts", (unkept.report["threats_not_known"], dry["not_known"]))
    text = reeve("model", "status", part, "--workspace", folder, "--as-of", AS_OF, "--format", "text")
    checks.check(f"not known: {dry['not_known']} threats more may be there" in text.out, "and a person is told so", text.out[-300:])
    derive(folder)
    model = model_of(folder)
    here = {meta(threat)["custom:reeve-rule"] for threat in model["threats"]}
    rules = {one["rule"]: one for one in status(folder, part).report["threats"]}
    unread = [rule for rule in sorted(here) if rules[rule]["reach"]["resources"] + rules[rule]["reach"]["resources_unknown"] == 0 and rules[rule]["reach"]["accounts_unread"]]
    checks.check(len(unread) > 10, "of many things one account's export tells nothing", len(unread))
    gone = next(threat for threat in model["threats"] if meta(threat)["custom:reeve-rule"] == unread[0])
    control = next(link["mitigationId"] for link in model["mitigationLinks"] if link["linkedId"] == gone["id"])
    model["threats"].remove(gone)
    model["mitigations"] = [one for one in model["mitigations"] if one["id"] != control]
    model["mitigationLinks"] = [link for link in model["mitigationLinks"] if link["linkedId"] != gone["id"] and link["mitigationId"] != control]
    write(folder, model)
    told = derive(folder, part).report
    said = {one["kind"]: [other for other in told["changes"] if other["kind"] == one["kind"]] for one in told["changes"]}
    checks.check(len(said.get("unknown", [])) == len(unread) - 1 and "was not read" in said["unknown"][0]["what"], "what was not read is not called gone", {kind: len(all) for kind, all in said.items()})
    after = derive(folder).report
    model = model_of(folder)
    checks.check(gone["id"] not in {one["id"] for one in model["threats"]} and control not in {one["id"] for one in model["mitigations"]}, "what people took out stays out over runs that do not reach it", after["changes"][:3])
    checks.check(not any(control == link["mitigationId"] or gone["id"] == link["linkedId"] for link in model["mitigationLinks"]), "nor does a link to it come back")
    # Numbers that are hard to count on from.
    for number in (9223372036854775807, 2**53, 99999999999999999999999):
        model["threats"][0]["numericId"] = number
        dropped = model["threats"][5]
        write(folder, model | {"threats": model["threats"][:5]})
        (folder / "threat-model.derived.tc.json").unlink()
        done = derive(folder)
        numbers = [one["numericId"] for one in model_of(folder)["threats"][1:]]
        checks.check(done.status in (0, 3) and all(0 < one <= 2**53 for one in numbers) and len(numbers) == len(set(numbers)), f"after number {number} others are counted on", (done.status, done.err[-200:], max(numbers), min(numbers), dropped["id"]))


def left_out(checks, place):
    """An account or a Region that a run has nothing of is not known: leaving it out is no way to better figures, and nothing in it is gone."""
    folder, estate = place / "f", place / "part"
    folder.mkdir()
    derive(folder)
    whole = status(folder).report
    checks.check(whole["not_read"] == {"accounts": 0, "regions": 9}, "of three accounts three enabled Regions each are in no export", whole["not_read"])
    here = {one["rule"]: one for one in whole["threats"]}
    for what, gone, missed in (("a Region", "444455556666/eu-west-1", {"accounts": 0, "regions": 10}), ("an account", "444455556666", {"accounts": 1, "regions": 6})):
        shutil.copytree(NORTHFIELD, estate)
        shutil.rmtree(estate / "cli" / gone)
        told = status(folder, estate).report
        lost = [one for one in told["threats"] if one["reach"]["resources"] + one["reach"]["resources_unknown"] == 0 and here[one["rule"]]["reach"]["resources"] > 0]
        checks.check(len(lost) > 10 and all(one["reach"]["accounts_unread"] for one in lost), f"{what} left out: what was in it is not known", [one["rule"] for one in lost if not one["reach"]["accounts_unread"]])
        checks.check(not alarms(told, "orphan-threat"), f"{what} left out: nothing is gone", alarms(told, "orphan-threat")[:2])
        checks.check(told["not_read"] == missed, f"{what} left out: that is told", told["not_read"])
        text = reeve("model", "status", estate, "--workspace", folder, "--as-of", AS_OF, "--format", "text").out
        checks.check("not read: what is there is not known" in text, f"{what} left out: to people too", text[-400:])
        risk = [reeve("model", "risk", source, "--workspace", folder, "--as-of", AS_OF, "--simulations", "500", "--format", "json") for source in (NORTHFIELD, estate)]
        reckoned = [{one["id"] for one in done.report["threats"] if one["reckoned"]} for done in risk]
        checks.check(reckoned[0] <= reckoned[1], f"{what} left out: no threat leaves the sum", sorted(reckoned[0] - reckoned[1])[:3])
        checks.check(risk[1].report["not_read"] == missed, f"{what} left out: `model risk` tells it", risk[1].report["not_read"])
        changes = derive(folder, estate, "--dry-run").report["changes"]
        checks.check(not [one for one in changes if one["kind"] == "gone"] and [one for one in changes if one["kind"] == "unknown"], f"{what} left out: derive calls nothing gone", changes[:2])
        shutil.rmtree(estate)


def hard(checks, folder):
    # 10,000 threats, hostile texts in all that people can write, links in circles and to nothing.
    threats = [{"id": str(uuid.UUID(int=n, version=4)), "numericId": n + 1, "statement": f"{HOSTILE} {n}", "threatSource": HOSTILE, "tags": [HOSTILE[:30]], "metadata": [{"key": "custom:reeve-control", "value": HOSTILE}]} for n in range(10_000)]
    mitigations = [{"id": str(uuid.UUID(int=1 << 64 | n, version=4)), "numericId": n + 1, "content": HOSTILE} for n in range(100)]
    assumptions = [{"id": str(uuid.UUID(int=2 << 64 | n, version=4)), "numericId": n + 1, "content": HOSTILE} for n in range(2)]
    links = [{"mitigationId": mitigations[n % 100]["id"], "linkedId": threats[n]["id"]} for n in range(10_000)]
    links += [{"mitigationId": mitigations[0]["id"], "linkedId": assumptions[0]["id"]}, {"mitigationId": mitigations[0]["id"], "linkedId": str(uuid.uuid4())}]
    circle = [{"type": "Mitigation", "assumptionId": assumptions[0]["id"], "linkedId": mitigations[0]["id"]}]
    write(folder, {"schema": 1, "applicationInfo": {"name": HOSTILE}, "threats": threats, "mitigations": mitigations, "assumptions": assumptions, "mitigationLinks": links, "assumptionLinks": circle})
    done = status(folder, NORTHFIELD, "--appetite", "never")
    checks.check(done.status == 0 and len(done.report["threats"]) == 10_000, "10,000 threats, circles and links to nothing are read", (done.status, done.err[-200:]))
    checks.check({one["bound"][0]["standing"] for one in done.report["threats"]} == {"absent"}, "what is bound to nothing stands for nothing")
    more = derive(folder)
    checks.check(more.status == 0 and len(model_of(folder)["threats"]) > 10_000, "derived threats join them", more.err[-200:])
    page = reeve("model", "report", NORTHFIELD, "--workspace", folder, "--as-of", AS_OF)
    checks.check("<script>alert(1)" not in page.out and page.out, "hostile texts are escaped in the report")


def main():
    checks = Checks()
    if not built(checks, "that models are derived"):
        return checks.end()
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        for name in ("a", "b", "c", "d", "e", "g"):
            (place / name).mkdir()
        first_derivation(checks, place / "a")
        people(checks, place / "a")
        derive(place / "b")
        estate = place / "estate"
        shutil.copytree(NORTHFIELD, estate)
        broken(checks, place / "b", estate)
        gate_and_alarms(checks, place / "b")
        unclassed(checks, place / "g")
        one_account(checks, place / "d")
        left_out(checks, place)
        hard(checks, place / "c")
        endless(checks, place / "e")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
