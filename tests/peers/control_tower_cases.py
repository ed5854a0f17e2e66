"""The cases by hand of tests/control_tower, made into documents.

`compliant.json` has one resource for each type that satisfies the rules on it. `cases-*.json` say what each case changes in it, by rule and
type: `[scenario, patch]` or `[scenario, patch, options]`. The patch is a JSON merge patch (RFC 7396): what it names is put in place, null
takes away, a list is replaced whole. Options:

    type      the resource is of this other type
    form      "template" or "hook" alone; a case is both otherwise, and a template alone where it leans on a second resource
    beside    {logical id: type, or [type, patch]}, further resources of the template, for references to them
    original  {version: status} where the original does not say what the scenario says; `why` then says why
"""

import json


def patched(base, patch):
    out = dict(base)
    for key, value in patch.items():
        if value is None:
            out.pop(key, None)
        elif isinstance(value, dict):
            out[key] = patched(out[key] if isinstance(out.get(key), dict) else {}, value)
        else:
            out[key] = value
    return out


def documents(type_, properties, options, compliant):
    """[(form, document)]"""
    beside = {}
    for name, told in options.get("beside", {}).items():
        other, patch = told if isinstance(told, list) else (told, {})
        beside[name] = {"Type": other, "Properties": patched(compliant.get(other, {}), patch)}
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Subject": {"Type": type_, "Properties": properties}, **beside}}
    both = [("template", template)] + ([] if beside else [("hook", {type_: {"resourceProperties": properties}})])
    return [(form, document) for form, document in both if options.get("form", form) == form]


def read(folder):
    """{rule file's name: [(scenario, form, document, options)]}"""
    compliant = json.loads((folder / "compliant.json").read_text())
    out = {}
    for path in sorted(folder.glob("cases-*.json")):
        for group in json.loads(path.read_text()):
            for scenario, patch, *options in group["cases"]:
                options = options[0] if options else {}
                type_ = options.get("type", group["type"])
                made = documents(type_, patched(compliant[group["type"]], patch), options, compliant)
                out.setdefault(group["rule"], []).extend((scenario, form, document, options) for form, document in made)
    return out
