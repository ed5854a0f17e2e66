"""Values for botocore's shapes, and a writer that puts them onto the wire as a service would. Used by protocols.py."""

import base64
import datetime
import json
import random
import string

WORDS = ["", "a", "x y", "naïve", "日本語", "😀", "<&>\"'", "a,b", "%2F+", "tab\tend", " lead", "{\"k\": 1}", "line\nbreak", "arn:aws:iam::123456789012:role/x"]
PLAIN = string.ascii_letters + string.digits + "-._"


class Values:
    """Random values of a shape. `full`: every member is there."""

    def __init__(self, seed, full=True):
        self.random, self.full = random.Random(seed), full

    def word(self):
        return self.random.choice(WORDS) + self.plain()

    def plain(self):
        return "".join(self.random.choice(PLAIN) for _ in range(self.random.randint(1, 6)))

    def moment(self):
        micros = self.random.choice([0, 0, 123000, 7000])
        return datetime.datetime.fromtimestamp(self.random.randint(1, 4_000_000_000), datetime.timezone.utc).replace(microsecond=micros)

    def json_value(self, depth=0):
        return self.random.choice([None, True, 3, 1.5, "x", "ü"] + ([[1, "a"], {"k": [None, {"l": False}]}] if depth == 0 else []))

    def scalar(self, shape):
        kind = shape.type_name
        if kind in ("string", "character"):
            if shape.serialization.get("location") in ("uri", "header", "headers") or shape.serialization.get("hostLabel"):
                return self.plain().replace("_", "-") if shape.serialization.get("hostLabel") else self.plain() + self.random.choice(["", " /é", "%", "~"])
            return self.word()
        if kind in ("integer", "long"):
            return self.random.choice([0, 1, -7, 2**31 - 1] + ([2**53 + 1] if kind == "long" else []))
        if kind in ("float", "double"):
            return self.random.choice([0.25, -3.5, 1e21, 100.0])
        if kind == "boolean":
            return self.random.random() < 0.5
        if kind == "timestamp":
            return self.moment()
        assert kind == "blob", kind
        return self.random.randbytes(self.random.randint(0, 40))

    def of(self, shape, depth=0, seen=()):
        if shape.type_name == "structure":
            if getattr(shape, "is_document_type", False):
                return {"any": self.json_value(), "more": self.json_value()}
            return self.structure(shape, depth, seen)
        if shape.type_name == "list":
            flat = shape.serialization.get("flattened") or shape.serialization.get("location")
            least = 1 if flat else 0
            count = self.random.choice([least, 1, 2]) if shape.member.name not in seen else least if least == 0 else 1
            return [self.of(shape.member, depth + 1, seen) for _ in range(count)]
        if shape.type_name == "map":
            least = 1 if shape.serialization.get("flattened") else 0
            return {f"{self.word()}{n}": self.of(shape.value, depth + 1, seen) for n in range(self.random.choice([least, 1, 2]))}
        return self.scalar(shape)

    def structure(self, shape, depth, seen):
        again = seen.count(shape.name)
        out = {}
        members = list(shape.members.items())
        if shape.is_tagged_union:
            members = [self.random.choice(members)]
        for name, member in members:
            needed = name in shape.required_members or shape.is_tagged_union
            nested = member.type_name in ("structure", "list", "map")
            if not needed and (again > 1 and nested or not self.full and self.random.random() < 0.6):
                continue
            if member.type_name == "structure" and again > 4:
                continue
            out[name] = self.of(member, depth + 1, (*seen, shape.name))
        return out


class Wire:
    """What a service would send: (status, headers, body) for a value of an operation's output."""

    def __init__(self, protocol, seed):
        self.protocol, self.random = protocol, random.Random(seed)

    def response(self, operation, value):
        headers = {"x-amzn-RequestId": "r-1"}
        shape = operation.output_shape
        if self.protocol in ("query", "ec2"):
            return 200, headers, self.xml_rpc(operation, value)
        if self.protocol == "json":
            return 200, headers, self.json_text(self.json_structure(shape, value) if shape else {})
        return self.rest(operation, shape, value, headers)

    # --- JSON.

    def json_text(self, value):
        return json.dumps(value, ensure_ascii=self.random.random() < 0.5, indent=self.random.choice([None, 1])).encode()

    def json_structure(self, shape, value, only=lambda member: True):
        out = {}
        for name, item in self.shuffled(value):
            member = shape.members[name]
            if only(member):
                out[member.serialization.get("name", name)] = self.json_of(member, item)
        if out and self.random.random() < 0.3 and not shape.is_tagged_union:
            out["NobodyKnows"] = {"this": ["is", 1]}
        if out and self.random.random() < 0.3 and not shape.is_tagged_union:
            absent = [m.serialization.get("name", n) for n, m in shape.members.items() if n not in value]
            if absent:
                out[absent[0]] = None
        return out

    def json_of(self, shape, value):
        kind = shape.type_name
        if kind == "structure":
            return value if getattr(shape, "is_document_type", False) else self.json_structure(shape, value)
        if kind == "list":
            return [self.json_of(shape.member, item) for item in value]
        if kind == "map":
            return {key: self.json_of(shape.value, item) for key, item in value.items()}
        if kind == "timestamp":
            return self.time(shape, value, "unixTimestamp")
        if kind == "blob":
            return base64.b64encode(value).decode()
        return value

    def time(self, shape, value, usual):
        form = shape.serialization.get("timestampFormat", usual)
        if form.lower() == "unixtimestamp":
            return value.timestamp() if value.microsecond else int(value.timestamp())
        if form == "rfc822":
            return value.strftime("%a, %d %b %Y %H:%M:%S GMT")
        return value.strftime("%Y-%m-%dT%H:%M:%S") + (f".{value.microsecond // 1000:03}" if value.microsecond else "") + self.random.choice(["Z", "+00:00", "+0000"])

    def shuffled(self, value):
        items = list(value.items())
        if self.random.random() < 0.5:
            self.random.shuffle(items)
        return items

    # --- XML.

    def text(self, value):
        if self.random.random() < 0.2 and "]]>" not in value and value.strip():
            return f"<![CDATA[{value}]]>"
        return self.escaped(value)

    def escaped(self, value):
        known = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#xA;"}
        return "".join(known.get(c) or (f"&#{ord(c)};" if self.random.random() < 0.03 else c) for c in value)

    def element(self, name, inside, attributes=""):
        if not inside and self.random.random() < 0.5:
            return f"<{name}{attributes}/>"
        space = self.random.choice(["", "\n  "]) if inside.startswith("<") and not inside.startswith("<![CDATA[") else ""
        return f"<{name}{attributes}>{space}{inside}{space}</{name}>"

    def xml_structure(self, shape, value, only=lambda member: True):
        """(attributes, what stands inside)"""
        inside, attributes = [], ""
        for name, item in self.shuffled(value):
            member = shape.members[name]
            if not only(member):
                continue
            wire = member.serialization.get("name", name)
            if member.serialization.get("xmlAttribute"):
                attributes += f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {wire}="{self.escaped(item)}"'
            else:
                inside.append(self.xml_of(wire, member, item))
        if inside and self.random.random() < 0.3 and not shape.is_tagged_union:
            inside.insert(0, "<NobodyKnows><this>is</this></NobodyKnows>")
        return attributes, "".join(inside)

    def text_of(self, shape, value):
        kind = shape.type_name
        if kind == "boolean":
            return "true" if value else "false"
        if kind == "timestamp":
            return str(self.time(shape, value, "iso8601"))
        if kind == "blob":
            return base64.b64encode(value).decode()
        if kind in ("string", "character"):
            return self.text(value)
        return str(value)

    def xml_of(self, name, shape, value):
        kind = shape.type_name
        if kind == "structure":
            attributes, inside = self.xml_structure(shape, value)
            return self.element(name, inside, attributes)
        if kind == "list":
            item = shape.member.serialization.get("name", "item" if self.protocol == "ec2" else "member")
            if shape.serialization.get("flattened"):
                return "".join(self.xml_of(shape.member.serialization.get("name", name), shape.member, one) for one in value)
            return self.element(name, "".join(self.xml_of(item, shape.member, one) for one in value))
        if kind == "map":
            flat = shape.serialization.get("flattened")
            entries = "".join(
                self.element(name if flat else "entry", self.element(shape.key.serialization.get("name", "key"), self.text(key)) +
                             self.xml_of(shape.value.serialization.get("name", "value"), shape.value, item)) for key, item in value.items())
            return entries if flat else self.element(name, entries)
        return self.element(name, self.text_of(shape, value))

    def document(self, name, inside, attributes=""):
        head = self.random.choice(["", '<?xml version="1.0" encoding="UTF-8"?>\n', "<?xml version='1.0'?><!-- made -->"])
        space = self.random.choice(["", f' xmlns="http://example.com/doc/{self.random.randint(1, 9)}/"'])
        return (head + f"<{name}{space}{attributes}>{inside}</{name}>").encode()

    def xml_rpc(self, operation, value):
        shape, inside = operation.output_shape, ""
        if shape:
            _, inside = self.xml_structure(shape, value)
            if "resultWrapper" in shape.serialization:
                inside = self.element(shape.serialization["resultWrapper"], inside)
        if self.protocol == "query":
            inside += "<ResponseMetadata><RequestId>r-2</RequestId></ResponseMetadata>"
        else:
            inside = "<requestId>r-2</requestId>" + inside
        return self.document(operation.name + "Response", inside)

    # --- REST.

    def rest(self, operation, shape, value, headers):
        status, body = 200, b""
        if shape is None:
            return status, headers, body
        for name, item in value.items():
            member = shape.members[name]
            where, wire = member.serialization.get("location"), member.serialization.get("name", name)
            if where == "header":
                headers[wire] = ",".join(self.header_of(member.member, one) for one in item) if member.type_name == "list" else self.header_of(member, item)
            elif where == "headers":
                headers.update({wire + key: one for key, one in item.items()})
            elif where == "statusCode":
                status = value[name] = 200
        payload = shape.serialization.get("payload")
        xml = self.protocol == "rest-xml"

        def in_body(member):
            return "location" not in member.serialization

        if payload:
            member = shape.members[payload]
            if payload not in value:
                value[payload] = {"string": "", "blob": b""}.get(member.type_name, {})
            if member.type_name == "string":
                body = value[payload].encode()
            elif member.type_name == "blob":
                body = value[payload]
            elif xml:
                attributes, inside = self.xml_structure(member, value[payload])
                body = self.document(member.serialization.get("name", payload), inside, attributes)
            else:
                body = self.json_text(self.json_of(member, value[payload]))
        elif any(in_body(member) for member in shape.members.values()):
            if xml:
                attributes, inside = self.xml_structure(shape, value, in_body)
                body = self.document(shape.name, inside, attributes)
            else:
                body = self.json_text(self.json_structure(shape, value, in_body))
        return status, headers, body

    def header_of(self, shape, value):
        if shape.type_name == "timestamp":
            return str(self.time(shape, value, "rfc822"))
        return str(value).lower() if shape.type_name == "boolean" else str(value)
