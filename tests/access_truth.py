#!/usr/bin/env python3
"""The truth table of AWS's policy evaluation, row by row, through `reeve access simulate`.

    python3 tests/access_truth.py

Each row of tests/access/truth.json has its number in the table, the pages that it was written from, who calls, which policies there are
and what comes of it. Rows that a simulation document cannot say (management accounts, the difference between a user and one recreated
under its name) are named with the unit test that has them; together the numbers are complete.
"""

import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import access_oracle  # noqa: E402
from lib_access import simulate, verdict  # noqa: E402
from lib_reeve import ROOT, Checks, built  # noqa: E402

TABLE = ROOT / "tests" / "access" / "truth.json"
UNIT = ROOT / "src" / "policy" / "decision_test.cc"


def policy(statements):
    return {"Version": "2012-10-17", "Statement": statements}


def document(table, row):
    """A row's words become policies by the table's own dictionary."""
    words = {key: value for key, value in table["principals"].items()}

    def statements(entry, principal):
        out = []
        for item in entry if isinstance(entry, list) else [entry]:
            if isinstance(item, str):
                sign, _, who = item.partition(" ")
                item = {"sign": sign, "who": who}
            statement = dict(table["signs"][item["sign"]])
            statement.update({key: value for key, value in item.items() if key[0].isupper()})
            if principal:
                if "NotPrincipal" not in statement:
                    statement["Principal"] = words[item.get("who") or "everyone"]
                if row.get("trust"):
                    statement.pop("Resource", None)
                    statement["Action"] = "sts:AssumeRole" if statement["Effect"] == "Allow" else statement["Action"]
                    if item["sign"] == "0":
                        statement["Action"] = "sts:TagSession"
            out.append(statement)
        return policy(out)

    def named(entry, principal=False):
        return [{"name": "p", "policy": statements(entry, principal)}]

    def levels(entries, principal):
        return [{"orgIdentifier": f"level-{n}", "policies": named(entry, principal)} for n, entry in enumerate(entries)]

    caller = table["callers"][row["caller"]]
    out = {"id": row["row"], "engine": True,
           "request": {"principal": caller, "action": row.get("action", "s3:GetObject"), "contextVariables": {**table["context"].get(row["caller"], {}), **row.get("context", {})},
                       "resource": {"resource": row.get("resource", "arn:aws:s3:::records/key"), "accountId": row.get("owner", table["own"])}},
           "identityPolicies": named(row["ip"]) if "ip" in row else [],
           "serviceControlPolicies": levels(row.get("scp", []), False), "resourceControlPolicies": levels(row.get("rcp", []), True)}
    if "rp" in row:
        out["resourcePolicy"] = statements(row["rp"], True)
    if "pb" in row:
        out["permissionBoundaryPolicies"] = named(row["pb"])
    if "sp" in row:
        out["sessionPolicy"] = statements(row["sp"], False)
    if "endpoint" in row:
        out["vpcEndpointPolicies"] = named(row["endpoint"], True)
    if row.get("block"):
        out["additionalSettings"] = {"s3": {"blockPublicAccess": True}}
    return out


def main():
    checks = Checks()
    table = json.loads(TABLE.read_text())
    rows = table["rows"]
    numbers = {int(str(row["row"]).rstrip("ab")) for row in rows}
    unit = UNIT.read_text()
    for number, why in table["elsewhere"].items():
        checks.check(f"Row {number}:" in unit, f"row {number} ({why}) has its unit test")
    checks.check(numbers | {int(n) for n in table["elsewhere"]} == set(range(1, 85)), "every row of the table is there",
                 sorted(set(range(1, 85)) - numbers - {int(n) for n in table["elsewhere"]}))
    documents = [document(table, row) for row in rows]
    words = {"allow": "Allowed", "implicit": "ImplicitlyDenied", "explicit": "ExplicitlyDenied"}
    if built(checks, "that the truth table holds"):
        for row, case, got in zip(rows, documents, simulate(documents)):
            naive = access_oracle.answer(case)
            what = f"row {row['row']} ({', '.join(row['pages'])}): {row['says']}"
            checks.check(verdict(got) == words[row["result"]], what, f"{got}")
            checks.check(naive.result == words[row["result"]], f"oracle, {what}", f"{naive}")
            checks.check(bool(got["reasons"]), f"{what}: says why")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
