#!/usr/bin/env python3
"""Threagile's example and its 42 built-in rules beside ours: what an import takes over, and which threats of ours say what a rule of theirs says (docs/threagile.md).

    python3 tests/model_threagile.py [--reeve PROGRAM]
"""

import json
import os
import pathlib
import re
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
if "--reeve" in sys.argv[1:-1]:
    os.environ["REEVE"] = sys.argv[sys.argv.index("--reeve") + 1]
from lib_reeve import ROOT, SHARED, Checks, built, reeve  # noqa: E402

# Names of Threagile's built-in rules: the folders of its risks/built-in.
RULES = """accidental-secret-leak code-backdooring container-baseimage-backdooring container-platform-escape cross-site-request-forgery cross-site-scripting
dos-risky-access-across-trust-boundary incomplete-model ldap-injection missing-authentication missing-authentication-second-factor missing-build-infrastructure
missing-cloud-hardening missing-file-validation missing-hardening missing-identity-propagation missing-identity-provider-isolation missing-identity-store
missing-network-segmentation missing-vault missing-vault-isolation missing-waf mixed-targets-on-shared-runtime path-traversal push-instead-of-pull-deployment
search-query-injection server-side-request-forgery service-registry-poisoning sql-nosql-injection unchecked-deployment unencrypted-asset unencrypted-communication
unguarded-access-from-internet unguarded-direct-datastore-access unnecessary-communication-link unnecessary-data-asset unnecessary-data-transfer
unnecessary-technical-asset untrusted-deserialization wrong-communication-link-content wrong-trust-boundary-content xml-external-entity""".split()


def table(checks):
    rows = re.findall(r"^\| ([a-z-]+) \| (\d+|–) \| ([a-z0-9, -]*) ?\| (.+) \|$", (ROOT / "docs" / "threagile.md").read_text(), re.M)
    checks.check(len(RULES) == 42 and sorted(row[0] for row in rows) == sorted(RULES), "each of Threagile's rules stands in the table once", set(RULES) ^ {row[0] for row in rows})
    counts = [int(row[1]) for row in rows if row[1].isdigit()]
    checks.check((sum(counts) + 2, len(counts) + 1) == (84, 28), "with its risks of the example, which together with the individual ones are all that it made", (sum(counts), len(counts)))
    for rule, _, ours, difference in rows:
        ids = [one for one in ours.strip().split(", ") if one]
        missing = [one for one in ids if not (ROOT / "content" / "threats" / one / "threat.yaml").exists()]
        checks.check(not missing, f"{rule}: the threats named are there", missing)
        checks.check(len(difference) > 7, f"{rule}: the difference is told")


def example(checks, folder):
    path = SHARED / "corpora" / "model" / "threagile" / "example.yaml"
    if not path.exists():
        return checks.skip("the published example", "no shared data here", "what an import of it takes over")
    done = reeve("model", "import", path, "--workspace", folder)
    if not checks.check(done.status == 0, "the example is imported", done.err):
        return
    model = json.loads((folder / "threat-model.tc.json").read_text())
    text = path.read_text()
    section = lambda name: re.search(rf"^{name}:[^\n]*\n((?:[ \t#].*\n|\n)*)", text, re.M).group(1)  # noqa: E731
    cases = re.findall(r"^  ([^\s#][^:\n]*):", section("abuse_cases"), re.M)
    individual = re.findall(r"^      ([^\s#][^:\n]*):[ #]*$", section("individual_risk_categories"), re.M)  # below `risks_identified`
    checks.check(len(model["threats"]) == len(cases) + len(individual) > 10, "abuse cases and individual risks become threats, and nothing is made up", (len(model["threats"]), cases, individual))
    checks.check("risk_tracking" in done.err, "what was tracked of its computed risks is named as left out", done.err)
    before = len(model["threats"])
    done = reeve("model", "derive", ROOT / "examples" / "northfield", "--workspace", folder)
    model = json.loads((folder / "threat-model.tc.json").read_text())
    derived = [one for one in model["threats"] if any(pair["key"] == "custom:reeve-rule" for pair in one.get("metadata", []))]
    checks.check(done.status == 0 and len(model["threats"]) - len(derived) == before and derived, "deriving adds to it, and keeps all that was imported", (done.status, done.err[-300:], len(derived)))


def main():
    checks = Checks()
    if not built(checks, "that Threagile's model is imported"):
        return checks.end()
    table(checks)
    with tempfile.TemporaryDirectory() as name:
        example(checks, pathlib.Path(name))
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
