"""The JMESPath subset of content/resources: parsed, walked over a shape (does every name exist?) and evaluated over a reply.

Kept apart from the C++ reader on purpose: a second reading of the same specification, so that a slip in one shows against the
other.
"""
import json
import re
import urllib.parse

TOKEN = re.compile(
    r"""\s*(?:
    (?P<raw>'(?:[^'\\]|\\.)*') | (?P<json>`[^`]*`) | (?P<quoted>"(?:[^"\\]|\\.)*") | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<number>-?\d+) | (?P<op>\|\||&&|==|!=|\[\?|\[\]|\[\*\]|\.\*|[\[\].(),@])
)""", re.X)
FUNCTIONS = {"keys", "length", "to_string", "from_json"}


class PathError(Exception):
    pass


def tokens(text):
    out, at = [], 0
    while at < len(text):
        if text[at:].strip() == "":
            break
        match = TOKEN.match(text, at)
        if not match:
            raise PathError(f"`{text}` has something at {at + 1} that no path may have")
        out.append((match.lastgroup, match.group(match.lastgroup)))
        at = match.end()
    return out


class Parser:
    def __init__(self, text):
        self.text, self.tokens, self.at = text, tokens(text), 0

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self, op=None):
        token = self.peek()
        if op is not None and token[1] != op:
            raise PathError(f"`{self.text}` has `{token[1]}` where `{op}` is due")
        self.at += 1
        return token

    def whole(self):
        node = self.either()
        if self.peek()[0] != "end":
            raise PathError(f"`{self.text}` goes on after its end: `{self.peek()[1]}`")
        return node

    def either(self):
        nodes = [self.chain()]
        while self.peek()[1] == "||":
            self.take()
            nodes.append(self.chain())
        return ("or", nodes) if len(nodes) > 1 else nodes[0]

    def literal(self):
        kind, text = self.take()
        if kind == "raw":
            return text[1:-1].replace("\\'", "'")
        if kind == "json":
            return json.loads(text[1:-1])
        raise PathError(f"`{self.text}` has `{text}` where a literal is due")

    def chain(self):
        kind, text = self.peek()
        steps = []
        if kind in ("raw", "json"):
            return ("literal", self.literal())
        if text == "@":
            self.take()
        elif kind == "name" and self.at + 1 < len(self.tokens) and self.tokens[self.at + 1][1] == "(":
            if text not in FUNCTIONS:
                raise PathError(f"`{self.text}` calls `{text}`, which is not among {sorted(FUNCTIONS)}")
            self.take()
            self.take("(")
            argument = self.either()
            self.take(")")
            steps.append(("call", text, argument))
        elif kind in ("name", "quoted"):
            self.take()
            steps.append(("name", text if kind == "name" else json.loads(text)))
        elif text not in ("[]", "[*]", "[?", "["):
            raise PathError(f"`{self.text}` cannot begin with `{text}`")
        while True:
            kind, text = self.peek()
            if text == ".":
                self.take()
                kind, text = self.take()
                if kind not in ("name", "quoted"):
                    raise PathError(f"`{self.text}` has no name after a dot")
                steps.append(("name", text if kind == "name" else json.loads(text)))
            elif text == ".*":
                self.take()
                steps.append(("values",))
            elif text == "[]":
                self.take()
                steps.append(("flatten",))
            elif text == "[*]":
                self.take()
                steps.append(("items",))
            elif text == "[":
                self.take()
                kind, number = self.take()
                if kind != "number":
                    raise PathError(f"`{self.text}` has an index that is no number")
                self.take("]")
                steps.append(("index", int(number)))
            elif text == "[?":
                self.take()
                conditions = [self.condition()]
                while self.peek()[1] == "&&":
                    self.take()
                    conditions.append(self.condition())
                self.take("]")
                steps.append(("filter", conditions))
            else:
                return ("chain", steps)

    def condition(self):
        left = self.chain()
        operator = self.take()[1]
        if operator not in ("==", "!="):
            raise PathError(f"`{self.text}` compares with `{operator}`")
        return (left, operator, self.literal())


def parse(text):
    if not isinstance(text, str) or not text.strip():
        raise PathError(f"`{text}` is no path")
    return Parser(text).whole()


# Shapes: what a path walks over. kind: struct | list | map | scalar | any; `of` the member shapes, lazily.
class Shape:
    def __init__(self, kind, members=None, of=None, scalar="string", enum=()):
        self.kind, self.scalar, self.enum = kind, scalar, tuple(enum)
        self._members, self._of = members, of

    def members(self):
        return self._members() if callable(self._members) else (self._members or {})

    def element(self):
        return self._of() if callable(self._of) else self._of


ANY = Shape("any")
NUMBER = Shape("scalar", scalar="number")
STRING = Shape("scalar")


def walk(node, shape):
    """The shape that `node` gives over `shape`. Raises PathError where a name does not exist or a list is read like a map."""
    kind = node[0]
    if kind == "literal":
        value = node[1]
        return Shape("scalar",
                     scalar="boolean" if isinstance(value, bool) else "number" if isinstance(value, (int, float)) else "string")
    if kind == "or":
        shapes = [walk(each, shape) for each in node[1]]
        return shapes[0]
    projected = False

    def enter(at, step):
        if at.kind == "any":
            return ANY
        if at.kind == "struct":
            if step not in at.members():
                near = [m for m in at.members() if m.lower() == step.lower()]
                raise PathError(f"`{step}` is not among {near or sorted(at.members())[:12]}")
            return at.members()[step]
        if at.kind == "map":
            return at.element()
        raise PathError(f"`{step}` is asked of a {at.kind}")

    for step in node[1]:
        what = step[0]
        if what == "call":
            given = walk(step[2], shape)
            if step[1] == "from_json":
                if given.kind == "scalar" and given.scalar != "string":
                    raise PathError(f"from_json of a {given.scalar}")
                shape = ANY
            elif step[1] == "keys":
                if given.kind not in ("map", "struct", "any"):
                    raise PathError(f"keys of a {given.kind}")
                shape = Shape("list", of=STRING)
            elif step[1] == "length":
                if given.kind == "scalar" and given.scalar != "string":
                    raise PathError(f"length of a {given.scalar}")
                shape = NUMBER
            else:
                shape = STRING
        elif what == "name":
            shape = enter(shape, step[1])
        elif what == "values":
            if shape.kind not in ("map", "struct", "any"):
                raise PathError(f"`.*` of a {shape.kind}")
            shape, projected = (shape.element() if shape.kind == "map" else ANY), True
        elif what == "index":
            if shape.kind not in ("list", "any"):
                raise PathError(f"an index into a {shape.kind}")
            shape = ANY if shape.kind == "any" else shape.element()
        else:
            if shape.kind in ("list", "any"):
                shape = ANY if shape.kind == "any" else shape.element()
            elif not (what == "flatten" and projected):
                raise PathError(f"`{what}` of a {shape.kind}")
            projected = True
            if what == "filter":
                for left, _, literal in step[1]:
                    found = walk(left, shape)
                    if found.kind in ("struct", "list", "map"):
                        raise PathError(f"a filter compares a {found.kind}")
                    if found.enum and isinstance(literal, str) and literal not in found.enum:
                        raise PathError(f"`{literal}` is not among {list(found.enum)[:12]}")
    return Shape("list", of=shape) if projected else shape


def find(node, value):
    """The value that `node` gives; None is nothing, as in JMESPath."""
    kind = node[0]
    if kind == "literal":
        return node[1]
    if kind == "or":
        for each in node[1]:
            found = find(each, value)
            if found not in (None, "", [], {}, False):
                return found
        return found
    return run(node[1], 0, value)


def run(steps, at, value):
    for i in range(at, len(steps)):
        step = steps[i]
        if step[0] == "call":
            given = find(step[2], value)
            if given is None:
                value = None
            elif step[1] == "from_json":
                value = read_json(given)
            elif step[1] == "keys":
                value = list(given)
            elif step[1] == "length":
                value = len(given)
            else:
                value = given if isinstance(given, str) else json.dumps(given)
        elif step[0] == "name":
            value = value.get(step[1]) if isinstance(value, dict) else None
        elif step[0] == "index":
            value = value[step[1]] if isinstance(value, list) and -len(value) <= step[1] < len(value) else None
        else:
            if step[0] == "values":
                if not isinstance(value, dict):
                    return None
                items = list(value.values())
            else:
                if not isinstance(value, list):
                    return None
                items = value
            if step[0] == "flatten":
                items = [x for y in items for x in (y if isinstance(y, list) else [y])]
            elif step[0] == "filter":
                items = [x for x in items if all((find(l, x) == v) == (o == "==") for l, o, v in step[1])]
            # A later flatten acts on the whole projection, everything before it on each element.
            later = next((k for k in range(i + 1, len(steps)) if steps[k][0] == "flatten"), len(steps))
            middle = steps[i + 1:later]
            out = [found for found in (run(middle, 0, x) for x in items if x is not None) if found is not None]
            return run(steps, later, out) if later < len(steps) else out
        if value is None:
            return None
    return value


def read_json(text):
    if isinstance(text, (dict, list)):
        return text
    for candidate in (text, urllib.parse.unquote(text)):
        try:
            return json.loads(candidate)
        except ValueError:
            continue
    raise PathError(f"`{text[:40]}` is no JSON")
