#!/usr/bin/env python3
"""What a workspace tells Sigma rules: values of placeholders (`expand`), and what log sources and their fields mean.

    python3 tests/detect_expand.py [--reeve PROGRAM]
"""

import argparse
import json
import pathlib
import sys
import tempfile

import lib_reeve
from lib_detect import event, write_files
from lib_reeve import Checks, built, reeve

RULE = """title: Not an administrator
id: 00000000-0000-4000-8000-000000000001
logsource: {product: aws, service: cloudtrail}
detection:
  selection: {eventName: CreateUser}
  known: {userIdentity.arn|expand: '%admins%'}
  condition: selection and not known
level: high
"""
FLOWS = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n" + "".join(
    f"2 111122223333 eni-1 192.0.2.{host} 10.0.0.5 4000{host} {port} 6 1 40 1767225600 1767225660 ACCEPT OK\n" for host, port in ((1, 22), (2, 443)))
DOOR = """title: A door is open
id: 00000000-0000-4000-8000-000000000002
logsource: {category: firewall}
detection: {selection: {dst_port: 22}, condition: selection}
level: high
"""


def by(name):
    return {"type": "IAMUser", "arn": f"arn:aws:iam::111122223333:user/{name}", "userName": name}


def alerts(done):
    return [json.loads(line) for line in done.out.splitlines()]


def placeholders(checks, folder):
    rule, workspace = folder / "rule.yml", folder / "workspace"
    rule.write_text(RULE)
    write_files(folder / "logs", [event(1, 1, "CreateUser", userIdentity=by("ann")), event(2, 2, "CreateUser", userIdentity=by("deploy-7")), event(3, 3, "CreateUser", userIdentity=by("eve"))])
    workspace.mkdir()
    settings = workspace / "reeve.yaml"

    def run(text):
        settings.write_text("organization: X\n" + text)
        return reeve("detect", folder / "logs", "--rules", rule, "--workspace", workspace)

    done = run("")
    checks.check(done.status == 3 and f"{rule}:6" in done.err and "%admins%" in done.err and not done.out, "a placeholder without a value: the rule is refused with file and line", done.err + done.out)
    done = run("placeholders: {admins: '*:user/ann'}\n")
    checks.check(done.status == 0 and [one["principal"].split("/")[1] for one in alerts(done)] == ["deploy-7", "eve"], "one value", done.out + done.err)
    done = run("placeholders:\n  admins: ['*:user/ann', '*:user/deploy-?']\n  other: x\n")
    checks.check(done.status == 0 and [one["principal"].split("/")[1] for one in alerts(done)] == ["eve"], "a list of values, with wildcards", done.out + done.err)
    for text, what in (("placeholders: [admins]\n", "no map"), ("placeholders: {admins: {a: b}}\n", "no text"), ("placeholders: {admins: []}\n", "no values"), ("placeholders: {'a b': c, admins: x}\n", "no name of a placeholder")):
        done = run(text)
        checks.check(done.status == 3 and what in done.err and f"{settings}:" in done.err, f"what does not hold is named: {what}", done.err)
    cases = folder / "match-one.json"
    cases.write_text(json.dumps(event(1, 1, "CreateUser", userIdentity=by("eve"))))
    run("placeholders: {admins: '*:user/ann'}\n")
    done = reeve("detect", "test", cases, "--rules", rule, "--workspace", workspace)
    checks.check(done.status == 0 and json.loads(done.out)["ok"], "detect test has them too", done.out + done.err)
    done = reeve("assess", lib_reeve.NORTHFIELD, "--workspace", workspace, "--format", "json")
    checks.check("placeholders" not in done.err, "`reeve assess` knows the key", done.err)


def log_sources(checks, folder):
    (folder / "flows").mkdir()
    (folder / "flows" / "flow.log").write_text(FLOWS)
    rule, workspace = folder / "door.yml", folder / "workspace"
    rule.write_text(DOOR)
    done = reeve("detect", folder / "flows", "--rules", rule)
    checks.check(done.status == 0 and [one["evidence"] for one in alerts(done)] == [{"dstport": "22"}], "a field of Sigma's taxonomy stands where AWS writes it", done.out + done.err)
    workspace.mkdir()
    (workspace / "reeve.yaml").write_text("organization: X\n")
    (workspace / "logsources").mkdir()
    (workspace / "logsources" / "own.yaml").write_text("products: [ours]\nservices:\n  edge: {kinds: [vpc_flow], fields: {from: srcaddr}}\n")
    rule.write_text(DOOR.replace("{category: firewall}", "{product: ours, service: edge}").replace("dst_port: 22", "from: 192.0.2.2"))
    done = reeve("detect", folder / "flows", "--rules", rule, "--workspace", workspace)
    checks.check(done.status == 0 and len(alerts(done)) == 1, "a source of the workspace's own", done.out + done.err)
    done = reeve("detect", folder / "flows", "--rules", rule)
    checks.check(done.status == 3 and "reads no logs of product ours" in done.err, "and not without it", done.err)
    (workspace / "logsources" / "own.yaml").write_text("services:\n  edge: {kinds: [syslog]}\n")
    done = reeve("detect", folder / "flows", "--rules", rule, "--workspace", workspace)
    checks.check(done.status == 3 and "own.yaml:2" in done.err and "syslog" in done.err, "what does not hold is named", done.err)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--reeve")
    options = parser.parse_args()
    if options.reeve:
        lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    if not built(checks, "what a workspace tells rules"):
        return checks.end()
    with tempfile.TemporaryDirectory() as work:
        for part in (placeholders, log_sources):
            folder = pathlib.Path(work) / part.__name__
            folder.mkdir()
            part(checks, folder)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
