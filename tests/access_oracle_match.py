"""The matching half of the naive evaluator (access_oracle.py): patterns, variables, conditions. Pages as named there."""

import base64
import binascii
import datetime
import decimal
import ipaddress
import re

OPEN = None  # AWS's pages do not say


def both(*truths):
    return False if any(t is False for t in truths) else OPEN if any(t is OPEN for t in truths) else True


def either(*truths):
    return True if any(t is True for t in truths) else OPEN if any(t is OPEN for t in truths) else False


def negate(truth):
    return OPEN if truth is OPEN else not truth


def listed(value):
    return value if isinstance(value, list) else [value]


def text_of(value):
    """A value of a policy as text: numbers and booleans may stand without quotes (GR)."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


class NoValue(Exception):
    """A variable whose key the request does not have: the value is null and matches nothing (VA)."""


class Several(Exception):
    """A variable of a key with several values; only keys with one may stand there (VA)."""


# An expanded pattern is a list of (character, wild): wild only for `*` and `?` that the policy's author wrote as wildcards.


def glob(characters, star=".*"):
    """A regular expression; `star` is what a wildcard star becomes, or a function of its index."""
    made = []
    for at, (character, wild) in enumerate(characters):
        if wild and character == "*":
            made.append(star(at) if callable(star) else star)
        elif wild:
            made.append(".")
        else:
            made.append(re.escape(character))
    return re.compile("".join(made), re.DOTALL)


class Matcher:
    def __init__(self, context, points):
        self.context = {key.lower(): [text_of(v) for v in listed(value)] for key, value in context.items()}
        self.points = points

    def open(self, point):
        self.points.add(point)
        return OPEN

    # ---- actions and resources -------------------------------------------------------------------------------------------------

    def action(self, pattern, action):
        return glob([(c, c in "*?") for c in pattern.lower()]).fullmatch(action.lower()) is not None

    def resource(self, pattern, resource, variables):
        if resource == "*":
            return pattern == "*"  # NA: an action without resource types is matched by `*` alone
        try:
            characters = self.expand(pattern, variables, True)
        except NoValue:
            return False
        except Several:
            return self.several(pattern, resource)
        if not glob(characters).fullmatch(resource):
            return False

        def strict(at):  # RS: a star at the end of a segment may go past colons, another one stays within
            return ".*" if at + 1 == len(characters) or characters[at + 1] == (":", False) else "[^:]*"
        return True if glob(characters, strict).fullmatch(resource) else self.open("star crosses a colon")

    def expand(self, text, variables, wildcards):
        characters, at = [], 0
        while at < len(text):
            end = text.find("}", at) if variables and text.startswith("${", at) else -1
            if end < 0:
                characters.append((text[at], wildcards and text[at] in "*?"))
                at += 1
                continue
            inside = text[at + 2:end]
            characters += [(c, False) for c in self.variable(inside)]
            at = end + 1
        return characters

    def several(self, pattern, text):
        """A pattern with a variable that has several values: whatever stands for it, does the rest fit?"""
        rest = glob([("*", True) if part.startswith("${") else (c, c in "*?") for part in re.split(r"(\$\{[^}]*\})", pattern)
                     for c in (["*"] if part.startswith("${") else part)])
        return self.open("a variable of a key with several values") if rest.fullmatch(text) else False

    def variable(self, inside):
        if inside in ("*", "?", "$"):
            return inside
        named = re.fullmatch(r"([^,']+?)(?:, '(.*)')?", inside, re.DOTALL)
        if not named:
            return "${" + inside + "}"
        values = self.context.get(named[1].lower())
        if not values:
            if named[2] is None:
                raise NoValue
            return named[2]
        if len(values) > 1:
            raise Several
        return values[0]

    # ---- conditions ------------------------------------------------------------------------------------------------------------

    def conditions(self, block, variables):
        return both(True, *(self.condition(operator, key, [text_of(v) for v in listed(values)], variables)
                            for operator, keys in block.items() for key, values in keys.items()))

    def condition(self, written, key, wanted, variables):
        which, operator, if_exists = self.operator(written)
        have = self.context.get(key.lower(), [])
        if operator == "Null":
            return self.null(which, have, wanted)
        negated = "Not" in operator
        if not wanted:
            return self.without_values(which, if_exists, have)
        if not have:
            if which == "ForAnyValue":
                if if_exists or negated:
                    return self.open("ForAnyValue, absent key, " + ("IfExists" if if_exists else "negated operator"))
                return False
            return bool(if_exists or which == "ForAllValues" or negated)
        truths = []
        for value in have:
            hit = either(False, *(self.one(operator.replace("Not", ""), value, want, variables) for want in wanted))
            truths.append(negate(hit) if negated else hit)
        some, every = either(False, *truths), both(True, *truths)
        if which:
            return some if which == "ForAnyValue" else every
        return every if some is every else self.open("several values without a set operator")

    @staticmethod
    def operator(written):
        which, _, rest = written.rpartition(":")
        if_exists = rest.endswith("IfExists")
        return which, rest[:-len("IfExists")] if if_exists else rest, if_exists

    @staticmethod
    def null(which, have, wanted):
        if which:
            return which == "ForAllValues"  # AA
        return any((want.lower() == "true") == (not have) for want in wanted)

    def without_values(self, which, if_exists, have):
        if which == "ForAnyValue":
            return False
        if which == "ForAllValues" or if_exists:
            return not have
        return self.open("operator with an empty list")

    def one(self, operator, value, want, variables):
        """One value of the request against one of the policy."""
        if operator.startswith("String"):
            return self.string(operator, value, want, variables)
        if operator.startswith("Arn"):
            return self.arn(value, want, variables)
        if operator.startswith("Numeric"):
            return ordered(operator[len("Numeric"):], number(value), number(want))
        if operator.startswith("Date"):
            return self.date(operator[len("Date"):], value, want)
        if operator == "Bool":
            if variables and "${" in want:
                return self.open("a variable under Bool")
            return value.lower() == want.lower() and value.lower() in ("true", "false")
        if operator == "BinaryEquals":
            return binary(value) is not None and binary(value) == binary(want)
        if operator == "IpAddress":
            return self.address(value, want)
        raise ValueError(f"no operator is called {operator}")

    def string(self, operator, value, want, variables):
        try:
            characters = self.expand(want, variables, operator == "StringLike")
        except NoValue:
            return False
        except Several:
            return self.open("a variable of a key with several values")
        if operator == "StringEqualsIgnoreCase":
            return "".join(c for c, _ in characters).lower() == value.lower()
        return glob(characters).fullmatch(value) is not None

    def arn(self, value, want, variables):
        try:
            characters = self.expand(want, variables, True)
        except NoValue:
            return False
        except Several:
            return self.open("a variable of a key with several values")
        parts = [[]]
        for character in characters:
            if character[0] == ":" and len(parts) < 6:
                parts.append([])
            else:
                parts[-1].append(character)
        if len(parts) < 6:
            return self.open("an ARN pattern of fewer than six parts")
        pieces = value.split(":", 5)
        return len(pieces) == 6 and all(glob(part).fullmatch(piece) for part, piece in zip(parts, pieces))

    def date(self, comparison, value, want):
        if re.fullmatch(r"\d{4}", value) or re.fullmatch(r"\d{4}", want):
            return self.open("a bare year as a date")
        return ordered(comparison, moment(value), moment(want))

    def address(self, value, want):
        try:
            address, network = ipaddress.ip_network(value, strict=False), ipaddress.ip_network(want, strict=False)
        except ValueError:
            return False
        if address.version != network.version:
            six = address if address.version == 6 else network
            return self.open("an IPv4 address written as IPv6") if six.network_address.ipv4_mapped else False
        return address.subnet_of(network)

    # ---- does a condition bound a bucket policy (BP) ---------------------------------------------------------------------------

    def bounds(self, operator, key, values):
        """A condition that holds a statement to fixed values of a key that BP lists."""
        values, key = [text_of(v) for v in values], key.lower()
        if key == "aws:sourceip":
            if operator != "IpAddress":
                return False
            networks = [ipaddress.ip_network(v, strict=False) for v in values]
            return bool(networks) and all(n.prefixlen >= (8 if n.version == 4 else 32) for n in networks)
        if operator not in ("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"):
            return False
        listed_keys = ("aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceowner", "aws:sourceaccount", "aws:principalorgid",
                       "aws:userid", "s3:dataaccesspointarn", "s3:dataaccesspointaccount", "aws:principalarn", "aws:principalaccount")
        return key in listed_keys and bool(values) and all("*" not in v and "?" not in v and "${" not in v for v in values)


def ordered(comparison, value, want):
    if value is None or want is None:
        return False
    return {"Equals": value == want, "LessThan": value < want, "LessThanEquals": value <= want, "GreaterThan": value > want,
            "GreaterThanEquals": value >= want}[comparison]


def number(text):
    return decimal.Decimal(text) if re.fullmatch(r"[+-]?\d+(\.\d+)?", text) else None


def moment(text):
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return decimal.Decimal(text)
    for pattern in ("%Y-%m-%d", "%Y-%m", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"):
        try:
            read = datetime.datetime.strptime(text.replace("Z", "+00:00"), pattern)
        except ValueError:
            continue
        if read.tzinfo is None:
            read = read.replace(tzinfo=datetime.timezone.utc)
        return decimal.Decimal(int(read.timestamp() * 1000)) / 1000
    return None


def binary(text):
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
