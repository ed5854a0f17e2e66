#!/usr/bin/env python3
"""Whether Z3 agrees with tests/access/public.json: each policy in the solver's own words, and the question whether a stranger gets in.

    access_public_z3.py [--seconds N]

An encoding of its own, straight from AWS's pages: actions and resources are strings, wildcards regular expressions, a context key a value and
whether it is there. What a stranger can be of a key is said as in tests/access_public.py. A policy that the solver does not decide within
N seconds (default 20) is counted and printed, as is one that the encoding has no words for. z3-solver comes by name
from PyPI into a folder of the build, unless Debian's python3-z3 is there.
"""

import argparse
import ipaddress
import json
import os
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
from lib_reeve import ROOT, Checks  # noqa: E402

VERSION = "5.4.1.0"

try:
    import z3
except ImportError:
    z3 = None


def with_solver():
    """Starts this script again in a folder of the build that has the solver, made if it is not there."""
    folder = ROOT / "build" / ".venv-z3"
    python = folder / "bin" / "python"
    if os.environ.get("REEVE_Z3") or not (ROOT / "build").is_dir():
        return
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True, timeout=300)
        if subprocess.run([str(python), "-c", "import z3"], capture_output=True, check=False).returncode:
            subprocess.run([str(python), "-m", "pip", "-q", "install", f"z3-solver=={VERSION}"], check=True, capture_output=True, timeout=1200)
    except (OSError, subprocess.SubprocessError):
        return
    sys.exit(subprocess.run([str(python), __file__, *sys.argv[1:]], env=dict(os.environ, REEVE_Z3="1"), check=False).returncode)

CASES = json.loads((ROOT / "tests" / "access" / "public.json").read_text())
STRANGER = "990000000097"
ANONYMOUS = {"s3", "sqs", "sns", "lambda"}
NOT_FOR_CALLERS = {"aws:sourcearn", "aws:sourceaccount", "aws:sourceowner"}


class NoWords(Exception):
    pass


def listed(value):
    return value if isinstance(value, list) else [value]


def pattern(text, any_char):
    parts = [z3.Re(z3.StringVal(""))]
    for piece in re.split(r"([*?])", text):
        if piece == "*":
            parts.append(z3.Star(any_char))
        elif piece == "?":
            parts.append(any_char)
        elif piece:
            parts.append(z3.Re(z3.StringVal(piece)))
    return z3.Concat(*parts) if len(parts) > 1 else parts[0]


class Encoding:
    def __init__(self, case, anonymous, actions):
        self.case, self.anonymous = case, anonymous
        self.any = z3.Range(" ", "~")
        self.action, self.resource, self.arn = z3.String("action"), z3.String("resource"), z3.String("aws:principalarn")
        own = case["resource"]
        inside = [z3.Concat(z3.Re(z3.StringVal(own + mark)), z3.Plus(self.any)) for mark in "/:"]
        # Actions on objects ask for objects, the others for the thing itself.
        on_objects = [name for name in actions if actions[name]]
        self.rules = [z3.Or(*(self.action == name.lower() for name in actions)),
                      z3.If(z3.Or(*(self.action == name.lower() for name in on_objects)) if on_objects else z3.BoolVal(False),
                            z3.Or(*(z3.InRe(self.resource, one) for one in inside)), self.resource == own)]
        principal = z3.Union(*(z3.Concat(z3.Re(z3.StringVal(f"arn:aws:iam::{STRANGER}:{what}/")), z3.Plus(self.any)) for what in ("role", "user")))
        self.rules.append(z3.InRe(self.arn, principal))
        self.keys = {}

    def key(self, name, kind):
        low = name.lower()
        if low not in self.keys:
            there = z3.Bool("there " + low)
            value = {"text": z3.String, "address": z3.Int, "flag": z3.Bool}[kind](low)
            rule = self.nature(low, there, value, kind)
            self.rules.append(rule)
            self.keys[low] = (there, value, kind)
        there, value, known = self.keys[low]
        if known != kind:
            raise NoWords(f"{name} as {known} and as {kind}")
        return there, value

    def nature(self, low, there, value, kind):
        """What a stranger can be of the key."""
        prefix = low.split(":")[0]
        service = {"iam": "sts"}.get(self.case["resource"].split(":")[2], self.case["resource"].split(":")[2])
        if prefix in ("s3", "sns", "sqs", "kms", "lambda", "ecr", "secretsmanager") and prefix != service:
            return z3.Not(there)
        if low in NOT_FOR_CALLERS:
            return z3.Not(there)
        if low.startswith("aws:resourcetag/"):
            raise NoWords(f"{low}, which nobody told")
        if low == "aws:principalorgid":
            return z3.Not(there) if self.anonymous else z3.Implies(there, value == "o-strangers9")
        if low == "aws:principalorgpaths":
            return z3.Not(there) if self.anonymous else z3.Implies(there, z3.PrefixOf("o-strangers9/", value))
        if low in ("aws:sourcevpce", "aws:sourcevpc"):
            return z3.Implies(there, value == "vpce-99999999")
        if low == "aws:principalaccount":
            return z3.And(there, value == ("anonymous" if self.anonymous else STRANGER))
        if low == "kms:calleraccount":
            return z3.And(there, value == STRANGER)
        if low == "aws:principalarn":
            return z3.Not(there) if self.anonymous else z3.And(there, value == self.arn)
        if low == "aws:multifactorauthpresent" and self.anonymous:
            return z3.Not(there)
        if low == "aws:sourceip":
            # Nobody else's address: none inside a range that is narrow enough to be somebody's own.
            ranges = [ipaddress.ip_network(one, strict=False) for statement in self.case["policy"]["Statement"] for entries in statement.get("Condition", {}).values()
                      for name, given in entries.items() if name.lower() == low for one in listed(given)]
            return z3.And(value >= 0, value < 2 ** 32, *(z3.Or(value < int(one[0]), value > int(one[-1])) for one in ranges if one.prefixlen >= 8))
        if low == "aws:securetransport":
            return there
        return z3.BoolVal(True)

    def condition(self, operator, name, given):
        text, if_exists = operator, operator.endswith("IfExists")
        if if_exists:
            text = text[: -len("IfExists")]
        sets, _, text = text.rpartition(":")
        low = text.lower()
        if low == "null":
            there, _ = self.key(name, "text")
            return z3.Or(*(z3.Not(there) if str(one).lower() == "true" else there for one in given))
        negated = "not" in low
        if low in ("ipaddress", "notipaddress"):
            there, value = self.key(name, "address")
            nets = [ipaddress.ip_network(one, strict=False) for one in given]
            hit = z3.Or(*(z3.And(value >= int(one[0]), value <= int(one[-1])) for one in nets))
        elif low == "bool":
            there, value = self.key(name, "flag")
            hit = z3.Or(*(value == (str(one).lower() == "true") for one in given))
        elif low in ("stringequals", "stringnotequals"):
            there, value = self.key(name, "text")
            hit = z3.Or(*(value == str(one) for one in given))
        elif low in ("stringlike", "stringnotlike", "arnlike", "arnequals", "arnnotlike", "arnnotequals"):
            there, value = self.key(name, "text")
            hit = z3.Or(*(z3.InRe(value, pattern(str(one), self.any)) for one in given))
        else:
            raise NoWords(operator)
        holds = z3.Not(hit) if negated else hit
        if sets == "ForAllValues":
            return z3.Or(z3.Not(there), holds)
        if sets == "ForAnyValue":
            return z3.And(there, holds)
        return z3.Or(z3.Not(there), holds) if if_exists or negated else z3.And(there, holds)

    def covers(self, statement):
        parts = []
        terms = listed(statement.get("Action", statement.get("NotAction")))
        hit = z3.Or(*(z3.InRe(self.action, pattern(term.lower(), self.any)) for term in terms))
        parts.append(z3.Not(hit) if "NotAction" in statement else hit)
        if "Resource" in statement:
            parts.append(z3.Or(*(z3.InRe(self.resource, pattern(term, self.any)) for term in listed(statement["Resource"]))))
        principal = statement.get("Principal")
        if "NotPrincipal" in statement:
            pass  # no stranger is named
        elif principal != "*" and "*" not in listed(principal.get("AWS", [])):
            return z3.BoolVal(False)
        for operator, entries in statement.get("Condition", {}).items():
            parts += [self.condition(operator, name, listed(given)) for name, given in entries.items()]
        return z3.And(*parts)

    def lets_in(self):
        statements = self.case["policy"]["Statement"]
        allowed = z3.Or(*(self.covers(one) for one in statements if one["Effect"] == "Allow"))
        denied = z3.Or(*(self.covers(one) for one in statements if one["Effect"] == "Deny"), z3.BoolVal(False))
        return z3.And(allowed, z3.Not(denied), *self.rules)


def actions_of(case):
    """{action: is it about what lies in the resource?}"""
    service = case["resource"].split(":")[2]
    service = {"iam": "sts"}.get(service, service)
    catalogue = json.loads((ROOT / "content" / "actions" / "iam.json").read_text())["services"][service]["actions"]
    main = {"s3": "bucket", "kms": "key", "sqs": "queue", "sns": "topic", "sts": "role", "lambda": "function", "ecr": "repository", "secretsmanager": "Secret"}[service]
    out = {}
    for name, (_, types, *_rest) in catalogue.items():
        kinds = [(one if isinstance(one, str) else one[0]).rstrip("*") for one in types]
        if main in kinds:
            out[f"{service}:{name}"] = False
        elif service == "s3" and "object" in kinds:
            out[f"{service}:{name}"] = True
    return out


def solved(case, seconds):
    verdict = "no"
    for anonymous in ([False, True] if case["resource"].split(":")[2] in ANONYMOUS else [False]):
        encoding = Encoding(case, anonymous, actions_of(case))
        solver = z3.Solver()
        solver.set("timeout", seconds * 1000)
        formula = encoding.lets_in()
        solver.add(formula, *encoding.rules)
        told = str(solver.check())
        if told == "sat":
            return "yes"
        if told != "unsat":
            verdict = "timed out"
    return verdict


def main():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--reeve")
    given = parser.parse_args()
    checks = Checks()
    if z3 is None:
        with_solver()
        checks.skip("Z3", "the Python package z3 is not there", "that a solver agrees on who is public")
        return checks.end()
    agreed = timed_out = wordless = 0
    for case in CASES:
        if "restricted" in case or "rcp" in case or "Federated" in json.dumps(case["policy"]):
            wordless += 1
            continue
        try:
            told = solved(case, given.seconds)
        except NoWords as why:
            print(f"no words for {case['id']}: {why}")
            wordless += 1
            continue
        if told == "timed out":
            print(f"timed out: {case['id']}")
            timed_out += 1
            continue
        agreed += checks.check(told == case["public"], f"{case['id']}: the solver says {case['public']}", told)
    print(f"{agreed} agreed, {timed_out} timed out, {wordless} without words in this encoding, of {len(CASES)}")
    checks.check(agreed >= 40, "the solver decides most of them", str(agreed))
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
