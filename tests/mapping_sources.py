"""What the mappings are held against: botocore's operation shapes and the CloudFormation resource schemas that cfn-lint ships."""
import glob
import json
import os
import subprocess
import sys

from mapping_paths import ANY, Shape

PACKAGES = ["cfn-lint==1.58.0", "botocore==1.44.8"]
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# The columns of the credential report, as its page in the IAM user guide lists them; the reply holds it as one text.
REPORT = [
    "user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed",
    "password_next_rotation", "mfa_active", "access_key_1_active", "access_key_1_last_rotated", "access_key_1_last_used_date",
    "access_key_1_last_used_region", "access_key_1_last_used_service", "access_key_2_active", "access_key_2_last_rotated",
    "access_key_2_last_used_date", "access_key_2_last_used_region", "access_key_2_last_used_service", "cert_1_active",
    "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated"
]


def packages():
    """The folder with the packages, or None with the reason. Taken from the environment, else made once in build/.venv."""
    given = os.environ.get("REEVE_PYTHON_PACKAGES")
    if given:
        return (given, "") if os.path.isdir(os.path.join(given, "botocore")) else (None, f"no botocore in `{given}`")
    venv = os.path.join(ROOT, "build", ".venv")

    def site():
        found = glob.glob(os.path.join(venv, "lib", "python3*", "site-packages"))
        return found[0] if found and all(
            os.path.isdir(os.path.join(found[0], p)) for p in ("botocore", "cfnlint", "yaml")) else None

    if not site():
        try:
            subprocess.run([sys.executable, "-m", "venv", venv], check=True, capture_output=True, timeout=120)
            subprocess.run([os.path.join(venv, "bin", "pip"), "-q", "install", *PACKAGES],
                           check=True,
                           capture_output=True,
                           timeout=600)
        except (OSError, subprocess.SubprocessError) as error:
            detail = getattr(error, "stderr", b"") or b""
            return None, f"`pip install {' '.join(PACKAGES)}` failed: {detail.decode(errors='replace').strip()[-200:] or error}"
    return (site(), "") if site() else (None, "the packages did not arrive in build/.venv")


class Services:
    """Operations by the names that content/resources uses: the AWS CLI's name of the service, botocore's of the operation."""
    # Where the CLI's name is not botocore's folder.
    FOLDERS = {"configservice": "config"}

    def __init__(self):
        import botocore.loaders
        import botocore.model
        self.loader, self.model, self.known = botocore.loaders.Loader(), botocore.model, {}

    def service(self, name):
        if name not in self.known:
            self.known[name] = self.model.ServiceModel(self.loader.load_service_model(self.FOLDERS.get(name, name), "service-2"),
                                                       name)
        return self.known[name]

    def operation(self, call):
        service, operation = call.split(":")
        return self.service(service).operation_model(operation)

    def output(self, call):
        if call == "iam:GetCredentialReport":
            row = Shape("struct", {name: Shape("scalar") for name in REPORT})
            return Shape("struct", {
                "Content": Shape("list", of=row),
                "GeneratedTime": Shape("scalar"),
                "ReportFormat": Shape("scalar")
            })
        shape = self.operation(call).output_shape
        return self.shape(shape) if shape is not None else Shape("struct", {})

    def shape(self, shape):
        kind = shape.type_name
        if kind == "structure":
            if not shape.members:
                return ANY
            return Shape("struct", lambda: {k: self.shape(v) for k, v in shape.members.items()})
        if kind == "list":
            return Shape("list", of=lambda: self.shape(shape.member))
        if kind == "map":
            return Shape("map", of=lambda: self.shape(shape.value))
        scalar = {
            "boolean": "boolean",
            "integer": "number",
            "long": "number",
            "float": "number",
            "double": "number"
        }.get(kind, "string")
        return Shape("scalar", scalar=scalar, enum=getattr(shape, "enum", ()) or ())

    def errors(self, call):
        """The error codes that the model knows for an operation, under both of their names."""
        out = set()
        for shape in self.operation(call).error_shapes:
            out.add(shape.name)
            if code := shape.metadata.get("error", {}).get("code"):
                out.add(code)
        return out

    def names(self, call):
        """Every member name below an operation's output, in lower case."""
        out, seen = set(), set()

        def go(shape):
            if shape is None or shape.name in seen and shape.type_name == "structure":
                return
            seen.add(shape.name)
            if shape.type_name == "structure":
                for key, value in shape.members.items():
                    out.add(key.lower())
                    go(value)
            elif shape.type_name == "list":
                go(shape.member)
            elif shape.type_name == "map":
                go(shape.value)

        go(self.operation(call).output_shape)
        return out


class Schemas:
    """CloudFormation's resource schemas, and ours for what CloudFormation has no type for."""
    def __init__(self, site, own):
        self.own, self.known = own, {}
        self.folder = os.path.join(site, "cfnlint", "data", "schemas")
        with open(os.path.join(self.folder, "providers", "us-east-1.json")) as file:
            self.index = json.load(file)

    def schema(self, name):
        if name not in self.known:
            if name.startswith("Reeve::"):
                path = os.path.join(self.own, name.lower().replace("::", "-") + ".json")
            else:
                if name not in self.index:
                    return None
                stem = self.index[name]
                path = os.path.join(self.folder, "resources", stem if stem.endswith(".json") else stem + ".json")
            if not os.path.exists(path):
                return None
            with open(path) as file:
                self.known[name] = json.load(file)
        return self.known[name]

    def properties(self, name):
        schema = self.schema(name)
        return self.shape(schema, {"properties": schema.get("properties", {})}, ())

    def shape(self, root, node, seen):
        if node is True:
            return ANY
        if "$ref" in node:
            if node["$ref"] in seen:
                return ANY
            target = root
            for part in node["$ref"].lstrip("#/").split("/"):
                target = target[part]
            return self.shape(root, target, seen + (node["$ref"],))
        variants = [
            self.shape(root, part, seen)
            for key in ("anyOf", "oneOf")
            for part in node.get(key, [])
            if isinstance(part, dict) and ("type" in part or "$ref" in part)
        ]
        if len({variant.kind for variant in variants}) > 1:
            return ANY  # such as DynamoDB's key schema: a list or a map
        members = dict(node.get("properties", {}))
        for key in ("allOf", "anyOf", "oneOf"):
            for part in node.get(key, []):
                if isinstance(part, dict) and "$ref" in part and not members and node.get("type") is None:
                    return self.shape(root, part, seen)
                if isinstance(part, dict):
                    for name, value in part.get("properties", {}).items():
                        members.setdefault(name, value)
        kinds = node.get("type", ())
        kinds = {kinds} if isinstance(kinds, str) else set(kinds)
        if members:
            return Shape("struct", lambda: {k: self.shape(root, v, seen) for k, v in members.items()})
        if "items" in node or "array" in kinds:
            items = node.get("items", True)
            return Shape("list", of=lambda: self.shape(root, items, seen))
        if len(kinds) != 1 or kinds == {"object"}:
            return ANY
        kind = next(iter(kinds))
        return Shape("scalar",
                     scalar={
                         "boolean": "boolean",
                         "integer": "number",
                         "number": "number"
                     }.get(kind, "string"),
                     enum=node.get("enum", ()))

    def names(self, name):
        out = set()

        def go(node):
            if isinstance(node, dict):
                for key, value in (node.get("properties") or {}).items() if isinstance(node.get("properties"), dict) else ():
                    out.add(key.lower())
                for value in node.values():
                    go(value)
            elif isinstance(node, list):
                for value in node:
                    go(value)

        go(self.schema(name) or {})
        return out
