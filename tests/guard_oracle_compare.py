"""The oracle's rows and comparisons: when `==`, `in` and the orders hold between what two queries answer.

A row is (LITERAL, value) if it is written in the rules, (FOUND, value) if it is in the document or computed, and `stuck` if the query did
not get to its end.
"""

import math
import re

from guard_oracle_parse import Char, Range, Regex


class NotComparable(Exception):
    """Two values of kinds that do not compare; the comparison fails, negated or not."""


class Unevaluable(Exception):
    """A clause that cannot be answered: 3.2.1 fails the clause, or the block that its condition guards."""


class Broken(Exception):
    """What ends a run of the original."""


LITERAL, FOUND, MISSING = "literal", "found", "missing"
stuck = (MISSING, None)


def values_of(rows):
    return [value for kind, value in rows if kind is not MISSING]


def missing_in(rows):
    return sum(kind is MISSING for kind, _ in rows)


# ---- comparing values

def is_number(value):
    return type(value) in (int, float)


def order(a, b, mixed):
    """-1, 0 or 1. `mixed`: integers and floats compare as numbers."""
    same = type(a) is type(b) and type(a) in (int, float, str, Char)
    if a is None and b is None:
        return 0
    if isinstance(a, float) and math.isnan(a) or isinstance(b, float) and math.isnan(b):
        raise NotComparable()
    if same and isinstance(a, Char):
        a, b = a.text, b.text
    if same and isinstance(a, str):
        a, b = a.encode(), b.encode()
    if same or (mixed and is_number(a) and is_number(b)):
        return (a > b) - (a < b)
    raise NotComparable()


def within(value, range_):
    low, high = range_.low, range_.high
    if range_.kind is Char:
        value, low, high = value.text, low.text, high.text
    return (value >= low if range_.low_in else value > low) and (value <= high if range_.high_in else value < high)


def in_range(value, range_, mixed):
    """None: the two have nothing to do with each other."""
    if type(value) is range_.kind or (mixed and is_number(value) and range_.kind in (int, float)):
        return within(value, range_)
    return None


def found(pattern, text):
    return re.search(pattern.replace(r"\z", r"\Z"), text) is not None


def equal(a, b, mixed):
    """As `==` asks: raises where the two do not compare."""
    if isinstance(a, str) and isinstance(b, Regex):
        return found(b.text, a)
    if isinstance(a, Regex) and isinstance(b, str):
        return found(a.text, b)
    if isinstance(a, Regex) and isinstance(b, Regex):
        return a.text == b.text
    if isinstance(a, dict) and isinstance(b, dict):
        return len(a) == len(b) and all(key in b and equal(a[key], b[key], mixed) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(equal(x, y, mixed) for x, y in zip(a, b))
    if isinstance(a, bool) and isinstance(b, bool):
        return a == b
    if isinstance(b, Range) and not isinstance(a, Range):
        inside = in_range(a, b, mixed)
        if inside is not None:
            return inside
    return order(a, b, mixed) == 0


def same(a, b, mixed):
    """As a set asks whether it holds a value: what does not compare is different, and nothing raises."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key], mixed) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same(x, y, mixed) for x, y in zip(a, b))
    if isinstance(a, Range) and isinstance(b, Range):
        return mixed and a == b  # 3.2.1's repair, with mixed numbers
    if isinstance(b, Range) and mixed:
        return False
    try:
        return equal(a, b, mixed)
    except NotComparable:
        return False


# ---- comparisons of rows. A finding is (kind, holds, left values, right values, difference); kinds: value, set (list in list), sets
# (rows in rows). Without a kind it is a failure that no `not` turns.

FAILURE = (None, False, [], [], [])


class Comparison:
    """`plain`: `not in` of a list holds where no item is in the other, and of a list among lists where it is none of them. The
    original fails it in two places whatever the values are: a list written in the rule against values, a list against lists."""

    def __init__(self, mixed, plain=False):
        self.mixed, self.plain = mixed, plain

    def test(self, check):
        try:
            return ("value", check(), [], [], [])
        except NotComparable:
            return FAILURE

    def eq(self, a, b):
        return self.test(lambda: equal(a, b, self.mixed))

    def holds(self, values, value):
        return any(same(each, value, self.mixed) for each in values)

    def minus(self, values, others):
        return [each for each in values if not self.holds(others, each)]

    def ordered(self, operator, left, right):
        wanted = {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (1, 0)}[operator]

        def flat(rows):
            return [each for value in values_of(rows) for each in (value if isinstance(value, list) else [value])]

        lefts, rights = flat(left), flat(right)
        out = [FAILURE] * (missing_in(left) + missing_in(right) * len(lefts))
        return out + [self.test(lambda a=a, b=b: order(a, b, self.mixed) in wanted) for a in lefts for b in rights]

    @staticmethod
    def literal(rows):
        return rows[0] if len(rows) == 1 and rows[0][0] is LITERAL else None

    def equals(self, left, right):
        l, r = self.literal(left), self.literal(right)
        if l and r:
            return [self.eq(l[1], r[1])]
        if l:
            out = [FAILURE] * missing_in(right)
            for value in values_of(right):
                each = [value] if isinstance(l[1], list) or not isinstance(value, list) else value
                out += [self.eq(l[1], one) for one in each]
            return out
        if r:
            out = [FAILURE] * missing_in(left)
            for value in values_of(left):
                if isinstance(r[1], list):
                    alone = not isinstance(value, (list, dict)) and len(r[1]) == 1
                    out.append(self.eq(value, r[1][0] if alone else r[1]))
                else:
                    out += [self.eq(one, r[1]) for one in (value if isinstance(value, list) else [value])]
            return out
        lefts, rights = values_of(left), values_of(right)
        out = [FAILURE] * (missing_in(left) + missing_in(right) * len(lefts))
        difference = self.minus(lefts, rights) if len(lefts) > len(rights) else self.minus(rights, lefts)
        return out + [("sets", not difference, lefts, rights, difference)]

    def substring(self, a, b):
        return ("value", a in b, [], [], []) if isinstance(a, str) and isinstance(b, str) else FAILURE

    def contained(self, a, b):
        if not isinstance(a, list):
            return ("value", self.holds(b, a), [], [], []) if isinstance(b, list) else self.eq(a, b)
        if not isinstance(b, list):
            return FAILURE
        if b and isinstance(b[0], list):
            inside = self.holds(b, a)
            if self.plain:
                return ("value", inside, [], [], [])
            return ("set", inside, a, b, [] if inside else [a])
        difference = self.minus(a, b)
        return ("set", not difference, a, b, difference)

    def is_in(self, left, right):
        l, r = self.literal(left), self.literal(right)
        if l and r:
            text = self.substring(l[1], r[1])
            return [text if text[1] else self.contained(l[1], r[1])]
        if l:
            out, rights = [FAILURE] * missing_in(right), values_of(right)
            if isinstance(l[1], list) and not any(isinstance(each, list) for each in rights):
                difference = self.minus(l[1], rights)
                if self.plain:
                    return out + [("set", not difference, l[1], rights, difference)]
                return out + [("sets", not difference, [l[1]], rights, difference)]
            return out + [self.contained(l[1], each) for each in rights]
        if r:
            out = [FAILURE] * missing_in(left)
            for value in values_of(left):
                if isinstance(r[1], str):
                    out += [self.substring(one, r[1]) for one in (value if isinstance(value, list) else [value])]
                else:
                    out.append(self.contained(value, r[1]))
            return out
        lefts, rights = values_of(left), values_of(right)
        out = [FAILURE] * (missing_in(left) + missing_in(right) * len(lefts))
        difference = [a for a in lefts if not any(self.contained(a, b)[1] for b in rights)]
        return out + [("sets", not difference, lefts, rights, difference)]

    def turned(self, operator, finding, left, right):
        kind, holds, lefts, rights, difference = finding
        if kind is None:
            return finding
        if kind == "value":
            return (kind, not holds, lefts, rights, [])
        if holds:
            return (kind, False, lefts, rights, lefts)
        # Not all are in: what is in after all breaks the negation.
        other = rights if kind == "sets" and operator == "==" and len(right) >= len(left) else lefts
        # One and the same value is itself, even one that equals nothing, as a range under 3.2.0.
        rest = self.minus([each for each in other if not any(each is one for one in difference)], difference)
        return (kind, not rest, lefts, rights, rest)

    def statuses(self, operator, negated, left, right):
        findings = {"==": self.equals, "in": self.is_in}.get(operator, lambda a, b: self.ordered(operator, a, b))(left, right)
        out = []
        for finding in findings:
            if negated:
                finding = self.turned(operator, finding, left, right)
            kind, holds, lefts, _, difference = finding
            if kind != "sets":
                out.append("PASS" if holds else "FAIL")
            else:
                out += ["PASS"] * len(lefts) if holds else ["FAIL"] * len(difference)
        return out
