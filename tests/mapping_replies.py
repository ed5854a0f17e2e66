"""The mappings against recorded replies of whole accounts: each is placed, its items have ids, every path can be evaluated."""
import glob
import json
import os

import mapping_paths as paths
from mapping_paths import PathError
from mapping_sources import ROOT

SHARED = os.environ.get("REEVE_SHARED", os.path.join(ROOT, "..", "shared"))

# Replies that no type takes, with the reason.
UNPLACED = {
    "ecs-describe-tasks": "CloudFormation has no type for a task",
    "ec2-describe-snapshots": "CloudFormation has no type for an EBS snapshot",
    "accessanalzyer-list-analyzers": "misspelt in its source"
}


def squash(name):
    return name.replace("-", "").lower()


def real_replies(checker, types):
    """The resources that came of the replies, as (file, id); None if the recordings are not there."""
    folder = os.path.join(SHARED, "corpora", "accounts")
    if not os.path.isdir(folder):
        return None
    by_cli = {}
    for name, node in types.items():
        for read in node["reads"]:
            service, operation = read["call"].split(":")
            by_cli.setdefault((service, squash(operation)), []).append((name, node, read))
    resources = set()
    replies = [(path, os.path.relpath(path, folder)) for path in glob.glob(folder + "/**", recursive=True) if os.path.isfile(path)
              ]
    for path, shown in sorted(replies):
        parts = shown.split(os.sep)
        if len(parts) < 3 and parts[-1] != "example-authz-details.json" or parts[-1] in ("README.md", "LICENSE"):
            continue
        call = "iam-get-account-authorization-details" if parts[-1] == "example-authz-details.json" else parts[2].removesuffix(
            ".json")
        if call in UNPLACED:
            checker.check(True, shown, "")
            continue
        uses = [by_cli.get((call[:i], squash(call[i + 1:]))) for i, c in enumerate(call) if c == "-"]
        uses = next((u for u in uses if u), None)
        if not checker.check(uses is not None, shown, "no type reads it"):
            continue
        with open(path) as file:
            text = file.read()
        if not text.strip():
            continue
        body = json.loads(text)
        if call == "iam-get-credential-report":
            rows = [line.split(",") for line in body["Content"].splitlines()]
            body["Content"] = [dict(zip(rows[0], row)) for row in rows[1:]]
        for name, node, read in uses:
            where = f"{shown} as {name}"
            try:
                items = paths.find(paths.parse(read["each"]), body) if "each" in read else [body]
                for item in items or []:
                    if not node.get("singleton") and ("id" in read or "arn" in read):
                        id_ = paths.find(paths.parse(read.get("id") or read["arn"]), item)
                        if checker.check(isinstance(id_, str) and id_, where, f"an item without id: {str(item)[:80]}"):
                            resources.add((name, id_))
                    for target, form in (read.get("set") or {}).items():
                        evaluate(form, item)
            except (PathError, TypeError, AttributeError, KeyError) as error:
                checker.check(False, where, f"{read['call']}: {error!r}")
    return resources


def evaluate(form, item):
    if isinstance(form, str):
        return paths.find(paths.parse(form), item)
    if "first" in form:
        found = paths.find(paths.parse(form["first"]), item)
        return paths.find(paths.parse(form.get("path", "@")), found[0]) if found else None
    if "list" in form:
        out = []
        for entry in form["list"]:
            for outer in paths.find(paths.parse(entry["each"]), item) or []:
                for inner in (paths.find(paths.parse(entry["inner"]), outer) or []) if "inner" in entry else [outer]:
                    out.append({key: evaluate(f, inner) for key, f in (entry.get("item") or {}).items()})
        return out
    for key in ("path", "present", "entries"):
        if key in form:
            return paths.find(paths.parse(form[key]), item)
    return None
