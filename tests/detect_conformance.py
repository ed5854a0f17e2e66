#!/usr/bin/env python3
"""Each modifier against each type of value and of field: a table whose verdicts follow from the specification, not from the program.

A row is a line of a selection; a column is what stands in the event's field `f`. `T` the rule matches, `.` it does not, and a row of one word is
a rule that has to be refused, with a word of the reason. The section behind each row is of the Sigma Rules Specification 2.1 (rules) or its
Modifiers Appendix (mods); `D` marks what they leave open and docs/formats/detections.md settles.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lib_reeve import REEVE, Checks  # noqa: E402

TOOL = REEVE.parent / "detect_verdicts"

FIELDS = [  # the columns, in order
    ("absent", ""), ("null", '"f":null'), ("empty", '"f":""'), ("abc", '"f":"abc"'), ("ABC", '"f":"xABCx"'), ("text 5", '"f":"5"'), ("5", '"f":5'),
    ("5.0", '"f":5.0'), ("true", '"f":true'), ("list", '"f":["abc",5,"10.1.2.3"]'), ("no items", '"f":[]'), ("map", '"f":{"k":"abc"}'),
    ("address", '"f":"10.1.2.3"'), ("moment", '"f":"2026-11-22T04:12:00Z"'), ("star", '"f":"a*c\\\\"'), ("maps", '"f":[{"k":"abc"},{"k":5}]'),
]
OTHER = '"g":"ABC","h":"b","n":5,"b":"Zm9vYmFy","u":"YwBtAGQA","v":"AGMAbQBk","w":"//5jAG0AZAA=","d":"YS1i"'
EVERY = "T" * 16

#        absent null "" abc xABCx "5" 5 5.0 true list [] map address moment a*c\ maps
ROWS = [
    ("f", "abc", "...T.....T......", "rules: General, case-insensitive"),
    ("f", "ABC", "...T.....T......", "rules: General, case-insensitive"),
    ("f", "''", "..T.............", "rules: Special Field Values, empty is ''"),
    ("f", "null", "TT..............", "rules: Special Field Values, null; absent D"),
    ("f", "'null'", "................", "rules: Special Field Values, null is its own type"),
    ("f", "'5'", ".....TT..T......", "rules: General, values are strings"),
    ("f", "5", ".....TTT.T......", "rules: Maps, integer values; a number by value D"),
    ("f", "5.0", "......TT.T......", "rules: Maps; a number by value D"),
    ("f", "true", "........T.......", "rules: General, values are strings"),
    ("f", "'TRUE'", "........T.......", "rules: General, case-insensitive strings"),
    ("f", "'*'", "..TTTTTTTT.TTTTT", "rules: String Wildcard, any length; null and absent have no text"),
    ("f", "'a*'", "...T.....T....T.", "rules: String Wildcard"),
    ("f", "'*abc*'", "...TT....T.T...T", "rules: String Wildcard; a map is its text D"),
    ("f", "'a?c'", "...T.....T......", "rules: String Wildcard, one mandatory character"),
    ("f", "'?'", ".....TT..T......", "rules: String Wildcard, one mandatory character"),
    ("f", "'a\\*c\\'", "..............T.", "rules: Escape Character, a plain star and a plain backslash"),
    ("f", "'a\\*c\\\\'", "..............T.", "rules: Escape Character, two backslashes are one"),
    ("f", "'a\\\\*'", "................", "rules: Escape Character, a backslash and a wildcard"),
    ("f", "[abc, 5]", "...T.TTT.T......", "rules: Maps, a list of values is OR"),
    ("f", "[abc, null]", "null in a list", "rules: Special Field Values, null cannot be part of a list"),
    ("f", "[]", "no value", "rules: Maps"),
    ("f", "{a: b}", "given a map", "rules: Maps"),
    ("f|all", "[abc, '10*']", ".........T......", "mods: all"),
    ("f|all", "abc", "single value", "mods: all, single values are not allowed"),
    ("f|all", "[abc]", "single value", "mods: all, single values are not allowed"),
    ("f|startswith", "a", "...T.....T....T.", "mods: startswith"),
    ("f|startswith", "A", "...T.....T....T.", "mods: startswith; rules: General"),
    ("f|startswith", "5", ".....TTT.T......", "mods: startswith, on all types"),
    ("f|startswith", "'{\"k\"'", "...........T...T", "D: a map is its text"),
    ("f|startswith", "null", "given null", "mods: startswith"),
    ("f|endswith", "c", "...T.....T......", "mods: endswith"),
    ("f|endswith", "Z", ".............T..", "mods: endswith"),
    ("f|endswith", "e", "........T.......", "mods: endswith, on all types"),
    ("f|endswith", "'.0'", ".......T........", "mods: endswith, a number as it stands D"),
    ("f|contains", "B", "...TT....T.T...T", "mods: contains"),
    ("f|contains", "'a?c'", "...TT....T.T..TT", "mods: contains; rules: String Wildcard"),
    ("f|contains", "''", "..TTTTTTTT.TTTTT", "mods: contains, ** around nothing"),
    ("f|contains", "[b, 'ru']", "...TT...TT.T...T", "mods: contains, a list is OR"),
    ("f|contains|all", "[a, c]", "...TT....T.T..TT", "mods: contains, all"),
    ("f|contains|startswith", "a", "do not go together", "D: contradiction"),
    ("f|exists", "true", ".TTTTTTTTTTTTTTT", "mods: exists, be it empty or null"),
    ("f|exists", "false", "T...............", "mods: exists"),
    ("f|exists", "'true'", "true or false", "mods: exists, a boolean value"),
    ("f|exists", "yes", "true or false", "mods: exists; rules: Yaml File, YAML 1.2"),
    ("f|exists|contains", "true", "do not go together", "mods: exists"),
    ("f|cased", "abc", "...T.....T......", "mods: cased"),
    ("f|cased", "ABC", "................", "mods: cased"),
    ("f|contains|cased", "ABC", "....T...........", "mods: cased"),
    ("f|cased|contains", "ABC", "....T...........", "mods: cased"),
    ("f|neq", "abc", "TTT.TTTTT.TTTTTT", "mods: neq; absent D"),
    ("f|neq", "5", "TTTTT...T.TTTTTT", "mods: neq, string or number; absent D"),
    ("f|neq", "[abc, 5]", "TTT.T...T.TTTTTT", "mods: neq, from the specified values"),
    ("f|contains|neq", "b", "TTT..TTTT.T.TTT.", "mods: neq, contains"),
    ("f|neq", "null", "given null", "mods: neq, string or number"),
    ("f|re|neq", "a", "do not go together", "mods: neq, string or number"),
    ("f|windash", "'a-c'", "................", "mods: windash"),
    ("f|windash|contains", "'2026/11'", ".............T..", "mods: windash, all permutations"),
    ("f|windash|contains", "'2026\u201411\u201322'", ".............T..", "mods: windash, em and en dash"),
    ("f|windash", "5", "a string", "mods: String Modifiers, only strings"),
    ("f|re", "'^a.c$'", "...T.....T......", "mods: re, case-sensitive"),
    ("f|re", "'B'", "....T...........", "mods: re, case-sensitive; anywhere D"),
    ("f|re|i", "'^aB+C$'", "...T.....T......", "mods: re, i"),
    ("f|re", "'^[0-9]{1,2}$'", ".....TT..T......", "mods: re, quantifiers and classes"),
    ("f|re", "'^(abc|true)$'", "...T....TT......", "mods: re, alternation"),
    ("f|re|s", "'a.c'", "...T.....T.T..TT", "mods: re, s"),
    ("f|re|m", "'^a'", "...T.....T....T.", "mods: re, m"),
    ("f|re", "'a(?=b)'", "look-ahead", "mods: re, other metacharacters are unsupported"),
    ("f|re", "'(?<!a)b'", "look-behind", "mods: re, other metacharacters are unsupported"),
    ("f|re", "'(?>a)b'", "atomic group", "mods: re, other metacharacters are unsupported"),
    ("f|re", "'(a)\\1'", "back-reference", "mods: re, other metacharacters are unsupported"),
    ("f|re", "'(a'", "not valid", "mods: re"),
    ("f|re", "5", "given the number", "mods: String Modifiers, only strings"),
    ("f|i", "abc", "without `re`", "mods: re sub-modifiers"),
    ("f|re|contains", "abc", "do not go together", "D: a regular expression stands anywhere"),
    ("f|re|cased", "abc", "do not go together", "mods: re, case-sensitive by default"),
    ("b|base64", "foobar", EVERY, "mods: base64"),
    ("b|base64", "FOOBAR", "................", "mods: base64 of the value as it is"),
    ("b|base64|contains", "foo", EVERY, "mods: base64, contains"),
    ("b|base64offset|contains", "ooba", EVERY, "mods: base64offset"),
    ("b|base64offset|contains", "obar", EVERY, "mods: base64offset"),
    ("b|base64offset|contains", "quux", "................", "mods: base64offset"),
    ("u|wide|base64", "cmd", EVERY, "mods: wide"),
    ("u|utf16le|base64", "cmd", EVERY, "mods: utf16le, 63 00 6d 00 64 00"),
    ("u|utf16be|base64", "cmd", "................", "mods: utf16be"),
    ("v|utf16be|base64", "cmd", EVERY, "mods: utf16be, 00 63 00 6d 00 64"),
    ("w|utf16|base64", "cmd", EVERY, "mods: utf16, FF FE 63 00 6d 00 64 00"),
    ("d|windash|base64", "'a/b'", EVERY, "mods: windash, in the given order"),
    ("f|base64", "5", "a string", "mods: String Modifiers, only strings"),
    ("f|base64", "'a*'", "without wildcards", "mods: base64"),
    ("f|contains|base64offset", "abc", "adds wildcards", "rules: Value Modifiers, in the given order"),
    ("f|utf16le", "a", "................", "mods: utf16le"),
    ("f|lt", "6", ".....TTT.T......", "mods: lt"),
    ("f|lt", "5", "................", "mods: lt"),
    ("f|lte", "5", ".....TTT.T......", "mods: lte"),
    ("f|gt", "4.5", ".....TTT.T......", "mods: gt"),
    ("f|gt", "5", "................", "mods: gt"),
    ("f|gte", "5", ".....TTT.T......", "mods: gte"),
    ("f|gte", "'5'", "a number", "mods: Numeric Modifiers, only numeric values"),
    ("f|gt|lt", "5", "do not go together", "D: contradiction"),
    ("f|minute", "12", ".............T..", "mods: Time Modifiers"),
    ("f|hour", "4", ".............T..", "mods: Time Modifiers"),
    ("f|day", "22", ".............T..", "mods: Time Modifiers"),
    ("f|week", "47", ".............T..", "mods: Time Modifiers; ISO weeks D"),
    ("f|month", "11", ".............T..", "mods: Time Modifiers"),
    ("f|year", "2026", ".............T..", "mods: Time Modifiers"),
    ("f|hour|gte", "5", "................", "mods: Time Modifiers, a numeric value"),
    ("f|hour|lt", "6", ".............T..", "mods: Time Modifiers, a numeric value"),
    ("f|hour|neq", "4", "TTTTTTTTTTTTT.TT", "mods: neq; absent D"),
    ("f|hour", "24", "from 0 to 23", "mods: Time Modifiers, ranges"),
    ("f|month", "0", "from 1 to 12", "mods: Time Modifiers, ranges"),
    ("f|day", "'22'", "a number", "mods: Time Modifiers, numbers"),
    ("f|gte|hour", "5", "before the part", "rules: Value Modifiers, in the given order"),
    ("f|cidr", "10.0.0.0/8", ".........T..T...", "mods: cidr"),
    ("f|cidr", "10.1.2.3", ".........T..T...", "mods: cidr; a bare address D"),
    ("f|cidr", "11.0.0.0/8", "................", "mods: cidr"),
    ("f|cidr", "'2001:db8::/32'", "................", "mods: cidr, IPv6"),
    ("f|cidr", "[192.168.0.0/16, 10.1.2.0/24]", ".........T..T...", "mods: cidr, a list is OR"),
    ("f|cidr", "10.0.0.1/8", "no network", "mods: cidr"),
    ("f|cidr", "abc", "no network", "mods: cidr"),
    ("f|expand", "'%letters%'", "...T.....T......", "rules: Placeholders"),
    ("f|expand", "'%patterns%'", "...T.....T..T...", "rules: Placeholders, values or patterns"),
    ("f|expand", "'%nothing%'", "has no value", "rules: Placeholders, must reject the rule"),
    ("f", "'%letters%'", "................", "rules: Placeholders, only with expand"),
    ("f|expand", "'\\%letters%'", "................", "rules: Placeholders, an escaped percent is plain"),
    ("f|contains|expand", "'%letters%'", "...TT....T.T...T", "rules: Placeholders"),
    ("f|fieldref", "g", "...T.....T......", "mods: fieldref; rules: General"),
    ("f|fieldref|cased", "g", "................", "mods: fieldref, cased"),
    ("f|fieldref|neq", "g", "TTT.TTTTT.TTTTTT", "mods: fieldref with neq; absent D"),
    ("f|fieldref", "n", ".....TT..T......", "mods: fieldref, values are strings"),
    ("f|fieldref", "missing", "................", "mods: fieldref; an absent field equals nothing D"),
    ("f|fieldref|contains", "h", "...TT....T.T...T", "D: fieldref with contains"),
    ("f|fieldref|startswith", "h", "................", "D: fieldref with startswith"),
    ("f|fieldref", "5", "name of a field", "mods: fieldref, a plain string"),
    ("f.k", "abc", "...........T...T", "D: a dot goes one map deeper, lists are gone through"),
    ("f.k", "5", "...............T", "D: lists are gone through"),
    ("f.k|exists", "true", "...........T...T", "D: a dot goes one map deeper"),
    ("f.k", "null", "TTTTTTTTTTT.TTT.", "D: an absent field is null"),
    ("f|contain", "a", "no such modifier", "mods: the list is closed"),
    ("f|", "a", "empty modifier", "rules: Value Modifiers"),
    ("f|contains|contains", "a", "twice", "D"),
    ("f|Contains", "a", "no such modifier", "mods: lower case"),
]


def main():
    checks = Checks()
    if not TOOL.exists():
        checks.skip("the table", f"{TOOL} is not built", "what each modifier does")
        return checks.end()
    with tempfile.TemporaryDirectory() as folder:
        for i, (key, value, _, _) in enumerate(ROWS):
            rule = {"title": f"row {i}", "id": f"row-{i}", "logsource": {"product": "aws", "service": "cloudtrail"}, "detection": None}
            text = json.dumps(rule)[:-5] + "{'selection': {" + json.dumps(key) + ": " + value + "}, condition: selection}}\n"
            pathlib.Path(folder, f"{i:03}.yml").write_text(text, encoding="utf-8")
        events = "".join("{" + ",".join(filter(None, ['"eventName":"X"', field, OTHER])) + "}\n" for _, field in FIELDS)
        done = subprocess.run([str(TOOL), "--placeholder", "letters=abc", "--placeholder", "patterns=a?c", "--placeholder", "patterns=10.*", folder],
                              input=events, capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    refused = {pathlib.Path(line["refused"].split(":")[0]).stem: line["refused"] for line in lines if isinstance(line, dict) and "refused" in line}
    answers = [line for line in lines if isinstance(line, list)]
    cells = 0
    for i, (key, value, expected, why) in enumerate(ROWS):
        said = f"{key}: {value} ({why})"
        if len(expected) != len(FIELDS) or set(expected) - {"T", "."}:
            message = refused.get(f"{i:03}", "")
            checks.check(expected in message, f"{said} is refused", message or "it was loaded")
            checks.check(message.split(" ")[0].count(":") == 3, f"{said}: the refusal has line and column", message)
            continue
        checks.check(f"{i:03}" not in refused, f"{said} is loaded", refused.get(f"{i:03}", ""))
        for (name, _), answer, want in zip(FIELDS, answers, expected):
            cells += 1
            got = "T" if f"row-{i}" in answer else "."
            checks.check(got == want, f"{said} on {name}", f"want {want}, got {got}")
    checks.check(cells >= 400 and len(answers) == len(FIELDS), "the table has its cells", f"{cells}")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
