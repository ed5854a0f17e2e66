"""The oracle's reader of Guard rules: text to a tree of small records.

It takes the grammar of every version at once (a file that needs a later one is not refused under an earlier) and tries alternatives one
after the other, from the start of each: slow, and easy to hold against the language's description. `guard_oracle.py` judges the tree.

    rules = parse("rule r { Resources exists }")      # SyntaxError_ with the offset where it does not read
"""

import re
from dataclasses import dataclass, field

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
SPACE = re.compile(r"(?:\s|#[^\n]*)*")
UNARY = {"exists", "empty", "is_string", "is_list", "is_struct", "is_bool", "is_int", "is_float", "is_null"}
ARGUMENTS = {"count": 1, "join": 2, "json_parse": 1, "now": 0, "parse_boolean": 1, "parse_char": 1, "parse_epoch": 1, "parse_float": 1,
             "parse_int": 1, "parse_string": 1, "regex_replace": 3, "substring": 3, "to_lower": 1, "to_upper": 1, "url_decode": 1}


class SyntaxError_(Exception):
    pass


# ---- values that only rules have

@dataclass(frozen=True)
class Regex:
    text: str


@dataclass(frozen=True)
class Char:
    text: str


@dataclass(frozen=True)
class Range:
    kind: type
    low: object
    high: object
    low_in: bool
    high_in: bool


# ---- the tree

@dataclass
class Literal:
    value: object


@dataclass
class Call:
    name: str
    arguments: list


@dataclass
class Query:
    parts: list          # ("this",) ("key", k) ("var", name) ("index", n) ("values", name) ("indices", name) ("filter", name, cnf) ("keys", cmp, negated, expression)
    some: bool = False


@dataclass
class Block:
    lets: dict
    cnf: list            # of alternatives, of statements


@dataclass
class Clause:
    query: Query
    operator: str        # == in < <= > >= or a unary
    negated: bool        # `!=`, `not in`, `!exists`
    inverted: bool       # `not` before the whole clause
    right: object = None


@dataclass
class Named:
    name: str
    inverted: bool


@dataclass
class RuleCall:
    name: str
    inverted: bool
    arguments: list


@dataclass
class QueryBlock:
    query: Query
    not_empty: bool
    block: Block


@dataclass
class When:
    conditions: list
    block: Block


@dataclass
class TypeBlock:
    type: str
    conditions: object
    block: Block


@dataclass
class Rule:
    name: str
    conditions: object
    block: Block
    parameters: object = None


@dataclass
class RuleFile:
    lets: dict = field(default_factory=dict)
    rules: list = field(default_factory=list)
    parameterised: dict = field(default_factory=dict)


class Reader:
    def __init__(self, text):
        self.text, self.at = text, 0

    # -- the smallest steps

    def fail(self, what):
        raise SyntaxError_(f"{what} expected at offset {self.at}: {self.text[self.at:self.at + 40]!r}")

    def space(self):
        self.at = SPACE.match(self.text, self.at).end()

    def take(self, pattern, what=None):
        found = re.compile(pattern).match(self.text, self.at)
        if not found:
            self.fail(what or pattern)
        self.at = found.end()
        return found.group()

    def sees(self, pattern):
        return re.compile(pattern).match(self.text, self.at) is not None

    def maybe(self, step, *words):
        """The step's answer, or None with nothing taken."""
        start = self.at
        try:
            return step(*words)
        except SyntaxError_:
            self.at = start
            return None

    def first_of(self, what, *steps):
        for step in steps:
            found = self.maybe(step)
            if found is not None:
                return found
        self.fail(what)

    def name(self):
        return self.take(NAME.pattern, "a name")

    def not_(self):
        if self.sees(r"(not|NOT)[ \t]+"):
            self.take(r"(not|NOT)[ \t]+")
            return True
        if self.sees(r"!(?!=)"):
            self.take("!")
            return True
        return False

    # -- values

    def string(self):
        quote = self.take("['\"]", "a string")
        out = ""
        while True:
            piece = self.take(f"[^{quote}]*")
            self.take(quote, "the end of the string")
            if not piece.endswith("\\"):
                return out + piece
            out += piece[:-1] + quote

    def number(self):
        text = self.take(r"-?\d+(\.\d+)?([eE][+-]?\d+)?(?![A-Za-z0-9_])", "a number")
        return float(text) if re.search(r"[.eE]", text) else int(text)

    def integer(self):
        return int(self.take(r"-?\d+(?![A-Za-z0-9_])", "an index"))

    def regex(self):
        self.take("/")
        out = ""
        while True:
            piece = self.take("[^/]+", "a regular expression")
            self.take("/", "the end of the regular expression")
            if not piece.endswith("\\"):
                return Regex(out + piece)
            out += piece[:-1] + "/"

    def range(self):
        open_ = self.take(r"r[\[(]", "a range")[1]

        def bound():
            self.take("[ \t]*")
            value = self.maybe(self.number)
            value = value if value is not None else Char(self.take("(?s)."))
            self.take("[ \t]*")
            return value

        low = bound()
        self.take(",")
        high = bound()
        close = self.take(r"[\])]")
        if type(low) is not type(high):
            self.fail("two bounds of one kind")
        return Range(type(low), low, high, open_ == "[", close == "]")

    def many(self, step, close):
        out = []
        self.space()
        if not self.sees(close):
            out.append(step())
            self.space()
            while self.sees(","):
                self.take(",")
                out.append(step())
                self.space()
        self.take(close)
        return out

    def value(self):
        """A one-element list, so that null and false are answers too."""
        self.space()
        if self.sees("['\"]"):
            return [self.string()]
        if self.sees(r"-?\d"):
            return [self.number()]
        if self.sees("/"):
            return [self.regex()]
        if self.sees(r"r[\[(]"):
            return [self.range()]
        if self.sees(r"\["):
            self.take(r"\[")
            return [[each[0] for each in self.many(self.value, r"\]")]]
        if self.sees(r"\{"):
            self.take(r"\{")

            def pair():
                self.space()
                key = self.string() if self.sees("['\"]") else self.take(r"[\w-]+", "a key")
                self.space()
                self.take(":")
                return key, self.value()[0]

            return [dict(self.many(pair, r"\}"))]
        word = self.take(r"(null|NULL|Null|true|True|TRUE|false|False|FALSE)(?![A-Za-z0-9_])", "a value").lower()
        return [{"null": None, "true": True, "false": False}[word]]

    def literal(self):
        return Literal(self.value()[0])

    def call_of(self, name):
        self.take(r"\(")
        return name, self.many(self.expression, r"\)")

    def call(self):
        self.space()
        name, arguments = self.call_of(self.name())
        if len(arguments) != ARGUMENTS.get(name):
            self.fail(f"a function with {len(arguments)} arguments")
        return Call(name, arguments)

    def expression(self):
        return self.first_of("a value, a function or a query", self.literal, self.call, self.query)

    # -- queries

    def query(self):
        self.space()
        some = self.sees(r"(some|SOME)\b(?=[\s#])")
        if some:
            self.take("some|SOME")
            self.space()
        if self.sees(r"(this|THIS)(?![A-Za-z0-9_])"):
            self.take("this|THIS")
            parts = [("this",)]
        elif self.sees("%"):
            self.take("%")
            parts = [("var", self.name())]
        else:
            parts = [("key", self.string() if self.sees("['\"]") else self.name())]
        while True:
            part = self.maybe(self.part)
            if part is None:
                break
            parts.append(part)
        # A variable stands for its values: what follows it is asked of each, and one `[*]` after it says nothing more.
        if len(parts) > 1 and parts[0][0] == "var" and parts[1][0] != "indices":
            parts.insert(1, ("indices", None))
        return Query(parts, some)

    def part(self):
        self.space()
        if self.sees(r"\."):
            self.take(r"\.")
            if self.sees(r"-?\d"):
                return ("index", self.integer())
            if self.sees(r"\*"):
                self.take(r"\*")
                return ("values", None)
            if self.sees("%"):
                self.take("%")
                return ("var", self.name())
            return ("key", self.string() if self.sees("['\"]") else self.name())
        self.take(r"\[", "a step")
        return self.first_of("what stands in brackets", self.all_indices, self.index, self.quoted_key, self.key_filter, self.filter)

    def close(self):
        self.space()
        self.take(r"\]")

    def all_indices(self):
        if self.sees(NAME.pattern):
            found = ("indices", self.name())
        else:
            self.space()
            self.take(r"\*")
            found = ("indices", None)
        self.close()
        return found

    def index(self):
        number = self.integer()
        self.close()
        return ("index", number)

    def quoted_key(self):
        if self.sees("['\"]"):
            found = ("key", self.string())
        else:
            self.space()
            found = ("values", self.name())
        self.close()
        return found

    def capture(self):
        self.space()
        name = self.name()
        self.take(r"[ \t]*\|")
        return name

    def key_filter(self):
        self.maybe(self.capture)
        self.space()
        self.take("(keys|KEYS)(?![A-Za-z0-9_])")
        self.space()
        if self.sees("==|!="):
            operator, negated = "==", self.take("==|!=") == "!="
        else:
            operator, negated = "in", self.not_()
            self.take("in|IN")
        right = self.first_of("a value or a query", self.literal, self.query)
        self.close()
        return ("keys", operator, negated, right)

    def filter(self):
        name = self.maybe(self.capture)
        cnf = self.cnf(self.statement)
        self.close()
        return ("filter", name, cnf)

    # -- statements

    def message(self):
        self.space()
        if self.sees("<<"):
            self.take(r"(?s)<<.*?>>")

    def clause(self):
        self.space()
        inverted = self.not_()
        query = self.query()
        self.space()
        if self.sees("<<"):
            self.fail("an operator")
        if self.sees("==|!=|>=|<=|>|<"):
            operator = self.take("==|!=|>=|<=|>|<")
            operator, negated = ("==", True) if operator == "!=" else (operator, False)
        else:
            negated = self.not_()
            operator = self.take("(?i)(is_(string|list|struct|bool|int|float|null)|exists|empty|in)", "an operator").lower()
        right = self.expression() if operator not in UNARY else None
        self.message()
        return Clause(query, operator, negated, inverted, right)

    def query_block(self):
        query = self.query()
        start = self.at
        self.space()
        not_empty = self.not_() and self.sees("empty|EMPTY")
        if not_empty:
            self.take("empty|EMPTY")
        else:
            self.at = start
        return QueryBlock(query, not_empty, self.block(self.statement))

    def rule_call(self):
        inverted = self.not_()
        name, arguments = self.call_of(self.name())
        self.message()
        return RuleCall(name, inverted, arguments)

    def named(self):
        self.space()
        inverted = self.not_()
        name = self.name()
        if self.at < len(self.text) and not self.sees(r"[ \t]*(\r?\n|#|\{)|(\s|#[^\n]*\n)*(or|OR|\|OR\|)(?=[\s#])"):
            self.take("[ \t]*(?=<<)", "the end of the line, `or`, or a message")
            self.message()
        return Named(name, inverted)

    def when_of(self, inner):
        self.space()
        conditions = self.conditions()
        return When(conditions, self.block(inner))

    def conditions(self):
        self.take(r"(when|WHEN)(?=[\s#])", "`when`")
        self.space()
        return self.cnf(lambda: self.first_of("a condition", self.clause, self.rule_call, self.named))

    def statement(self):
        self.space()
        return self.first_of("a clause", lambda: self.when_of(self.statement), self.query_block, self.rule_call, self.clause)

    def statement_or_name(self):
        return self.first_of("a clause or a rule's name", self.statement, self.named)

    def type_block(self):
        self.space()
        name = self.take(r"[A-Za-z]\w*::[A-Za-z]\w*(::[A-Za-z]\w*(::MODULE)?)?(?=[\s#])", "a resource type")
        name = name.removesuffix("::MODULE")
        self.space()
        conditions = self.conditions() if self.sees(r"(when|WHEN)[\s#]") else None
        self.space()
        block = self.maybe(self.block, self.statement)
        return TypeBlock(name, conditions, block if block is not None else Block({}, [[self.statement()]]))

    def rule_statement(self):
        return self.first_of("a clause", self.type_block, lambda: self.when_of(self.statement_or_name), self.statement_or_name)

    def alternatives(self, step):
        out = []
        while True:
            self.space()
            out.append(step())
            start = self.at
            self.space()
            if not self.sees(r"(or|OR|\|OR\|)(?=[\s#])"):
                self.at = start
                return out
            self.take(r"or|OR|\|OR\|")

    def cnf(self, step):
        out = [self.alternatives(step)]
        while True:
            more = self.maybe(self.alternatives, step)
            if more is None:
                return out
            out.append(more)

    def let(self):
        self.space()
        self.take(r"let(?=[\s#])")
        self.space()
        name = self.name()
        self.space()
        self.take(":?=")
        return name, self.expression()

    def block(self, step):
        self.space()
        self.take(r"\{")
        lets, cnf = {}, []
        while True:
            self.space()
            if self.sees(r"\}"):
                self.take(r"\}")
                if not lets and not cnf:
                    self.fail("a clause")
                return Block(lets, cnf)
            if self.sees(r"let[\s#]"):
                name, value = self.let()
                lets[name] = value
            else:
                cnf.append(self.alternatives(step))

    def rule(self):
        self.take(r"rule(?=[\s#])")
        self.space()
        name = self.name()
        parameters = None
        if self.sees(r"\("):
            self.take(r"\(")

            def parameter():
                self.space()
                return self.name()

            parameters = self.many(parameter, r"\)")
        self.space()
        conditions = self.conditions() if parameters is None and self.sees(r"(when|WHEN)[\s#]") else None
        return Rule(name, conditions, self.block(self.rule_statement), parameters)

    def file(self):
        out, loose = RuleFile(), []
        self.space()
        while self.at < len(self.text):
            if self.sees(r"let[\s#]"):
                name, value = self.let()
                out.lets[name] = value
            elif self.sees(r"rule[\s#]"):
                rule = self.rule()
                if rule.parameters is None:
                    out.rules.append(rule)
                else:
                    out.parameterised[rule.name] = rule
            else:
                loose.append(self.first_of("a rule", lambda: self.alternatives(self.type_block),
                                           lambda: [self.when_of(self.statement_or_name)], lambda: self.alternatives(self.statement)))
            self.space()
        if loose:
            out.rules.insert(0, Rule("default", None, Block({}, loose)))
        return out


def parse(text):
    return Reader(text).file()
