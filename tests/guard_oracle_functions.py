"""The oracle's functions. Each maps the values of its first argument; what it has no answer for is left out."""

import json
import math
import re
import urllib.parse
from datetime import datetime

from guard_oracle_compare import MISSING, Broken, Unevaluable, is_number, values_of
from guard_oracle_parse import Char


class Functions:
    def __init__(self, old):
        self.old = old

    def cannot(self, what):
        raise (Broken if self.old else Unevaluable)(what)

    def call(self, name, arguments):
        if name == "now":
            return [int(datetime.now().timestamp())]
        rows = arguments[0]
        if name == "count":
            return [len(values_of(rows))]
        if name == "join":
            return [self.join(rows, self.text(arguments[1]))]
        rest = [self.text(each) for each in arguments[1:]] if name == "regex_replace" else [self.offset(each) for each in arguments[1:]]
        out = [getattr(self, name)(value, *rest) for value in values_of(rows)]
        return [each[0] for each in out if each is not None]

    def text(self, rows):
        value = rows[0][1] if rows and rows[0][0] is not MISSING else None
        if isinstance(value, Char):
            return value.text
        if not isinstance(value, str):
            raise Broken("an argument that is no string")
        return value

    def offset(self, rows):
        value = rows[0][1] if rows and rows[0][0] is not MISSING else None
        if not is_number(value):
            raise Broken("an argument that is no number")
        if self.old:
            return int(value) & 0xFFFF if isinstance(value, int) else min(max(int(value), 0), 0xFFFF)
        if value < 0:
            raise Broken("an offset below zero")
        return int(value)

    def join(self, rows, by):
        if not all(kind is not MISSING and isinstance(value, str) for kind, value in rows):
            raise Unevaluable("only strings join")
        return by.join(value for _, value in rows)

    # Each of these answers [value], or None for no answer.

    def json_parse(self, value):
        if not isinstance(value, str):
            return None
        if value[:1] in "[{\"" and value:
            try:
                return [json.loads(value)]
            except ValueError as e:
                raise Broken("no JSON") from e
        if value in ("", "~", "null"):
            return [None]
        if value in ("true", "false"):
            return [value == "true"]
        if re.fullmatch(r"-?(0|[1-9]\d*)", value):
            return [int(value)]
        if re.fullmatch(r"-?\d+\.\d+", value):
            return [float(value)]
        return [value]

    def parse_boolean(self, value):
        if isinstance(value, bool):
            return [value]
        if not isinstance(value, str):
            return None
        if value.lower() not in ("true", "false"):
            self.cannot("no boolean")
        return [value.lower() == "true"]

    def parse_char(self, value):
        if isinstance(value, Char):
            return [value.text]
        if isinstance(value, str):
            if len(value.encode()) > 1:
                self.cannot("more than a character")
            return [Char(value)] if value else None
        if type(value) is int:
            if not 0 <= value <= 9:
                self.cannot("more than a digit")
            return [Char(str(value))]
        return None

    def parse_epoch(self, value):
        if not isinstance(value, str):
            return None
        if not re.fullmatch(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", value):
            raise Unevaluable("no time") if not self.old else Broken("no time")
        return [int(datetime.fromisoformat(value.upper().replace("Z", "+00:00")).timestamp())]

    def digit(self, value):
        if value.text not in "0123456789":
            self.cannot("no digit")
        return int(value.text)

    def parse_float(self, value):
        if isinstance(value, str):
            if not re.fullmatch(r"[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|inf|infinity|nan)", value, re.I | re.A):
                self.cannot("no number")
            return [float(value)]
        if isinstance(value, Char):
            return [float(self.digit(value))]
        return [float(value)] if is_number(value) else None

    def parse_int(self, value):
        if isinstance(value, str):
            if not re.fullmatch(r"[+-]?[0-9]+", value) or not -2**63 <= int(value) < 2**63:
                self.cannot("no integer")
            return [int(value)]
        if isinstance(value, Char):
            return [self.digit(value)]
        if isinstance(value, float) and not math.isfinite(value):
            return [0 if math.isnan(value) else 2**63 - 1 if value > 0 else -2**63]
        return [int(value)] if is_number(value) else None

    def parse_string(self, value):
        if isinstance(value, bool):
            return ["true" if value else "false"]
        if isinstance(value, float):
            return [str(int(value)) if value.is_integer() else repr(value)]
        if isinstance(value, Char):
            return [value.text]
        return [str(value)] if isinstance(value, (int, str)) else None

    def regex_replace(self, value, pattern, template):
        if not isinstance(value, str):
            return None

        def fill(match):
            def group(found_):
                if found_.group() == "$$":
                    return "$"
                name = found_.group(1) or found_.group(2)
                if name.isdigit():
                    return (match.group(int(name)) or "") if int(name) <= (match.re.groups) else ""
                return (match.groupdict().get(name) or "")
            return re.sub(r"\$\$|\$\{(\w+)\}|\$(\w+)", group, template)

        return ["".join(fill(each) for each in re.finditer(pattern, value))]

    def substring(self, value, from_, to):
        if not isinstance(value, str):
            return None
        text = value.encode() if self.old else value
        if not text or not from_ < to or to > len(text):
            return None
        return [text[from_:to].decode() if self.old else text[from_:to]]

    def to_lower(self, value):
        return [value.lower()] if isinstance(value, str) else None

    def to_upper(self, value):
        return [value.upper()] if isinstance(value, str) else None

    def url_decode(self, value):
        if not isinstance(value, str):
            return None
        try:
            return [urllib.parse.unquote_to_bytes(value).decode()]
        except UnicodeDecodeError:
            return None
