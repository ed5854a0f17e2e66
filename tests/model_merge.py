#!/usr/bin/env python3
"""`reeve model merge`: random edits of two sides against an oracle, nothing lost, and git with it as its merge driver.

    python3 tests/model_merge.py [--reeve PROGRAM]

The oracle knows no records: it takes a model apart into (path, value) pairs and merges each by itself.
"""

import copy
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
if "--reeve" in sys.argv[1:-1]:
    os.environ["REEVE"] = sys.argv[sys.argv.index("--reeve") + 1]
from lib_reeve import REEVE, Checks, built, reeve  # noqa: E402

ITEMS = ("threats", "mitigations", "assumptions")
LINKS = ("mitigationLinks", "assumptionLinks")
EDITS = 200


def ident(rng):
    return str(uuid.UUID(int=rng.getrandbits(128)))


def item(rng, section):
    record = {"id": ident(rng), "numericId": rng.randrange(1000), "metadata": [{"key": "custom:k0", "value": "v"}], "tags": ["t"]}
    if section == "threats":
        return {**record, "threatSource": "an actor", "threatAction": "act", "impactedGoal": ["confidentiality"]}
    return {**record, "content": "words"}


def link(rng, model, section):
    left = rng.choice(model["mitigations" if section == "mitigationLinks" else "assumptions"])["id"]
    to = rng.choice(model["threats"])["id"]
    return {"mitigationId": left, "linkedId": to} if section == "mitigationLinks" else {"type": "Threat", "assumptionId": left, "linkedId": to}


def model_of(rng):
    model = {"schema": 1, "applicationInfo": {"name": "Shop", "description": "d"}}
    for section in ITEMS:
        model[section] = [item(rng, section) for _ in range(6)]
    for section in LINKS:
        model[section] = []
        for _ in range(4):
            if (one := link(rng, model, section)) not in model[section]:
                model[section].append(one)
    return model


def edited(rng, model, times):
    model = copy.deepcopy(model)
    for _ in range(times):
        section = rng.choice(ITEMS)
        records, kind = model[section], rng.randrange(9)
        record = rng.choice(records) if records else None
        if kind == 0 or record is None:
            records.insert(rng.randint(0, len(records)), item(rng, section))
        elif kind == 1 and len(records) > 2:
            records.remove(record)
        elif kind in (2, 3):
            field = rng.choice(["threatAction", "threatSource", "status"] if section == "threats" else ["content", "content", "status"])
            record[field] = (rng.choice(["threatIdentified", "threatResolved"] if section == "threats" else ["mitigationIdentified", "mitigationResolved"]) if field == "status"
                             else rng.choice(["a", "b", "c", "<b>é"]))
            if section == "assumptions":
                record.pop("status", None)
        elif kind == 4:
            record["tags"] = rng.sample(["a", "b", "c"], rng.randint(0, 3))
        elif kind == 5:
            metadata = record.setdefault("metadata", [])
            name = "custom:k" + str(rng.randrange(3))
            found = next((one for one in metadata if one["key"] == name), None)
            if found and rng.random() < 0.4:
                metadata.remove(found)
            elif found:
                found["value"] = rng.choice(["x", "y", ["x"], []])
            else:
                metadata.append({"key": name, "value": rng.choice(["x", "y"])})
        elif kind == 6:
            record.pop(rng.choice(["tags", "impactedGoal", "threatAction"]), None)
        elif kind == 7:
            where = rng.choice(LINKS)
            if model[where] and rng.random() < 0.5:
                model[where].remove(rng.choice(model[where]))
            elif (one := link(rng, model, where)) not in model[where]:
                model[where].append(one)
        else:
            model["applicationInfo"][rng.choice(["name", "description"])] = rng.choice(["x", "y", "z"])
    return model


def link_key(section, one):
    return "→".join(one[field] for field in (("mitigationId", "linkedId") if section == "mitigationLinks" else ("type", "assumptionId", "linkedId")))


def apart(model):
    """{record: {field: value}}, where a record is `threats[ID]` or `applicationInfo`, and metadata are fields of their own."""
    out = {}
    for section, content in model.items():
        if section == "schema":
            continue
        for one in content if isinstance(content, list) else [content]:
            name = section if not isinstance(content, list) else f"{section}[{link_key(section, one) if section in LINKS else one['id']}]"
            fields = {field: value for field, value in one.items() if field != "metadata"}
            if "metadata" in one:
                fields.update({f"metadata[{pair['key']}]": pair["value"] for pair in one["metadata"]})
            out[name] = fields
    return out


def oracle(base, ours, theirs):
    """What the merge must hold, and the paths of its conflicts."""
    b, o, t = apart(base), apart(ours), apart(theirs)
    result, conflicts = {}, set()
    for name in {**o, **t}:
        if name in o and name in t:
            result[name] = {}
            for field in {**o[name], **t[name]}.keys() | b.get(name, {}).keys():
                was, one, other = b.get(name, {}).get(field), o[name].get(field), t[name].get(field)
                value = other if one == was else one
                if one != other and one != was and other != was:
                    conflicts.add(f"{name}.{field}")
                    value = other if one is None else one
                if value is not None:
                    result[name][field] = value
        elif name in b:
            left = o.get(name, t.get(name))
            if left != b[name]:
                conflicts.add(name)
                result[name] = left
        else:
            result[name] = o.get(name, t.get(name))
    # What a conflict kept keeps the links of the side that kept it.
    ids = {name.split("[")[1][:-1] for name in result if name.split("[")[0] in ITEMS}
    for name in [name for name in conflicts if name.split("[")[0] in ITEMS and "." not in name]:
        of = o if name in o else t
        for link, fields in of.items():
            ends = [value for key, value in fields.items() if key != "type"]
            if link.split("[")[0] in LINKS and name.split("[")[1][:-1] in ends and set(ends) <= ids:
                result.setdefault(link, fields)
    return result, conflicts


def merge(folder, base, ours, theirs, *more):
    for name, model in (("base", base), ("ours", ours), ("theirs", theirs)):
        (folder / name).write_text(model if isinstance(model, str) else json.dumps(model))
    return reeve("model", "merge", "base", "ours", "theirs", *more, cwd=folder)


def random_edits(checks, folder):
    rng, clean, told = random.Random(20261130), 0, 0
    for number in range(EDITS):
        base = model_of(rng)
        size = rng.choice([2, 4, 8, 16])
        ours, theirs = edited(rng, base, size), edited(rng, base, size)
        done = merge(folder, base, ours, theirs, "--conflicts", "conflicts.json")
        wanted, conflicts = oracle(base, ours, theirs)
        if not checks.check(done.status in (0, 1) and done.out, f"edit {number} is merged", done.err):
            continue
        got = json.loads((folder / "conflicts.json").read_text())
        for name, given in re.findall(r"^note  (\w+\[[^\]]+\]) has the number (\d+) now", done.err, re.M):  # tried in `single`
            wanted[name]["numericId"] = int(given)
        links = {one["path"] for one in got if "links `" in one["what"]}
        beside = links | {one["path"] for one in got if "both moved records" in one["what"] or "gave this number" in one["what"]}  # tried in `single`
        result = apart(json.loads(done.out))
        checks.check(result == wanted, f"edit {number}: the result is the oracle's", {key: (result.get(key), wanted.get(key)) for key in result.keys() | wanted.keys() if result.get(key) != wanted.get(key)})
        checks.check({one["path"] for one in got} - beside == conflicts, f"edit {number}: the conflicts are the oracle's", {one["path"] for one in got} ^ conflicts)
        ids = {one["id"] for section in ITEMS for one in json.loads(done.out)[section]}
        hanging = {one[end] for section in LINKS for one in json.loads(done.out)[section] for end in one if end != "type"} - ids
        before = {one[end] for side in (ours, theirs) for section in LINKS for one in side[section] for end in one if end != "type"
                  if one[end] not in {record["id"] for kind in ITEMS for record in side[kind]}}
        checks.check(bool(hanging - before) == bool(links), f"edit {number}: a link to what the other side removed is a conflict", (hanging - before, links))
        checks.check(done.status == (1 if got else 0), f"edit {number}: status 1 exactly with conflicts")
        checks.check(all(f"conflict  {one['path']}: " in done.err for one in got), f"edit {number}: each conflict is told")
        # Nothing is lost: what either side wrote anew is in the result, or stands in a conflict.
        kept = done.out + json.dumps(got)
        for side in (ours, theirs):
            for name, fields in apart(side).items():
                for field, value in fields.items():
                    other = apart(theirs if side is ours else ours)
                    if apart(base).get(name, {}).get(field) != value and name in other:
                        checks.check(result.get(name, {}).get(field) == value or any(one["path"] == f"{name}.{field}" and value in (one.get("ours"), one.get("theirs")) for one in got),
                                     f"edit {number}: {name}.{field} is not lost", kept[-300:])
        # The other way round: the same but for who wins.
        turned = merge(folder, base, theirs, ours, "--conflicts", "conflicts.json")
        checks.check({one["path"] for one in json.loads((folder / "conflicts.json").read_text())} == {one["path"] for one in got} or links, f"edit {number}: the same conflicts the other way round", turned.err)
        clean, told = clean + (not got), told + bool(got)
    checks.check(clean > 30 and told > 30, "there are merges of both kinds", (clean, told))


def single(checks, folder):
    rng = random.Random(3)
    base = model_of(rng)
    for name, sides in (("nothing changed", (base, base, base)), ("only ours", (base, edited(rng, base, 5), base)), ("only theirs", (base, base, edited(rng, base, 5)))):
        done = merge(folder, *sides)
        wanted = sides[1] if sides[1] != base else sides[2]
        checks.check(done.status == 0 and json.loads(done.out) == wanted, f"{name}: that is the result, order and all", done.err)
    moved = copy.deepcopy(base)
    moved["threats"].reverse()
    added = copy.deepcopy(base)
    added["threats"].insert(3, item(rng, "threats"))
    for ours, theirs in ((moved, added), (added, moved)):
        done = json.loads(merge(folder, base, ours, theirs).out)["threats"]
        order = [one["id"] for one in done if one["id"] != added["threats"][3]["id"]]
        checks.check(order == [one["id"] for one in moved["threats"]] and len(done) == 7, "who moved records decides their order")
    other = copy.deepcopy(base)
    other["threats"] = other["threats"][1:] + other["threats"][:1]
    done = merge(folder, base, moved, other)
    checks.check(done.status == 1 and "conflict  threats: both moved records" in done.err and [one["id"] for one in json.loads(done.out)["threats"]] == [one["id"] for one in moved["threats"]],
                 "where both moved records the order is that of ours, and told", done.err)
    done = merge(folder, base, moved, moved)
    checks.check(done.status == 0 and not done.err, "both moved them alike: no conflict", done.err)
    gone, changed = copy.deepcopy(base), copy.deepcopy(base)
    linked = base["mitigationLinks"][0]["linkedId"]
    gone["threats"] = [one for one in gone["threats"] if one["id"] != linked]
    for section in LINKS:
        gone[section] = [one for one in gone[section] if one["linkedId"] != linked]
    next(one for one in changed["threats"] if one["id"] == linked)["threatAction"] = "write"
    for sides in ((changed, gone), (gone, changed)):
        done = merge(folder, base, *sides)
        result = json.loads(done.out)
        checks.check(done.status == 1 and all(sorted(map(str, result[section])) == sorted(map(str, base[section])) for section in LINKS), "a threat that a conflict kept keeps its links", done.out[-800:])
    one, two = copy.deepcopy(base), copy.deepcopy(base)
    for side in (one, two):
        side["threats"].append({**item(rng, "threats"), "numericId": 7000})
    done = merge(folder, base, one, two)
    numbers = {record["id"]: record["numericId"] for record in json.loads(done.out)["threats"]}
    mine, other = (side["threats"][-1]["id"] for side in (one, two))
    checks.check(done.status == 0 and numbers[mine] == 7000 and numbers[other] == 7001 and f"note  threats[{other}] has the number 7001" in done.err,
                 "of two new records with one number that of theirs gets the next one, and a note says so", (done.status, done.err))
    two["threats"][-1]["statement"] = "worse than threat 7000"
    done = merge(folder, base, one, two)
    checks.check(done.status == 1 and f"conflict  threats[{mine}].numericId: each side gave this number" in done.err or f"conflict  threats[{other}].numericId: each side gave this number" in done.err,
                 "where a text names it by that number it is a conflict", (done.status, done.err))
    one, two = copy.deepcopy(base), copy.deepcopy(base)
    for side, key in ((one, "custom:reeve-requester"), (two, "custom:reeve-approver")):
        side["threats"][0].setdefault("metadata", []).append({"key": key, "value": "Petra"})
    done = merge(folder, base, one, two)
    checks.check(done.status == 1 and f"conflict  threats[{base['threats'][0]['id']}].metadata: what both sides decided does not hold together" in done.err and "one person" in done.err,
                 "who asks on one side and grants on the other is a conflict", (done.status, done.err))
    done = merge(folder, one, one, two)
    checks.check(done.status in (0, 1) and "one person" not in done.err, "what one side alone decided is not", done.err)
    done = merge(folder, "", base, edited(rng, base, 0))
    checks.check(done.status == 0 and json.loads(done.out) == base, "what both added alike, without a base, is no conflict", done.err)
    ours, theirs = copy.deepcopy(base), copy.deepcopy(base)
    ours["threats"][0]["threatAction"], theirs["threats"][0]["threatAction"] = "read \x1b[2J", "write"
    done = merge(folder, base, ours, theirs)
    path = f"threats[{base['threats'][0]['id']}].threatAction"
    checks.check(done.status == 1 and f'conflict  {path}: both changed it\n  base    "act"\n  ours    "read ' in done.err and '  theirs  "write"\n' in done.err and "\x1b" not in done.err,
                 "a conflict is told by field with its three values, and acts on no terminal", repr(done.err))
    checks.check("conflict  " + path in merge(folder, base, ours, theirs, "--quiet").err, "under --quiet too")
    done = merge(folder, base, '{"schema": 1, "threats": 5}', theirs)
    checks.check(done.status == 3 and "ours:1:26: threats is no list" in done.err and not done.out, "a side that is no model is refused", done.err)
    done = merge(folder, base, ours, "threats: []\n")
    checks.check(done.status == 3 and "theirs: this is a model of plain YAML" in done.err, "a side of another format is refused, for its ids are not its own", done.err)


def as_driver(checks, folder):
    def git(*words):
        return subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.test", *words], cwd=repository, capture_output=True, text=True)

    repository = folder / "repository"
    repository.mkdir()
    if git("init", "-q", "-b", "main").returncode != 0:
        return checks.skip("the merge driver", "no git here", "that git merges by it")
    rng = random.Random(4)
    base = model_of(rng)

    def write(model):
        (repository / "threat-model.tc.json").write_text(json.dumps(model, indent=2) + "\n")

    git("config", "merge.reeve.driver", f"'{REEVE}' model merge %O %A %B --out %A")
    (repository / ".gitattributes").write_text("threat-model.tc.json merge=reeve\n")
    write(base)
    git("add", "-A"), git("commit", "-qm", "base")
    for name, conflict in (("clean", False), ("conflict", True)):
        git("checkout", "-q", "-b", f"theirs-{name}", "main")
        theirs = copy.deepcopy(base)
        theirs["threats"][1]["threatAction"] = "theirs"
        theirs["threats"].append(item(rng, "threats"))
        write(theirs), git("commit", "-qam", "theirs")
        git("checkout", "-q", "-b", f"ours-{name}", "main")
        ours = copy.deepcopy(base)
        ours["threats"][1]["threatAction" if conflict else "threatSource"] = "ours"
        ours["threats"].append(item(rng, "threats"))
        write(ours), git("commit", "-qam", "ours")
        done = git("merge", "-q", "--no-edit", f"theirs-{name}")
        merged = json.loads((repository / "threat-model.tc.json").read_text())
        checks.check((done.returncode != 0) == conflict, f"git's merge is {name}", done.stdout + done.stderr)
        checks.check(len(merged["threats"]) == 8 and merged["threats"][1]["threatAction"] == ("ours" if conflict else "theirs"), f"git has the merged model ({name})")
        if conflict:
            checks.check("UU threat-model.tc.json" in git("status", "--porcelain").stdout, "git knows of the conflict")
            git("merge", "--abort")
    return None


def main():
    checks = Checks()
    if not built(checks, "that edits of threat models are merged"):
        return checks.end()
    with tempfile.TemporaryDirectory() as name:
        for part in (single, random_edits, as_driver):
            part(checks, pathlib.Path(name))
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
