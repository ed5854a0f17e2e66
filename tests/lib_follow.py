"""Follows a finding's evidence back to the file, independently of the program: file or archive member or snapshot frame, then the
path, then the value. Written from docs/formats and the text of the findings alone.

`read_source(name)` gives the document a `source` names, `find(document, path)` what stands at a path (or NOTHING), and
`place_of(text, keys)` the line and column where JSON text has it.
"""

import base64
import csv
import gzip
import io
import json
import pathlib
import re
import shutil
import subprocess
import tarfile
import urllib.parse
import zipfile

import yaml


class Nothing:
    def __repr__(self):
        return "nothing"


NOTHING = Nothing()


class Unfollowable(Exception):
    pass


# --- documents -----------------------------------------------------------------------------------------------------------------------

class Text(yaml.BaseLoader):
    """YAML whose scalars stay text, short tags of CloudFormation as the maps they stand for."""


def _short_tag(loader, suffix, node):
    name = suffix if suffix in ("Ref", "Condition") else "Fn::" + suffix
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if name == "Fn::GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {name: value}


Text.add_multi_constructor("!", _short_tag)


def _tar_members(path):
    data = pathlib.Path(path).read_bytes()
    if path.endswith(".zst"):
        data = subprocess.run([shutil.which("zstd") or "zstd", "-dc", path], check=True, capture_output=True).stdout
    elif path.endswith("gz"):
        data = gzip.decompress(data)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return {m.name.removeprefix("./"): archive.extractfile(m).read() for m in archive.getmembers() if m.isfile()}


def _zip_members(path):
    with zipfile.ZipFile(path) as archive:
        return {i.filename: archive.read(i) for i in archive.infolist() if not i.is_dir()}


class Sources:
    def __init__(self, base):
        self.base, self.archives, self.documents = pathlib.Path(base), {}, {}

    def bytes_of(self, source):
        archive, bang, member = source.partition("!")
        if bang:
            path = str(self.base / archive)
            if path not in self.archives:
                self.archives[path] = _zip_members(path) if path.endswith(".zip") else _tar_members(path)
            return self._unpacked(self.archives[path][member], member)
        frame = re.fullmatch(r"(.*\.frames)@(\d+)", source)
        if frame:
            with open(self.base / frame[1], "rb") as file:
                file.seek(int(frame[2]))
                rest = file.read()
            # One frame of the compressed sequence; the decoder is told to stop at its end.
            return first_frame(rest)
        return self._unpacked((self.base / source).read_bytes(), source)

    @staticmethod
    def _unpacked(data, name):
        return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data

    def text_of(self, source):
        data = self.bytes_of(source)
        return data.decode("utf-8-sig", "replace")

    def document(self, source):
        if source not in self.documents:
            text = self.text_of(source)
            try:
                self.documents[source] = json.loads(text)
            except ValueError:
                self.documents[source] = yaml.load(text, Loader=Text)
        return self.documents[source]


def first_frame(data):
    """The content of the first zstd frame in `data`."""
    return subprocess.run(["zstd", "-dc"], input=data[:frame_length(data)], check=True, capture_output=True).stdout


def frame_length(data):
    """Bytes of the zstd frame at the head of `data` (RFC 8878, 3.1.1): header, blocks, checksum."""
    if data[:4] != b"\x28\xb5\x2f\xfd":
        raise Unfollowable(f"no zstd frame: {data[:4].hex()}")
    head = data[4]
    single, checksum = bool(head & 0x20), bool(head & 0x04)
    size_bytes = [1 if single else 0, 2, 4, 8][head >> 6]
    at = 5 + (0 if single else 1) + [0, 1, 2, 4][head & 3] + size_bytes
    while True:
        block = int.from_bytes(data[at:at + 3], "little")
        at += 3 + (1 if (block >> 1) & 3 == 1 else block >> 3)
        if block & 1:
            break
    return at + (4 if checksum else 0)


# --- paths ---------------------------------------------------------------------------------------------------------------------------

def report_rows(content):
    text = content if content.startswith("user,") else base64.b64decode(content).decode()
    return list(csv.DictReader(io.StringIO(text)))


def from_text(text):
    if not isinstance(text, str):
        return text
    text = text.strip()
    if text[:1] == "%":
        text = urllib.parse.unquote(text)
    return json.loads(text)


def keys_of(tail):
    """`.a.b[0]['x y']` → a, b, 0, x y"""
    keys, at = [], 0
    while at < len(tail):
        step = re.compile(r"\.([^.\[\]()']+)|\[(-?\d+)\]|\['((?:[^'\\]|\\.)*)'\]").match(tail, at)
        if not step:
            raise Unfollowable(f"`{tail[at:]}` is no step of a path")
        if step[1] is not None:
            keys.append(step[1])
        elif step[2] is not None:
            keys.append(int(step[2]))
        else:
            keys.append(re.sub(r"\\(.)", r"\1", step[3]))
        at = step.end()
    return keys


def _closing(text, at):
    depth, quoted = 0, False
    while at < len(text):
        c = text[at]
        if quoted:
            if c == "\\":
                at += 1
            elif c == "'":
                quoted = False
        elif c == "'" and text[at - 1] == "[":
            quoted = True
        elif c == "(":
            depth += 1
        elif c == ")":
            depth -= 1
            if depth == 0:
                return at
        at += 1
    raise Unfollowable(f"`{text}` has a bracket that does not close")


def _condition(text):
    """`a.b=='x' && c!=`true``: a function of an item."""
    parts = [re.fullmatch(r"\s*([\w.]+)\s*(==|!=)\s*('[^']*'|`[^`]*`)\s*", part) for part in text.split("&&")]
    if not all(parts):
        raise Unfollowable(f"the condition `{text}`")

    def holds(item):
        for part in parts:
            there = step_down(item, keys_of("." + part[1]))
            wanted = part[3][1:-1] if part[3][0] == "'" else json.loads(part[3][1:-1])
            equal = there is not NOTHING and type(there) is type(wanted) and there == wanted
            if equal != (part[2] == "=="):
                return False
        return True

    return holds


def _projected(value, tail):
    """What JMESPath finds below `value` for steps with projections, as a list."""
    values, at = [value], 0
    step = re.compile(r"\.(\w+)|\[(-?\d+)\]|\['([^']*)'\]|(\[\]|\[\*\])|\[\?([^\]]*)\]")
    while at < len(tail):
        match = step.match(tail, at)
        if not match:
            raise Unfollowable(f"`{tail[at:]}` is no step of a projection")
        if match[4]:
            values = [item for v in values if isinstance(v, list) for item in v]
        elif match[5] is not None:
            holds = _condition(match[5])
            values = [item for v in values if isinstance(v, list) for item in v if holds(item)]
        else:
            key = match[1] if match[1] is not None else int(match[2]) if match[2] is not None else match[3]
            values = [v for v in (step_down(v, [key]) for v in values) if v is not NOTHING and v is not None]
        at = match.end()
    return values


def find(document, path):
    call = re.match(r"(from_json|length|to_string|keys)\(", path)
    if call:
        end = _closing(path, call.end() - 1)
        inner, tail = path[call.end():end], path[end + 1:]
        if call[1] == "length" and inner.startswith("$") and re.search(r"\[\]|\[\*\]|\[\?", inner):
            return len(_projected(document, inner[1:]))
        value = find(document, inner)
        if value is NOTHING:
            return NOTHING
        if call[1] == "from_json":
            value = from_text(value)
        elif call[1] == "length":
            value = len(value)
        elif call[1] == "to_string":
            value = value if isinstance(value, str) else json.dumps(value)
        else:
            value = list(value)
        return step_down(value, keys_of(tail))
    if not path.startswith("$"):
        raise Unfollowable(f"`{path}` starts neither with $ nor with a function")
    return step_down(document, keys_of(path[1:]))


def step_down(value, keys):
    for i, key in enumerate(keys):
        if key == "Content" and isinstance(value, dict) and isinstance(value.get("Content"), str) and len(keys) > i + 1:
            value = report_rows(value["Content"])
            continue
        if isinstance(key, int) and isinstance(value, list) and -len(value) <= key < len(value):
            value = value[key]
        elif isinstance(value, dict) and str(key) in value:
            value = value[str(key)]
        else:
            return NOTHING
    return value


# --- comparing -----------------------------------------------------------------------------------------------------------------------

MARK = "[redacted]"


def same(said, there):
    """Whether the value in the evidence is the one in the file; blacked out parts fit anything, a shortened text fits its beginning."""
    if isinstance(said, str):
        if MARK in said:
            pattern = ".*".join(re.escape(part) for part in said.split(MARK))
            return re.fullmatch(pattern, there if isinstance(there, str) else json.dumps(there), re.S) is not None
        if re.search(r"… \([\d,]+ bytes\)$", said):
            begin = said[:said.rindex("…")]
            return isinstance(there, (dict, list, str)) and compact(there).startswith(begin[:begin.find(MARK)] if MARK in begin else begin)
    if isinstance(said, dict) and isinstance(there, dict):
        return said.keys() == there.keys() and all(same(said[k], there[k]) for k in said)
    if isinstance(said, list) and isinstance(there, list):
        return len(said) == len(there) and all(same(a, b) for a, b in zip(said, there))
    if isinstance(said, (dict, list)) or isinstance(there, (dict, list)):
        return False
    if isinstance(there, str) and not isinstance(said, str):  # YAML, read as text
        return there == json.dumps(said) or there.lower() in ({True: ("true", "yes"), False: ("false", "no"), None: ("null", "~", "")}.get(said, ()))
    return type(said) is type(there) and said == there or (isinstance(said, (int, float)) and isinstance(there, (int, float)) and not isinstance(said, bool) and not isinstance(there, bool) and said == there)


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


# --- places --------------------------------------------------------------------------------------------------------------------------

def place_of(text, keys):
    """(line, column) of what stands at `keys` in JSON text: one-based, columns in bytes; None if it is not there."""
    decoder, at = json.JSONDecoder(), 0
    space = re.compile(r"[ \t\r\n]*")

    def skip(i):
        return space.match(text, i).end()

    at = skip(at)
    for key in keys:
        if text[at] == "{":
            at, found = skip(at + 1), None
            while text[at] != "}":
                name, after = json.decoder.scanstring(text, at + 1)
                value_at = skip(skip(after) + 1)
                if name == str(key):
                    found = value_at
                _, after = decoder.raw_decode(text, value_at)
                at = skip(after)
                if text[at] == ",":
                    at = skip(at + 1)
            if found is None:
                return None
            at = found
        elif text[at] == "[" and isinstance(key, int):
            at = skip(at + 1)
            for _ in range(key):
                if text[at] == "]":
                    return None
                _, after = decoder.raw_decode(text, at)
                at = skip(after)
                if text[at] == ",":
                    at = skip(at + 1)
            if text[at] == "]":
                return None
        else:
            return None
    before = text[:at]
    line = before.count("\n") + 1
    return line, len(before[before.rfind("\n") + 1:].encode()) + 1
