"""The oracle: a second Guard evaluator, naive on purpose, that shares nothing with src/check.

Written from the language's rules: documents are plain Python values, every query is walked anew, every variable is asked from the scope
it stands in, nothing is compiled or indexed. Semantics `3.2.0` and `3.2.1` answer as those versions of cfn-guard do. `reeve` has 3.2.1's
repairs (`not` turns comparisons, integers compare with floats, negative indices count from the end, `empty` looks at what a variable
holds, a type block's `when` is asked of each resource) and two of its own (a filter behind `[*]` is asked of the element also where the
original asks it of what is around the query; `not in` of a list means what it says, see Comparison) but keeps 3.2.0's SKIP where a rule, a call or a side of a comparison has nothing
to say (`not` a rule or call that skips holds as a condition), takes a scalar for not empty and null for empty, and lets a statement that
cannot be evaluated fail alone: no run is given up, and a condition that has failed is not asked further.

    verdicts(rules_text, document, "3.2.1")   # [("default", "PASS"), ("r0", "SKIP"), …], a line for each rule block

A rule that cannot be evaluated, where the original ends its run without a verdict, has None. A name that stands for nothing in the whole
file, or a call with another number of arguments, is met under the numbers only where it is asked for; under `reeve` the file is
`refused` whole and says nothing.
"""

import re

from guard_oracle_case import spellings
from guard_oracle_compare import FOUND, LITERAL, MISSING, Broken, Comparison, NotComparable, Unevaluable, equal, stuck
from guard_oracle_functions import Functions
from guard_oracle_parse import Call, Clause, Literal, Named, Query, QueryBlock, RuleCall, TypeBlock, UNARY, When, parse

PASS, FAIL, SKIP = "PASS", "FAIL", "SKIP"
INTEGER = re.compile(r"[+-]?\d+\Z")


# ---- scopes

class Scope:
    def __init__(self, parent, root, lets=None, bound=None):
        self.parent, self.root, self.lets, self.bound, self.known = parent, root, lets or {}, bound or {}, {}
        self.top = parent.top if parent else self

    def over(self, root):
        return Scope(self, root)


class Evaluation:
    def __init__(self, rules, document, semantics):
        self.rules, self.document, self.semantics = rules, document, semantics
        self.old = semantics == "3.2.0"
        self.comparison = Comparison(mixed=not self.old, plain=semantics == "reeve")
        self.top = Scope(None, document, rules.lets)
        self.answers = {}

    # -- variables and expressions

    def variable(self, name, scope):
        if name in scope.bound:
            return scope.bound[name]
        expression = scope.lets.get(name)
        if isinstance(expression, Literal):
            return [(LITERAL, expression.value)]
        if name in scope.known:
            return list(scope.known[name])
        if expression is None:
            if scope.parent is None:
                raise Broken(f"no variable {name}")
            return self.variable(name, scope.parent)
        rows = self.evaluate(expression, scope)
        if isinstance(expression, Query) and expression.some:
            rows = [row for row in rows if row[0] is FOUND]
        scope.known[name] = rows
        return list(rows)

    def evaluate(self, expression, scope):
        if isinstance(expression, Literal):
            return [(LITERAL, expression.value)]
        if isinstance(expression, Call):
            arguments = [self.evaluate(each, scope) for each in expression.arguments]
            return [(FOUND, value) for value in Functions(self.old).call(expression.name, arguments)]
        return self.ask(expression.parts, 0, scope.root, scope, None)

    def capture(self, name, key, scope):
        scope.top.known.setdefault(name, []).append((FOUND, key))

    # -- queries

    def ask(self, parts, at, value, scope, spelling):
        """The rows that parts[at:] reach from the value. `spelling`: how keys are spelt, once one was found spelt otherwise."""
        if at == len(parts):
            return [(FOUND, value)]
        kind = parts[at][0]
        if kind == "var" and at == 0:
            return self.ask_variable(parts, scope, spelling)
        if kind == "this":
            return self.ask(parts, at + 1, value, scope, spelling)
        return getattr(self, "ask_" + kind)(parts, at, value, scope, spelling)

    def ask_variable(self, parts, scope, spelling):
        after = 2 if len(parts) > 1 and parts[1][0] == "indices" else 1
        out = []
        for row in self.variable(parts[0][1], scope):
            if row[0] is MISSING or after >= len(parts):
                out.append(row)
            else:
                out += self.ask(parts, after, row[1], scope.over(row[1]), spelling)
        return out

    def place(self, index, count):
        """Where an index points among `count`: None if nowhere. A negative one lost its sign before 3.2.1."""
        place = abs(index) if self.old or index >= 0 else count + index
        return place if 0 <= place < count else None

    def ask_index(self, parts, at, value, scope, spelling):
        place = self.place(int(parts[at][1]), len(value)) if isinstance(value, list) else None
        return [stuck] if place is None else self.ask(parts, at + 1, value[place], scope, spelling)

    def ask_key(self, parts, at, value, scope, spelling):
        key = parts[at][1]
        if INTEGER.match(key):
            return self.ask_index(parts, at, value, scope, spelling)
        if not isinstance(value, dict):
            return [stuck]
        if key in value:
            return self.ask(parts, at + 1, value[key], scope, spelling)
        for number, other in enumerate(spellings(key)):
            if (spelling is None or spelling == number) and other in value:
                return self.ask(parts, at + 1, value[other], scope, number)
        return [stuck]

    def ask_var(self, parts, at, value, scope, spelling):
        """`.%name`: the variable's values are keys."""
        if not isinstance(value, dict):
            return [stuck]
        rows, after = self.variable(parts[at][1], scope), at + 1
        if after < len(parts):
            follows = parts[after]
            if follows[0] == "index":
                place = self.place(follows[1], len(rows))
                if place is None:
                    return [stuck]
                # Before 3.2.1 the index chose the key and was then asked of the value as well.
                rows, after = [rows[place]], after if self.old else after + 1
            elif follows[0] not in ("indices", "key", "var"):
                raise Unevaluable("what follows keys from a variable")
        out = []
        for kind, keys in rows:
            if kind is MISSING:
                out.append(stuck)
                continue
            for key in keys if isinstance(keys, list) else [keys]:
                if not isinstance(key, str):
                    raise Broken("a key that is no string")
                out += self.ask(parts, after, value[key], scope, spelling) if key in value else [stuck]
        return out

    def ask_indices(self, parts, at, value, scope, spelling):
        if isinstance(value, dict) and parts[at][1]:
            return self.ask_values(parts, at, value, scope, spelling)
        if isinstance(value, list):
            return self.each(parts, at, value, scope, spelling)
        inner = scope.over(value) if isinstance(value, dict) and self.semantics == "reeve" else scope
        return self.ask(parts, at + 1, value, inner, spelling)

    def each(self, parts, at, values, scope, spelling):
        inner = scope.over if self.semantics == "reeve" else lambda value: scope
        return [row for value in values for row in self.ask(parts, at + 1, value, inner(value), spelling)] if values else [stuck]

    def ask_values(self, parts, at, value, scope, spelling):
        if isinstance(value, list):
            return self.each(parts, at, value, scope, spelling)
        if not isinstance(value, dict):
            return self.ask(parts, at + 1, value, scope, spelling)
        out = []
        for key, each in value.items():
            if parts[at][1]:
                self.capture(parts[at][1], key, scope)
            out += self.ask(parts, at + 1, each, scope.over(each), spelling)
        return out if value else [stuck]

    def ask_filter(self, parts, at, value, scope, spelling):
        _, name, cnf = parts[at]
        before = parts[at - 1][0]
        selects = lambda inner: self.cnf(cnf, inner, "gate") == PASS  # noqa: E731
        if isinstance(value, list):
            return [row for each in value if selects(scope.over(each)) for row in self.ask(parts, at + 1, each, scope, spelling)]
        if not isinstance(value, dict):
            if before != "indices":
                return [stuck]
            return self.ask(parts, at + 1, value, scope, spelling) if selects(scope.over(value)) else []
        if before in ("values", "indices"):  # asked of the scope's value, which `[*]` over a list changes under `reeve` alone
            return self.ask(parts, at + 1, value, scope, spelling) if selects(scope) else []
        if before not in ("key", "var"):
            raise Broken("a filter of a map after a step that is no key")
        out = []
        for key, each in value.items():
            inner = scope.over(each)
            if selects(inner):
                if name:
                    self.capture(name, key, scope)
                out += self.ask(parts, at + 1, each, inner, spelling)
        return out

    def ask_keys(self, parts, at, value, scope, spelling):
        _, operator, negated, right = parts[at]
        if not isinstance(value, dict):
            return [stuck]
        if isinstance(right, Query):
            rows = self.ask(right.parts, 0, value, scope, spelling)
        else:
            rows = self.evaluate(right, scope)
        if operator == "==" and len(rows) > 1:
            operator = "in"
        out = []
        for key in value:
            results = [self.key_matches(operator, negated, key, row) for row in rows]
            times = int(any(results)) if operator == "in" else sum(results)
            for _ in range(times):
                out += self.ask(parts, at + 1, value[key], scope, spelling)
        return out

    def key_matches(self, operator, negated, key, row):
        mixed = self.comparison.mixed

        def one(wanted):
            if operator == "in" and isinstance(wanted, str):
                holds = key in wanted
            elif operator == "in" and isinstance(wanted, list):
                holds = any([equal(key, each, mixed) for each in wanted])
            else:
                holds = equal(key, wanted, mixed)
            return holds != negated

        if row[0] is MISSING:
            return False
        try:
            return one(row[1])
        except NotComparable:
            if row[0] is not LITERAL or not isinstance(row[1], list) or len(row[1]) != 1:
                return False
        try:
            return one(row[1][0])
        except NotComparable:
            return False

    # -- statements. `role`: an assertion, or a gate (in `when` and in filters).

    def cnf(self, cnf, scope, role):
        statuses = []
        for alternatives in cnf:
            answers = []
            for each in alternatives:
                answers.append(self.statement(each, scope, role))
                if answers[-1] == PASS:
                    break
            statuses.append(PASS if PASS in answers else FAIL if FAIL in answers else SKIP)
            if statuses[-1] == FAIL and role == "gate" and self.semantics == "reeve":
                break  # decided, whatever cannot be evaluated after it
        return self.sum(statuses)

    @staticmethod
    def sum(statuses):
        return FAIL if FAIL in statuses else PASS if PASS in statuses else SKIP

    def block(self, block, scope, role):
        return self.cnf(block.cnf, Scope(scope, scope.root, block.lets), role)

    def statement(self, each, scope, role):
        try:
            return self.judge(each, scope, role)
        except (Broken, Unevaluable):
            if self.semantics == "reeve" and role == "assertion":
                return FAIL
            raise

    def judge(self, each, scope, role):
        for kind, judge in ((Clause, self.clause), (Named, self.named), (RuleCall, self.rule_call), (QueryBlock, self.query_block),
                            (When, self.when), (TypeBlock, self.type_block)):
            if isinstance(each, kind):
                return judge(each, scope, role)
        raise AssertionError(each)

    def closed(self, role):
        """Whether what cannot be evaluated fails here."""
        return not self.old and role == "assertion"

    def empty(self, role):
        """What a comparison with nothing on one side is."""
        return FAIL if self.semantics == "3.2.1" and role == "assertion" else SKIP

    def clause(self, clause, scope, role):
        try:
            statuses = (self.unary if clause.operator in UNARY else self.binary)(clause, scope, role)
        except Unevaluable:
            if self.closed(role):
                return FAIL
            raise
        if isinstance(statuses, str):
            return statuses
        if clause.query.some:
            return PASS if PASS in statuses else FAIL
        return FAIL if FAIL in statuses else PASS

    def beside(self, expression, scope, role):
        """What an assertion asks beside its own query: where that cannot be evaluated 3.2.1 ends the run."""
        try:
            return self.evaluate(expression, scope)
        except Unevaluable as e:
            if self.semantics == "3.2.1" and role == "assertion":
                raise Broken(str(e)) from e
            raise

    def unary(self, clause, scope, role):
        turn = clause.negated != clause.inverted
        parts = clause.query.parts
        rows = self.evaluate(clause.query, scope)
        lone = len(parts) == 1 and parts[0][0] == "var"
        selection = lone or parts[-1][0] in ("filter", "keys")
        if not rows:
            if clause.operator == "empty" and selection:
                return FAIL if turn else PASS
            return SKIP
        nullness = clause.operator == "empty" and selection and (self.old or not lone)
        out = []
        for row in rows:
            try:
                holds = row[0] is MISSING or row[1] is None if nullness else self.is_so(clause.operator, row)
                out.append(PASS if holds != turn else FAIL)
            except Unevaluable:
                if not self.closed(role):
                    raise
                out.append(FAIL)
        return out

    def is_so(self, operator, row):
        missing, value = row[0] is MISSING, row[1]
        if operator == "exists":
            return not missing
        if operator == "empty":
            if missing:
                return True
            if isinstance(value, (list, dict, str)):
                return len(value) == 0
            if self.semantics == "reeve":
                return value is None
            if self.old and isinstance(value, bool):
                return False
            raise Unevaluable("empty")
        kinds = {"is_string": str, "is_list": list, "is_struct": dict, "is_bool": bool, "is_int": int, "is_float": float, "is_null": type(None)}
        return not missing and type(value) is kinds[operator]

    def binary(self, clause, scope, role):
        right = self.beside(clause.right, scope, role)
        left = self.evaluate(clause.query, scope)
        parts = clause.query.parts
        if not left:
            lone = len(parts) == 1 and parts[0][0] == "var"
            return self.empty(role) if lone else SKIP
        if not right:
            return self.empty(role)
        negated = clause.negated if self.old else clause.negated != clause.inverted
        return self.comparison.statuses(clause.operator, negated, left, right)

    def referenced(self, status, inverted, role):
        if status == SKIP and self.semantics == "3.2.1":
            if role == "assertion":
                return FAIL
            if not inverted:
                return SKIP
        return PASS if (status == PASS) != inverted else FAIL

    def named(self, each, scope, role):
        key = each.name, None if self.old else role
        if key not in self.answers:
            blocks = [rule for rule in self.rules.rules if rule.name == each.name]
            if not blocks:
                raise Broken(f"no rule {each.name}")
            status = SKIP
            for rule in blocks:
                status = self.rule(rule, self.top, role)
                if status != SKIP:
                    break
            self.answers[key] = status
        return self.referenced(self.answers[key], each.inverted, role)

    def rule_call(self, each, scope, role):
        rule = self.rules.parameterised.get(each.name)
        if rule is None:
            raise Broken(f"no rule {each.name}")
        if len(rule.parameters) != len(each.arguments):
            raise Unevaluable("another number of arguments")
        bound = {}
        for name, argument in zip(rule.parameters, each.arguments):
            rows = self.beside(argument, scope, role)
            bound[name] = [(FOUND, argument.value)] if isinstance(argument, Literal) else rows
        status = self.rule(rule, Scope(scope, scope.root, bound=bound), role)
        if self.old:
            return status
        if self.semantics == "reeve" and status == SKIP:
            return PASS if each.inverted and role == "gate" else SKIP
        return self.referenced(status, each.inverted, role)

    def query_block(self, each, scope, role):
        rows = self.beside(each.query, scope, role)
        if not rows:
            return FAIL if each.not_empty else SKIP
        statuses = [FAIL if kind is MISSING else self.block(each.block, scope.over(value), role) for kind, value in rows]
        if each.query.some and PASS in statuses:
            return PASS
        return self.sum(statuses)

    def conditions(self, conditions, scope, role):
        """Whether what is guarded is judged, or the status that stands for it."""
        try:
            return None if self.cnf(conditions, scope, "gate") == PASS else SKIP
        except (Unevaluable, Broken) as e:
            if self.closed(role) and (isinstance(e, Unevaluable) or self.semantics == "reeve"):
                return FAIL
            raise

    def when(self, each, scope, role):
        return self.conditions(each.conditions, scope, role) or self.block(each.block, scope, role)

    def type_block(self, each, scope, role):
        if self.old and each.conditions is not None:  # asked once, outside of any resource
            if self.cnf(each.conditions, scope, "gate") != PASS:
                return SKIP
        is_type = Clause(Query([("key", "Type")]), "==", False, False, Literal(each.type))
        rows = self.ask([("key", "Resources"), ("values", None), ("filter", None, [[is_type]])], 0, scope.root, scope, None)
        statuses = []
        for kind, value in rows:
            if kind is MISSING:
                if self.old:
                    raise Broken("no resources")
                continue
            inner = scope.over(value)
            status = None if self.old or each.conditions is None else self.conditions(each.conditions, inner, role)
            statuses.append(status or self.block(each.block, inner, role))
        return self.sum(statuses)

    def rule(self, rule, scope, role):
        if rule.conditions is not None:
            status = self.conditions(rule.conditions, scope, role)
            if status:
                return status
        return self.block(rule.block, scope, role)

    def verdicts(self):
        out = []
        for rule in self.rules.rules:
            try:
                out.append((rule.name, self.rule(rule, self.top, "assertion")))
            except (Broken, Unevaluable, NotComparable):
                out.append((rule.name, None))
        return out


def everything(tree):
    """The tree's records and its queries' steps, in no order."""
    yield tree
    inside = vars(tree) if hasattr(tree, "__dataclass_fields__") else tree
    if isinstance(inside, dict):
        inside = inside.values()
    if isinstance(inside, (list, tuple, type({}.values()))):
        for each in inside:
            yield from everything(each)


def refused(rules):
    nodes = list(everything(rules))
    steps = [part for node in nodes if isinstance(node, Query) for part in node.parts]
    known = {name for node in nodes if hasattr(node, "lets") for name in node.lets}
    known |= {name for rule in rules.parameterised.values() for name in rule.parameters}
    # What stands directly behind a variable at the head keeps no key: `%x[ held ]` is `%x`.
    kept = [part for node in nodes if isinstance(node, Query) for i, part in enumerate(node.parts)
            if part[0] in ("values", "filter") or part[0] == "indices" and not (i == 1 and node.parts[0][0] == "var")]
    known |= {part[1] for part in kept if part[1]}
    return (any(part[0] == "var" and part[1] not in known for part in steps)
            or any(isinstance(node, Named) and node.name not in {rule.name for rule in rules.rules} for node in nodes)
            or any(isinstance(node, RuleCall) and (node.name not in rules.parameterised
                   or len(node.arguments) != len(rules.parameterised[node.name].parameters)) for node in nodes))


def verdicts(rules, document, semantics):
    return Evaluation(parse(rules) if isinstance(rules, str) else rules, document, semantics).verdicts()
