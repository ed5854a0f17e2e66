"""A naive judge of Sigma rules over events, written from the specification and docs/formats/detections.md, for holding the matcher against.

Nothing here is shared with the program: PyYAML reads the rules, values are compared one by one, nothing is compiled or dispatched. Slow.
"""

import base64
import ipaddress
import itertools
import json
import re

import yaml

KNOWN = {"all", "startswith", "endswith", "contains", "exists", "cased", "neq", "windash", "re", "i", "m", "s", "base64", "base64offset", "utf16le",
         "utf16be", "utf16", "wide", "lt", "lte", "gt", "gte", "minute", "hour", "day", "week", "month", "year", "cidr", "expand", "fieldref"}
DASHES = "-/\u2013\u2014\u2015"


class Loader(yaml.SafeLoader):
    """YAML 1.2: `yes` is a string, and a number keeps how it was written."""


class Number(float):
    written = ""


def _number(loader, node):
    text = loader.construct_scalar(node)
    number = Number(int(text, 16) if text.startswith("0x") else float(text))
    number.written = text
    return number


Loader.yaml_implicit_resolvers = {}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
Loader.add_implicit_resolver("!number", re.compile(r"^(?:[-+]?[0-9]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)$"),
                             list("-+0123456789."))
Loader.add_constructor("!number", _number)


def documents(text):
    return [one for one in yaml.load_all(text, Loader) if one is not None]


# Events: the text of each value is kept, for maps are matched as they stand.
class Map:
    def __init__(self, members, text):
        self.members, self.text = members, text


class Figure:
    def __init__(self, text):
        self.text = text


def parse(text):
    value, end = _value(text, _space(text, 0))
    return value


def _space(text, i):
    while i < len(text) and text[i] in " \t\r\n":
        i += 1
    return i


def _value(text, i):
    if text[i] == "{":
        start, members, i = i, {}, _space(text, i + 1)
        while text[i] != "}":
            name, i = json.decoder.scanstring(text, i + 1)
            i = _space(text, _space(text, i) + 1)
            members[name], i = _value(text, i)
            i = _space(text, i)
            if text[i] == ",":
                i = _space(text, i + 1)
        return Map(members, text[start:i + 1]), i + 1
    if text[i] == "[":
        items, i = [], _space(text, i + 1)
        while text[i] != "]":
            item, i = _value(text, i)
            items.append(item)
            i = _space(text, i)
            if text[i] == ",":
                i = _space(text, i + 1)
        return items, i + 1
    if text[i] == '"':
        return json.decoder.scanstring(text, i + 1)
    for word, meaning in (("true", True), ("false", False), ("null", None)):
        if text.startswith(word, i):
            return meaning, i + len(word)
    end = re.compile(r"[-+0-9.eE]+").match(text, i).end()
    return Figure(text[i:end]), end


def compact(value):
    if isinstance(value, Map):
        return re.sub(r'("(?:[^"\\]|\\.)*")|\s+', lambda m: m.group(1) or "", value.text, flags=re.S)
    return text_of(value)


def readable(value):
    return re.sub(r'("(?:[^"\\]|\\.)*")', lambda m: '"' + json.loads(m.group(1), strict=False) + '"', compact(value), flags=re.S)


def text_of(value):
    if value is True or value is False:
        return "true" if value else "false"
    return value.text if isinstance(value, (Figure, Map)) else value


def flat(value):
    if isinstance(value, list):
        return [one for item in value for one in flat(item)]
    return [value]


def look(value, path):
    """(whether the field is there, its values)"""
    if isinstance(value, list):
        found, out = False, []
        for item in value:
            there, more = look(item, path)
            found, out = found or there, out + more
        return found, out
    if not isinstance(value, Map):
        return False, []
    if path in value.members:
        return True, flat(value.members[path])
    for cut in reversed([i for i, c in enumerate(path) if c == "."]):
        if path[:cut] in value.members:
            found, out = look(value.members[path[:cut]], path[cut + 1:])
            if found:
                return found, out
    return False, []


# Strings: a list of characters, `ANY`, `ONE` and `DASH`.
ANY, ONE, DASH = object(), object(), object()


def wildcards(text):
    out, i = [], 0
    while i < len(text):
        if text[i] == "\\" and i + 1 < len(text) and text[i + 1] in "\\*?":
            out.append(text[i + 1])
            i += 1
        else:
            out.append({"*": ANY, "?": ONE}.get(text[i], text[i]))
        i += 1
    return out


def expression(parts, cased):
    names = {ANY: ".*", ONE: ".", DASH: "[-/\u2013\u2014\u2015]"}
    text = "".join(names[p] if p in (ANY, ONE, DASH) else re.escape(p) for p in parts)
    ascii_only = all(p in (ANY, ONE, DASH) or ord(p) < 128 for p in parts)
    if cased or not ascii_only:
        return re.compile(text, re.S | (0 if cased else re.I))
    # ASCII letters are folded one by one, as the program says it does.
    folded = "".join(names[p] if p in (ANY, ONE, DASH) else (f"[{p.lower()}{p.upper()}]" if p.isalpha() else re.escape(p)) for p in parts)
    return re.compile(folded, re.S)


def encodings(parts, modifier):
    if modifier in ("base64", "base64offset"):
        raw = b"".join(p if isinstance(p, bytes) else p.encode() for p in parts)
        if modifier == "base64":
            return [list(base64.b64encode(raw).decode())]
        out = []
        for offset in range(3):
            begin, end = (0, 2, 3)[offset], (None, -3, -2)[(len(raw) + offset) % 3]
            out.append(list(base64.b64encode(b" " * offset + raw)[begin:end].decode()))
        return out
    codec = {"utf16le": "utf-16-le", "wide": "utf-16-le", "utf16be": "utf-16-be", "utf16": "utf-16-le"}[modifier]
    raw = "".join(parts).encode(codec)
    return [[bytes([b]) for b in (b"\xff\xfe" if modifier == "utf16" else b"") + raw]]


def in_texts(value, strict):
    """The texts that a value of an event is matched as."""
    if value is None or isinstance(value, list):
        return []
    if isinstance(value, Map):
        return [] if strict else [value.text, compact(value), readable(value)]
    return [text_of(value)]


def figure(value):
    if isinstance(value, Figure):
        return float(value.text)
    if isinstance(value, str) and re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", value):
        return float(value)
    return None


def moment(text, part):
    found = re.match(r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d))?", text)
    if not found:
        return None
    year, month, day, hour, minute = found.groups()
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return None
    if part == "week":
        import datetime
        return datetime.date(int(year), int(month), int(day)).isocalendar()[1]
    got = {"year": year, "month": month, "day": day, "hour": hour, "minute": minute}[part]
    return None if got is None else int(got)


COMPARE = {"lt": lambda a, b: a < b, "lte": lambda a, b: a <= b, "gt": lambda a, b: a > b, "gte": lambda a, b: a >= b}


def one_value(modifiers, wanted, event, values, strict, placeholders):
    """Whether one value of a rule is met by one of the event's."""
    cased = "cased" in modifiers
    time = [m for m in modifiers if m in ("minute", "hour", "day", "week", "month", "year")]
    order = [m for m in modifiers if m in COMPARE]
    if time or order:
        test = COMPARE[order[0]] if order else (lambda a, b: a == b)
        got = [moment(v, time[0]) if isinstance(v, str) else None for v in values] if time else [figure(v) for v in values]
        return any(g is not None and test(g, float(wanted)) for g in got)
    if "re" in modifiers:
        flags = (re.I if "i" in modifiers else 0) | (re.M if "m" in modifiers else 0) | (re.S if "s" in modifiers else 0)
        return any(re.search(wanted, text, flags) for v in values for text in in_texts(v, strict))
    if "cidr" in modifiers:
        net = ipaddress.ip_network(wanted)
        for v in values:
            try:
                if isinstance(v, str) and ipaddress.ip_address(v) in net:
                    return True
            except ValueError:
                pass
        return False
    if "fieldref" in modifiers:
        others = [text for v in look(event, wanted)[1] for text in in_texts(v, strict)[:2][-1:]]
        mine = [text for v in values for text in in_texts(v, strict)[:2][-1:]]
        if not cased:
            others, mine = [o.lower() for o in others], [m.lower() for m in mine]
        how = (str.startswith if "startswith" in modifiers else str.endswith if "endswith" in modifiers else
               str.__contains__ if "contains" in modifiers else str.__eq__)
        return any(how(a, b) for a in mine for b in others)
    if isinstance(wanted, Number) and not {"contains", "startswith", "endswith"} & set(modifiers):
        for v in values:
            if isinstance(v, Figure) and (v.text == wanted.written or float(v.text) == float(wanted)):
                return True
            if isinstance(v, str) and v.lower() == wanted.written.lower():
                return True
        return False
    if isinstance(wanted, (bool, Number)):
        choices = [list(text_of(wanted) if isinstance(wanted, bool) else wanted.written)]
    elif "expand" in modifiers:
        pieces = re.split(r"%([\w.-]+)%", wanted)
        choices = [list(itertools.chain(*map(wildcards, each)))
                   for each in itertools.product(*[placeholders[p] if i % 2 else [p] for i, p in enumerate(pieces)])]
    else:
        choices = [wildcards(wanted)]
    for m in modifiers:
        if m == "windash":
            choices = [[DASH if p not in (ANY, ONE) and p in DASHES else p for p in c] for c in choices]
            if set(modifiers) & {"base64", "base64offset", "utf16le", "utf16be", "utf16", "wide"}:
                choices = [list(each) for c in choices for each in itertools.product(*[DASHES if p is DASH else [p] for p in c])]
        elif m in ("base64", "base64offset", "utf16le", "utf16be", "utf16", "wide"):
            choices = [each for c in choices for each in encodings(c, m)]
        elif m == "startswith":
            choices = [c + [ANY] for c in choices]
        elif m == "endswith":
            choices = [[ANY] + c for c in choices]
        elif m == "contains":
            choices = [[ANY] + c + [ANY] for c in choices]
    choices = [[p.decode("latin-1") if isinstance(p, bytes) else p for p in c] for c in choices]
    return any(expression(c, cased).fullmatch(text) for c in choices for v in values for text in in_texts(v, strict))


def item(key, wanted, event, strict, placeholders):
    field, *modifiers = key.split("|")
    assert set(modifiers) <= KNOWN, key
    if not field:
        return keywords(modifiers, wanted if isinstance(wanted, list) else [wanted], event, strict, placeholders)
    found, values = look(event, field)
    if "exists" in modifiers:
        return found == wanted
    if wanted is None:
        return not found or any(v is None for v in values)
    wanted = wanted if isinstance(wanted, list) else [wanted]
    met = [one_value(modifiers, w, event, values, strict, placeholders) for w in wanted]
    result = all(met) if "all" in modifiers else any(met)
    return result != ("neq" in modifiers)


def scalars(value):
    if isinstance(value, Map):
        return [one for v in value.members.values() for one in scalars(v)]
    if isinstance(value, list):
        return [one for v in value for one in scalars(v)]
    return [] if value is None else [value]


def keywords(modifiers, wanted, event, strict, placeholders):
    texts = [text_of(v) for v in scalars(event)] + ([] if strict else [event.text, compact(event)])
    modifiers = modifiers if "re" in modifiers else [m for m in modifiers if m not in ("all", "contains")] + ["contains"] + (["all"] if "all" in modifiers else [])
    met = [one_value(modifiers, w.written if isinstance(w, Number) else text_of(w), event, texts, strict, placeholders) for w in wanted]
    return all(met) if "all" in modifiers else any(met)


def selection(wanted, event, strict, placeholders):
    if isinstance(wanted, dict):
        return all([item(k, v, event, strict, placeholders) for k, v in wanted.items()])
    return any([selection(w, event, strict, placeholders) if isinstance(w, dict) else keywords([], [w], event, strict, placeholders)
                for w in (wanted if isinstance(wanted, list) else [wanted])])


def condition(text, truths):
    """`truths`: a truth by each selection's name."""
    words = re.findall(r"[()]|[^\s()]+", text)
    out, i = [], 0
    while i < len(words):
        if i + 1 < len(words) and words[i + 1] == "of":
            pattern = words[i + 2]
            names = [n for n in truths if (not n.startswith("_") or pattern.startswith("_")) and
                     (pattern == "them" or re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), n))]
            assert names, text
            out.append(str((all if words[i] == "all" else any)(truths[n] for n in names)))
            i += 3
        else:
            out.append(words[i] if words[i] in "()" or words[i] in ("and", "or", "not") else str(truths[words[i]]))
            i += 1
    return eval(" ".join(out))  # noqa: S307: nothing but True, False, and, or, not and parentheses is left


def fires(rule, event, strict=False, placeholders=None):
    """`rule`: a document; `event`: what `parse` made of its text."""
    detection = rule["detection"]
    truths = {name: selection(value, event, strict, placeholders or {}) for name, value in detection.items() if name != "condition"}
    conditions = detection["condition"]
    return any(condition(c, truths) for c in (conditions if isinstance(conditions, list) else [conditions]))
