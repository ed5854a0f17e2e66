"""Documents from the scenarios that AWS Control Tower's rules state in their head: `Given … And … Then: FAIL`.

A scenario is read clause by clause. A clause that names a property and what it is ("has not been provided", "set to bool(true)", "provided
as an empty list") gives one or two values for the property's path; a scenario all of whose clauses are understood gives documents, as a
template and, where it says so, as the hook's document. What is expected is what the scenario says. A clause that is not understood makes
the scenario's document nobody's guess: it is left out, and named.
"""

import copy
import itertools
import re

ABSENT = object()
ANY = object()  # is there, whatever it is
NOUNS = r"(?:property|configuration|parameter|field|value|attribute)"
QUOTED = r"['`\"]([^'`\"]+)['`\"]"


class NotUnderstood(Exception):
    pass


def head_of(text):
    return [line[1:].strip() for line in itertools.takewhile(lambda line: line.startswith("#") or not line.strip(), text.splitlines()) if line]


def scenarios(text):
    """[(number, clauses, PASS or FAIL or SKIP)]"""
    out, clauses, more = [], None, False
    for line in head_of(text):
        if number := re.match(r"Scenario\s*:?\s*(\d+)", line):
            clauses, more = [], False
            out.append([int(number.group(1)), clauses, None])
        elif clauses is not None and (then := re.match(r"Then\s*:?\s*(PASS|FAIL|SKIP)", line)):
            out[-1][2], more = then.group(1), False
        elif clauses is not None and (given := re.match(r"(?:Given|And)\s*:?\s*(.*)", line)):
            clauses.append(given.group(1))
            more = True
        elif clauses is not None and more and line:
            clauses[-1] += " " + line
    return [tuple(each) for each in out if each[2]]


def types(text):
    """The resource types that a rule reports on."""
    lines = head_of(text)
    start = next((i for i, line in enumerate(lines) if line.lower().startswith("reports on")), len(lines))
    told = itertools.takewhile(lambda line: not line.lower().startswith("evaluates"), lines[start:])
    return list(dict.fromkeys(type_ for line in told for type_ in re.findall(r"\w+::\w+::\w+", line)))


def rule_name(text):
    return re.search(r"^rule\s+(\w+)\s+when", text, re.M).group(1)


# ---- clauses

def other_than(value):
    return not value if isinstance(value, bool) else value + 1 if isinstance(value, int) else "some-other-value"


def literal(text):
    text = text.strip(" .,()")
    text = re.sub(r"^(?:a |the )?(?:value of|value)? ?", "", text)
    if found := re.match(r"bool\((true|false)\)?", text):
        return found.group(1) == "true"
    if found := re.match(r"(?:the value |value |the string )?" + QUOTED, text):
        return found.group(1)
    numbers = re.findall(r"\d+", text)
    if numbers and re.search(r"integer|>=|<=|>|<", text):
        number = int(numbers[-1])
        return number - 1 if re.search(r"less than(?! or equal)", text) else number + 1 if re.search(r"greater than(?! or equal)", text) else number
    raise NotUnderstood(text)


def value_of(said):
    """What `provided and set to …` stands for."""
    said = said.strip(" .,")
    said = re.sub(r"^(?:and\s+)?(?:(?:is|has been|been|was|are|it is)\s+)?(?:set\s+|equal\s+|configured\s+)?(?:to\s+|as\s+|with\s+)?(?:be\s+)?", "", said)
    if re.match(r"(?:a |an )?non[- ]?empty list|a list with|(?:a )?list of", said):
        return [ANY]
    if re.match(r"(?:a |an )?list", said):
        return [ANY]
    if re.match(r"(?:a |an )?empty list", said):
        return []
    if re.match(r"(?:a |an )?non[- ]?empty string|(?:a )?string|(?:a )?valid local reference", said):
        return "example"
    if re.match(r"(?:a |an )?empty string", said):
        return ""
    if re.match(r"(?:a |an )?(?:non[- ]?empty )?struct", said):
        return {}
    if re.match(r"(?:a |an )?empty struct", said):
        return {}
    if found := re.match(r"(?:to )?(?:a |any )?value other than (.*)|not (?:set to |equal to )?(?!one of)(.*)|to a value other than (.*)", said):
        return other_than(literal(next(each for each in found.groups() if each)))
    if re.match(r"not one of", said):
        return "some-other-value"
    if found := re.match(r"one of (.*)", said):
        return literal(found.group(1))
    return literal(said)


SUBJECT = re.compile(r"^(?:For an entry in |For the same entry in |The |One or more |an entry in )?(?P<path>" + QUOTED + r"(?: " + NOUNS + r")?(?: (?:property )?(?:in|within|on|of|under|for) "
                     r"(?:each |any |every |all |an entry in |the |a )*" + QUOTED + r"(?: " + NOUNS + r")?)*,?(?: " + QUOTED + r")?) *" + NOUNS + r"? *(?P<rest>.*)$", re.I)
MISSING = r"(?:has |have )?(?:is )?not (?:been |been |be )?(?:provided|specified|present|configured|set)"


def clause(said):
    """(path, [value, …]): each of the values is what the clause speaks of."""
    said = re.sub(r"\s+", " ", said).strip()
    said = re.sub(r"^(" + QUOTED + r") ((?:is|has|has been|are)? ?(?:not )?(?:been )?(?:present|provided|specified|set)) (?:in|on|within) (" + QUOTED + r")", r"\1 in \4 \3", said)
    found = SUBJECT.match(said)
    if not found:
        raise NotUnderstood(said)
    names = re.findall(QUOTED, found.group("path"))
    if not re.match(r"for (?:an|the same) entry", said, re.I):
        names = names[::-1]
    path = [step for name in names for step in re.split(r"\.|(?=\[)", name) if step and step not in ("Properties", "*", "[*]", "[]")]
    if any(not re.match(r"[A-Za-z][\w-]*$", step) for step in path):
        raise NotUnderstood(said)
    rest = re.sub(r" (?:on|in|for) the .*(?:resource|properties|configuration)\b", "", found.group("rest")).strip(" .,")
    if parts := re.match(MISSING + r"(?: in the resource properties)?(?: or (?P<or>.*))?$", rest):
        values = [ABSENT]
        if parts.group("or"):
            for each in re.split(r" or (?:has been |is )?(?=provided|set|an empty|empty)", parts.group("or")):
                each = re.sub(r"^(?:has been |is )?(?:provided|specified|present)?,? ?(?:and )?(?:but )?", "", each)
                values.append(value_of(each))
        return path, values
    if re.match(r"(?:has been |have been |is |are |was )?(?:provided|specified|present|configured|exists?|set)$", rest):
        return path, [ANY]
    rest = re.sub(r"^(?:has been |have been |is |are |was )?(?:provided|specified|present|configured|set)?,? ?(?:and )?(?:but )?", "", rest)
    if re.search(r" or ", rest) and not re.match(r"one of|not one of", rest):
        return path, [value_of(each) for each in rest.split(" or ")]
    return path, [value_of(rest)]


# ---- documents

def put(tree, path, value, lists):
    for step in path[:-1]:
        below = tree.get(step, ANY)
        if below is ABSENT:
            raise NotUnderstood("below what is absent")
        if not isinstance(below, (dict, list)):
            below = tree[step] = [{}] if lists else {}
        if isinstance(below, list):
            if not below or not isinstance(below[0], dict):
                below[:] = [{}]
            below = below[0]
        tree = below
    last = path[-1]
    if value is ANY and isinstance(tree.get(last), (dict, list)):
        return
    if value is ABSENT and last in tree:
        raise NotUnderstood("present and absent")
    tree[last] = value


def plain(value):
    if value is ANY:
        return "example"
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items() if each is not ABSENT}
    return [plain(each) for each in value] if isinstance(value, list) else value


def documents(clauses, about, most=6):
    """[(form, document)] of one scenario; NotUnderstood where a clause is not."""
    told, hook = [], False
    for said in clauses:
        if re.match(r"the input document is", said, re.I):
            hook = hook or "hook" in said.lower()
        elif re.match(r"the input document (?:does not contain|contains no)", said, re.I):
            return [("template", {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Other": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}})] + \
                   ([("hook", {"AWS::CloudFormation::WaitConditionHandle": {"resourceProperties": {"Name": "example"}}})] if hook else [])
        elif not re.match(r"the input document contains", said, re.I):
            told.append(clause(said))
    if not about or not told:
        raise NotUnderstood("nothing is said of a property")
    out = []
    for lists in (False, True):
        for values in itertools.product(*(values for _, values in told)):
            properties = {}
            try:
                for (path, _), value in zip(told, values):
                    put(properties, path, copy.deepcopy(value) if isinstance(value, (dict, list)) and ANY not in (value or [None]) else
                        list(value) if isinstance(value, list) else value, lists)
            except NotUnderstood:
                continue
            properties = plain(properties)
            for type_ in about:
                body = properties or {"Tags": []}
                template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Subject": {"Type": type_, "Properties": body}}}
                for form, document in (("template", template), ("hook", {type_: {"resourceProperties": body}})):
                    if (form == "template" or hook) and (form, document) not in out:
                        out.append((form, document))
    if not out:
        raise NotUnderstood("contradictory")
    return out[:most * 2]
