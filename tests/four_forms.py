#!/usr/bin/env python3
"""One mistake in four forms: a CloudFormation template, a Terraform plan, AWS CLI output and an AWS Config item give the same control and the same
verdict, and so does the mended variant. What is written stands beside each control, in the words of each source (`examples/forms.yaml`,
docs/formats/controls.md); each form is held against what describes it: CloudFormation's resource schema, the provider's schema, botocore's shapes.
A form that cannot be is left out by name, and whether it cannot be is checked: a control of the live estate alone, a type that AWS Config has no item of.

    python3 tests/four_forms.py [CONTROL…]
"""

import csv
import io
import json
import pathlib
import re
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import mapping_sources  # noqa: E402
import terraform_mapping  # noqa: E402
import terraform_provider  # noqa: E402
from lib_reeve import AS_OF, ROOT, Checks, assess, built, reeve, verdicts_of  # noqa: E402

LEAST = 150
REGION = "eu-west-1"
FORMS = ("template", "terraform", "replies", "config")
CONTROLS = ROOT / "content" / "controls"
NOTHING = object()


def filled(node, value):
    """`$` is the value; a key or an item that would have none is left out."""
    if node == "$":
        return NOTHING if value is None else value
    if isinstance(node, dict):
        pairs = ((key, filled(item, value)) for key, item in node.items())
        return {key: item for key, item in pairs if item is not NOTHING}
    if isinstance(node, list):
        return [item for item in (filled(item, value) for item in node) if item is not NOTHING]
    return node


def placed(node, account):
    if isinstance(node, str):
        return node.replace("ACCOUNT", account).replace("REGION", REGION)
    if isinstance(node, dict):
        return {placed(key, account): placed(item, account) for key, item in node.items()}
    return [placed(item, account) for item in node] if isinstance(node, list) else node


class Form:
    """What one control's file says."""

    def __init__(self, yaml, path, number):
        self.control = path.parent.parent.name
        self.node = yaml.safe_load(path.read_text())
        self.account = f"{100000000000 + number}"
        self.yaml = yaml
        self.without = self.node.get("without") or {}

    def has(self, form):
        return form not in self.without

    def value(self, variant, form):
        value = self.node[variant]
        return value.get(form) if isinstance(value, dict) and value and set(value) <= set(FORMS) else value

    def of(self, variant, form, key=None):
        return placed(filled(self.node.get(key or form) or {}, self.value(variant, form)), self.account)

    def id(self):
        return placed(self.node["id"], self.account)

    def template(self, variant):
        return {"Resources": {"It": {"Type": self.node["type"], "Properties": self.of(variant, "template")}}}

    def terraform(self, variant, provider):
        """As `terraform show -json` prints a plan: every attribute of the provider's, null where nobody wrote one; what AWS gives is unknown."""
        resources, changes, configuration = [], [], []
        for kind, values in self.of(variant, "terraform").items():
            values = {key: self.text(value, variant) for key, value in values.items()}
            refers = {key: value[2:] for key, value in values.items() if isinstance(value, str) and value.startswith("->")}
            values = {key: value for key, value in values.items() if key not in refers}
            attributes, computed = provider["types"][kind], set(provider["computed"][kind]) | {"id"}
            unknown = {key: True for key in {*computed, *refers} if key not in values}
            for key, shape in attributes.items():
                if key not in values and key not in unknown and key != "timeouts":
                    values[key] = [] if isinstance(shape, dict) else None
            address = {"address": f"{kind}.it", "mode": "managed", "type": kind, "name": "it"}
            source = {"provider_name": "registry.terraform.io/hashicorp/aws"}
            resources.append({**address, **source, "schema_version": 0, "values": values, "sensitive_values": {}})
            changes.append({**address, **source, "change": {"actions": ["create"], "before": None, "after": values, "after_unknown": unknown}})
            written = {key: {} for key, value in values.items() if value not in (None, [])}
            written.update({key: {"references": [f"{whole}.it.id", f"{whole}.it"]} for key, whole in refers.items()})
            configuration.append({**address, "provider_config_key": "aws", "expressions": written})
        return {
            "format_version": "1.2", "terraform_version": "1.9.8",
            "planned_values": {"root_module": {"resources": resources}}, "resource_changes": changes,
            "configuration": {"provider_config": {"aws": {"name": "aws", "expressions": {"region": {"constant_value": REGION}}}},
                              "root_module": {"resources": configuration}},
        }  # yapf: disable

    def text(self, value, variant):
        """`json:…` is a document that Terraform keeps as text."""
        if not isinstance(value, str) or not value.startswith("json:"):
            return value
        return json.dumps(filled(self.yaml.safe_load(value[5:]), self.value(variant, "terraform")))

    def input(self):
        """The folder of its replies: those of several organizations in one input say of none what holds."""
        return f"replies of {self.control}" if self.node["type"] == "Reeve::Organization" else "replies"

    def replies(self, variant, folder):
        for name, reply in self.of(variant, "replies").items():
            call, *parameters = name.split("/", 1)
            parts = [re.sub(r"[^\w.\- ]", lambda m: f"%{ord(m.group()):02X}", part) for part in self.parameters(call, parameters)]
            path = folder.joinpath(self.account, REGION, call, *parts)
            path = path.with_name(path.name + ".json")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(reply))

    @staticmethod
    def parameters(call, parameters):
        if not parameters:
            return []
        return parameters if parameters[0].startswith("arn:") else parameters[0].split("/")

    def config(self, variant, types):
        kind = self.node["type"]
        item = {
            "version": "1.3", "accountId": self.account, "configurationItemCaptureTime": "2026-11-21T09:00:00Z",
            "configurationItemStatus": "OK", "configurationStateId": "1", "resourceType": (types[kind].get("config") or {}).get("type", kind),
            "resourceId": self.id(), "awsRegion": REGION, "tags": self.of(variant, "config", "tags"), "relationships": [],
            "configuration": self.of(variant, "config"), "supplementaryConfiguration": self.of(variant, "config", "supplementary"),
        }  # yapf: disable
        if self.id().startswith("arn:"):
            item["ARN"] = self.id()
        return {"fileVersion": "1.0", "configurationItems": [item]}


class Words:
    """Every name that is written is one of the form's own."""

    def __init__(self, checks, yaml, services, schemas, provider):
        self.checks, self.yaml, self.services, self.schemas, self.provider = checks, yaml, services, schemas, provider

    def form(self, form):
        for variant in ("bad", "good"):
            where = f"{form.control} {variant}"
            if form.has("template"):
                self.shape(f"{where} template", form.of(variant, "template"), self.schemas.properties(form.node["type"]))
            for kind, values in form.of(variant, "terraform").items():
                if self.checks.check(kind in self.provider["types"], f"{where}: `{kind}` is a type of the provider's"):
                    self.attributes(f"{where} {kind}", values, self.provider["types"][kind])
            for name, reply in form.of(variant, "replies").items():
                self.shape(f"{where} {name}", self.rows(reply), self.services.output(self.call(name.split("/")[0])))

    @staticmethod
    def rows(reply):
        """A credential report's text as the rows that it is judged as."""
        if reply.get("ReportFormat") != "text/csv":
            return reply
        return {**reply, "Content": list(csv.DictReader(io.StringIO(reply["Content"])))}

    def absent(self, form, mapping):
        """A form is there, or is left out with a reason that the control or the type's mapping bears out."""
        control = self.yaml.safe_load((CONTROLS / form.control / "control.yaml").read_text())
        judged = next((CONTROLS / form.control).glob("check.*"))
        live = control.get("applies_to") == ["live"] or judged.suffix == ".sql"
        asked = set(re.findall(r"\b(?:Properties|Observed)\.\w+", judged.read_text()))
        given = {".".join(target.split(".")[:2]) for target in (mapping.get("config") or {}).get("set", {})}
        planned = self.planned(asked, mapping)
        cannot = {"template": live, "terraform": live or not asked <= planned, "config": not asked <= given}
        for kind in FORMS:
            written = kind in form.node or kind == "config" and "supplementary" in form.node
            self.checks.check(written != (kind in form.without), f"{form.control}: `{kind}` is there or has its reason, not both")
        for kind, reason in form.without.items():
            self.checks.check(cannot.get(kind, False), f"{form.control}: without `{kind}`, because it cannot be", f"{reason}; {sorted(asked)}")
            self.checks.check(isinstance(reason, str) and " " in reason, f"{form.control}: `without` says why in words", f"{reason}")

    def planned(self, asked, mapping):
        """What of the properties that a rule asks for a plan can say: a line of the mapping gives it, or an attribute by the rule of names."""
        entries = mapping.get("terraform", [])
        entries = [one if isinstance(one, dict) else {"types": [one]} for one in (entries if isinstance(entries, list) else [entries])]
        lines = {target: form for one in entries for target, form in one.get("set", {}).items() if form != {"absent": True}}
        attributes = {key for one in entries for kind in one["types"] for key in self.provider["types"][kind]}
        said = {".".join(target.split(".")[:2]) for target in lines}
        return said | {target for target in asked if terraform_mapping.snake_case(target.split(".")[1]) in attributes}

    def call(self, name):
        """`ec2-describe-volumes` → `ec2:DescribeVolumes`, as botocore spells the operation."""
        from botocore import xform_name
        known = sorted(self.services.loader.list_available_services("service-2"), key=len, reverse=True)
        service = next(one for one in known if name.startswith(one + "-"))
        wanted = name[len(service) + 1:].replace("-", "_")
        return f"{service}:" + next(one for one in self.services.service(service).operation_names if xform_name(one) == wanted)

    def shape(self, where, value, shape):
        if isinstance(value, dict) and shape.kind == "struct":
            for key, item in value.items():
                if self.checks.check(key in shape.members(), f"{where}: `{key}` is a member", f"{sorted(shape.members())[:20]}"):
                    self.shape(f"{where}.{key}", item, shape.members()[key])
        elif isinstance(value, list) and shape.kind == "list":
            for item in value:
                self.shape(where, item, shape.element())
        elif not isinstance(value, (dict, list)):
            self.checks.check(shape.kind in ("scalar", "any"), f"{where} is a {shape.kind}, not `{value}`")

    def attributes(self, where, values, shape):
        for key, value in values.items():
            if not self.checks.check(key in shape, f"{where}: the provider has `{key}`"):
                continue
            below = shape[key]
            blocks = isinstance(value, list) and any(isinstance(item, dict) for item in value)
            self.checks.check(isinstance(below, dict) or below == "any" or not blocks, f"{where}: `{key}` is a block")
            for item in value if blocks and below != "any" else []:
                self.attributes(f"{where}.{key}", item, below)
            if isinstance(value, bool) or isinstance(value, str) and value[:2] != "->":
                self.checks.check(below == ("bool" if isinstance(value, bool) else "string") or below == "any", f"{where}: `{key}` is a {below}")


def checked(done):
    """file name → control → (status, the finding) of `reeve check --format json`; a pass is not in it, so it is in what --format verdicts counts."""
    found = {}
    for file in json.loads(done.out)["files"]:
        for finding in file["findings"]:
            found.setdefault(pathlib.Path(file["path"]).name, {})[finding["control"]] = finding
    return found


def judge(checks, forms, provider, types, variant, wanted):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for form in FORMS:
            (folder / form).mkdir()
        for form in forms:
            makers = {"template": lambda: form.template(variant), "terraform": lambda: form.terraform(variant, provider),
                      "config": lambda: form.config(variant, types)}  # yapf: disable
            for kind, document in makers.items():
                if form.has(kind):
                    (folder / kind / f"{form.control}.json").write_text(json.dumps(document(), indent=1))
            form.replies(variant, folder / form.input())
        inputs = {*FORMS, *map(Form.input, forms)}
        runs = {kind: assess(folder / kind, "--fail-on", "never") for kind in inputs if any((folder / kind).glob("*"))}
        for kind, run in runs.items():
            checks.check(run.status == 0, f"{variant} {kind}: judged", run.err[-600:])
        verdicts = {kind: verdicts_of(run.report) for kind, run in runs.items()}
        files = {kind: checked(reeve("check", folder / kind, "--format", "json", "--as-of", AS_OF))
                 for kind in ("template", "terraform") if kind in runs}  # yapf: disable
        for form in forms:
            where = f"{form.control} {variant}"
            got = {}
            for kind in filter(form.has, FORMS):
                mine = f"{form.control}.json" if kind in ("template", "terraform") else form.account
                of_type = [finding for (control, uid), finding in verdicts[form.input() if kind == "replies" else kind].items()
                           if control == form.control and finding["resource"]["type"] == form.node["type"]
                           and (mine in uid or finding["resource"].get("account") == mine)]  # yapf: disable
                got[kind] = sorted({finding["status"] for finding in of_type}) or ["none"]
                why = "; ".join(finding.get("reason", "") for finding in of_type)
                checks.check(got[kind] == [wanted], f"{where}, {kind}: {'/'.join(got[kind])}, expected {wanted}", why)
            for kind, by_file in files.items():
                if not form.has(kind):
                    continue
                finding = by_file.get(f"{form.control}.json", {}).get(form.control)
                status = finding["status"].lower() if finding else "pass"
                checks.check(status == wanted, f"{where}, `reeve check` of the {kind}: {status}, expected {wanted}", finding and finding.get("reason"))
                if kind == "terraform" and finding:
                    address = next(iter(form.node["terraform"])) + ".it"
                    checks.check(finding["resource"]["id"] == address and finding.get("line", 0) > 0 and "$.planned_values." in finding["path"],
                                 f"{where}: the finding names the address and the place in the plan", json.dumps(finding)[:300])


def main():
    checks = Checks()
    shown = "that one control judges four forms alike"
    if not built(checks, shown):
        return checks.end()
    site, why = mapping_sources.packages()
    provider, missing = terraform_provider.schema()
    if not site or not provider:
        checks.skip("everything", why or missing, shown)
        return checks.end()
    sys.path.insert(0, site)
    import yaml
    files = sorted(CONTROLS.glob("*/examples/forms.yaml"))
    wanted = set(sys.argv[1:])
    forms = [Form(yaml, path, number) for number, path in enumerate(files)]
    forms = [form for form in forms if not wanted or form.control in wanted]
    checks.check(wanted or len(forms) >= LEAST, f"at least {LEAST} controls have their four forms", f"{len(forms)}")

    class Loader(yaml.SafeLoader):
        pass

    types = {}
    for path in (ROOT / "content" / "resources").glob("*.yaml"):
        node = yaml.load(path.read_text(), Loader)
        types[node["type"]] = node
    words = Words(checks, yaml, mapping_sources.Services(), mapping_sources.Schemas(site, str(ROOT / "content" / "schemas")), provider)
    for form in forms:
        words.absent(form, types[form.node["type"]])
        words.form(form)
    judge(checks, forms, provider, types, "bad", "fail")
    judge(checks, forms, provider, types, "good", "pass")
    print(f"{len(forms)} controls: " + ", ".join(f"{kind} {sum(form.has(kind) for form in forms)}" for kind in FORMS))
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
