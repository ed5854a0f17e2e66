"""What the suites of the report share: estates to report on, and the page taken apart without a browser."""

import base64
import gzip
import hashlib
import html.parser
import json
import re
import struct

HOSTILE = ["</script><img src=x onerror=alert(1)>", "\"><svg/onload=alert(1)>", "'-alert(1)-'", "a\u202egnp.exe", "=HYPERLINK(\"http://x.example\")", "{{7*7}}${7*7}", "n" * 300]
VOID = {"meta", "input", "br", "img", "link", "col", "hr"}
# Their end may be left out, as in a long table.
LOOSE = {"tr", "td", "th"}


def hostile_estate(folder):
    """An estate, and a workspace beside it, whose every name tries to be markup, a formula or a change of direction."""
    region = folder / "estate" / "111122223333" / "us-east-1"
    region.mkdir(parents=True)
    tags = [{"Key": name[:128], "Value": name[:256]} for name in HOSTILE]
    (region / "s3-list-buckets.json").write_text(json.dumps({"Buckets": [{"Name": name, "CreationDate": "2026-01-01T00:00:00+00:00"} for name in HOSTILE]}))
    (region / "ec2-describe-volumes.json").write_text(json.dumps({"Volumes": [{"VolumeId": name, "Encrypted": False, "Tags": tags} for name in HOSTILE]}))
    (region / "ec2-describe-security-groups.json").write_text(json.dumps({"SecurityGroups": [
        {"GroupId": "sg-1", "GroupName": HOSTILE[0], "Description": HOSTILE[1], "VpcId": HOSTILE[2],
         "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": HOSTILE[0]}]}]}]}))
    (region / "organizations-describe-organization.json").write_text(json.dumps({"Organization": {"Id": "o-1", "MasterAccountId": "111122223333", "FeatureSet": HOSTILE[0]}}))
    (region / "organizations-list-accounts.json").write_text(json.dumps({"Accounts": [{"Id": "111122223333", "Name": HOSTILE[0], "Email": HOSTILE[1], "Status": "ACTIVE"}]}))
    work = folder / "work"
    (work / "attestations").mkdir(parents=True)
    (work / "exceptions").mkdir()
    words = [json.dumps(name) for name in HOSTILE]
    (work / "reeve.yaml").write_text(f"organization: {words[0]}\nowners:\n  platform: {words[1]}\n")
    (work / "attestations" / "drill.yaml").write_text(
        f"control: root-recovery-drilled\nanswer: yes\nowner: {words[0]}\napprover: {words[1]}\ngiven: 2026-10-01\nexpires: 2027-10-01\nevidence: [{words[0]}]\n")
    (work / "exceptions" / "volume.yaml").write_text(
        f"control: volume-encrypted\nresource: \"*gnp.exe\"\nowner: {words[0]}\napprover: {words[1]}\nreason: {words[0]}\nexpires: 2027-02-01\n")
    hostile = HOSTILE[:-1]
    (folder / "others.ndjson").write_text("".join(json.dumps(
        {"class_uid": 2004, "metadata": {"event_code": name, "product": {"name": name}}, "finding_info": {"uid": f"{i} {name}", "title": name}, "severity": name, "status_code": name,
         "status_detail": name, "time_dt": "2026-11-20T00:00:00Z", "cloud": {"account": {"uid": "111122223333"}, "region": name}, "resources": [{"uid": resource, "type": name}]}) + "\n"
        for i, name in enumerate(hostile) for resource in (f"arn:aws:s3:::{name}", f"arn:aws:s3:::{hostile[i - 1]}", name)))
    return ["estate", "--workspace", "work", "--as-of", "2026-11-22T00:00:00Z"]


class Page(html.parser.HTMLParser):
    """Elements, their attributes and texts; what is not nested properly stands in `wrong`."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.text = text
        self.elements, self.wrong, self.ids, self.open = [], [], {}, []
        self.texts, self.raw = [], {}
        self.feed(text)
        self.close()
        self.wrong += [f"<{name}> is never closed" for name in self.open if name not in LOOSE]

    def handle_starttag(self, name, attributes):
        attributes = dict(attributes)
        if name in LOOSE:
            while self.open and self.open[-1] in LOOSE and not (name in ("td", "th") and self.open[-1] == "tr"):
                self.open.pop()
        self.elements.append((name, attributes))
        if "id" in attributes:
            if attributes["id"] in self.ids:
                self.wrong.append(f"id {attributes['id']} stands twice")
            self.ids[attributes["id"]] = name
        if name not in VOID:
            self.open.append(name)

    def handle_startendtag(self, name, attributes):
        self.elements.append((name, dict(attributes)))
        if "id" in dict(attributes):
            self.ids[dict(attributes)["id"]] = name

    def handle_endtag(self, name):
        while name not in LOOSE and self.open and self.open[-1] in LOOSE:
            self.open.pop()
        if self.open and self.open[-1] == name:
            self.open.pop()
        elif name in self.open and name in LOOSE:
            while self.open.pop() != name:
                pass
        else:
            self.wrong.append(f"</{name}> closes {self.open[-1:]}")

    def handle_data(self, data):
        if self.open and self.open[-1] in ("script", "style"):
            self.raw.setdefault(self.open[-1] + (":data" if self.elements[-1][1].get("type") else ""), []).append(data)
        else:
            self.texts.append(data)

    @property
    def style(self):
        return "".join(self.raw.get("style", []))

    @property
    def script(self):
        return "".join(self.raw.get("script", []))

    def figures(self):
        """data-is → the set of values that stand under that name."""
        out = {}
        for name, attributes in self.elements:
            if name == "data" and "data-is" in attributes:
                out.setdefault(attributes["data-is"], set()).add(attributes["value"])
        return out

    def findings(self):
        """What the page carries: rows like those of --format json."""
        packed = gzip.decompress(base64.b64decode("".join(self.raw["script:data"])))
        size = struct.unpack_from("<I", packed)[0]
        head = json.loads(packed[4:4 + size])
        columns = {}
        for name, (width, offset, count) in head["columns"].items():
            columns[name] = struct.unpack_from("<%d%s" % (count, {1: "B", 2: "H", 4: "I"}[width]), packed, 4 + size + offset)
        words, rows, proof, number, others = head["words"], [], 0, 0, {}
        for n, resource in enumerate(columns["imp_resource"]):
            said = {key: words["said"][columns["imp_" + key][n]] for key in ("tool", "check", "status", "severity", "title")}
            others.setdefault(resource, []).append({**said, "time": words["time"][columns["imp_time"][n]]})
        for i in range(head["rows"]):
            resource = columns["resource"][i]
            uid, control = words["uid"][resource], head["controls"][columns["control"][i]]["id"]
            digest = hashlib.sha256((control + "\0" + uid).encode()).digest()
            if digest[0] != columns["id8"][i]:
                self.wrong.append(f"row {i}: the first byte of its id is wrong")
            evidence = []
            for _ in range(columns["proofs"][i]):
                count = columns["ev_numbers"][proof]
                numbers = iter(columns["path_numbers"][number:number + count])
                one = {"source": words["source"][columns["ev_source"][proof]], "time": words["time"][columns["ev_time"][proof]],
                       "path": re.sub(r"\[#", lambda _: f"[{next(numbers)}", words["path"][columns["ev_path"][proof]]),
                       "value": words["value"][columns["ev_value"][proof]], "expected": words["expected"][columns["ev_expected"][proof]],
                       "line": columns["ev_line"][proof], "column": columns["ev_column"][proof]}
                evidence.append(one)
                number += count
                proof += 1
            rows.append({"id": base64.b32encode(digest[:16]).decode().rstrip("=").lower(), "control": control, "uid": uid,
                         "type": words["type"][columns["res_type"][resource]], "account": words["account"][columns["res_account"][resource]],
                         "region": words["region"][columns["res_region"][resource]], "status": ["fail", "unknown", "excepted"][columns["status"][i]],
                         "reason": words["reason"][columns["reason"][i]], "first_seen": words["time"][columns["first_seen"][i]],
                         "proofs": columns["proofs_all"][i], "evidence": evidence, "others": others.get(resource, [])})
        return head, rows


def figure_of(report, path):
    """The number that `--format json` holds under the name that a figure of the page carries."""
    if path.startswith("practices."):
        _, slug, *rest = path.split(".")
        at = next(practice for practice in report["practices"] if practice["slug"] == slug)
    else:
        at, rest = report, path.split(".")
    for key in rest:
        at = at[key]
    return at
