"""Holds an OCSF event against the definition of its class, as ocsf-schema's folder writes it: attributes, requirements, types, enumerations,
the captions beside them, constraints. A definition is built by following `extends` and `$include`; an attribute that nothing defines is a
mistake, and so is one that has been deprecated.
"""

import json
import re

INTEGERS = {"integer_t", "long_t", "timestamp_t", "port_t"}
TEXTS_TOO = {"json_t"}


class Schema:
    def __init__(self, folder):
        self.folder = folder
        self.dictionary = self.read("dictionary.json")["attributes"]
        self.types = self.read("dictionary.json")["types"]["attributes"]
        self.built = {}

    def read(self, name):
        return json.loads((self.folder / name).read_text())

    def profiles(self, names):
        merged = {}
        for name in names:
            merged.update({key: value for key, value in self.read(f"profiles/{name}.json")["attributes"].items() if key != "$include"})
        return merged

    def definition(self, kind, name, profiles):
        """Attributes and constraints of a class (`events`) or an object, those it inherits too."""
        key = (kind, name)
        if key in self.built:
            return self.built[key]
        paths = [f"events/{name}.json", f"events/findings/{name}.json"] if kind == "events" else [f"objects/{name}.json"]
        path = next(path for path in paths if (self.folder / path).exists())
        own = self.read(path)
        attributes, constraints = {}, {}
        if own.get("extends") and (self.folder / f"objects/{own['extends']}.json").exists() or kind == "events" and own.get("extends"):
            attributes, constraints = self.definition(kind, own["extends"], profiles)
            attributes, constraints = {key: dict(value) for key, value in attributes.items()}, dict(constraints)
        for included in own["attributes"].get("$include", []):
            name_of = included.split("/")[-1].removesuffix(".json")
            if name_of in profiles:
                attributes.update(self.profiles([name_of]))
        for attribute, spec in own["attributes"].items():
            if attribute == "$include":
                continue
            before = attributes.get(attribute, {})
            merged = {**before, **spec}
            if "enum" in spec and "enum" in before:
                merged["enum"] = {**before["enum"], **spec["enum"]}
            attributes[attribute] = merged
        constraints = own.get("constraints", constraints)
        self.built[key] = (attributes, constraints)
        return self.built[key]

    def enum(self, attribute, spec):
        both = {**self.dictionary.get(attribute, {}).get("enum", {}), **spec.get("enum", {})}
        return both

    def problems(self, event, name="compliance_finding"):
        profiles = event.get("metadata", {}).get("profiles", [])
        found = list(self.in_map(event, *self.definition("events", name, profiles), "$", profiles))
        class_uid = self.read("categories.json")["attributes"]["findings"]["uid"] * 1000 + self.read(f"events/findings/{name}.json")["uid"]
        if event.get("class_uid") != class_uid or event.get("category_uid") != class_uid // 1000:
            found.append(f"$: class {event.get('class_uid')} of category {event.get('category_uid')} is not {class_uid}")
        if event.get("type_uid") != class_uid * 100 + event.get("activity_id", -1):
            found.append(f"$.type_uid: {event.get('type_uid')}")
        return found

    def in_map(self, value, attributes, constraints, at, profiles):
        if not isinstance(value, dict):
            yield f"{at}: no object"
            return
        for key, spec in attributes.items():
            if spec.get("requirement") == "required" and key not in value and (spec.get("profile") is None or spec["profile"] in profiles):
                yield f"{at}.{key}: required"
        for one in [constraints.get("at_least_one", [])]:
            if one and not any(key in value for key in one):
                yield f"{at}: none of {one[:5]}"
        for key, inner in value.items():
            if key not in attributes:
                yield f"{at}.{key}: the class does not have it"
                continue
            spec = attributes[key]
            if "@deprecated" in spec or "@deprecated" in self.dictionary[key]:
                yield f"{at}.{key}: deprecated"
            if spec.get("profile") and spec["profile"] not in profiles:
                yield f"{at}.{key}: of profile {spec['profile']}, which is not applied"
            kind = spec.get("type", self.dictionary[key]["type"])
            if self.dictionary[key].get("is_array"):
                if not isinstance(inner, list):
                    yield f"{at}.{key}: no array"
                    continue
                for index, item in enumerate(inner):
                    yield from self.of_type(item, kind, key, spec, f"{at}.{key}[{index}]", profiles)
            else:
                yield from self.of_type(inner, kind, key, spec, f"{at}.{key}", profiles)
                enum = self.enum(key, spec)
                if key.endswith("_id") and enum:
                    if str(inner) not in enum:
                        yield f"{at}.{key}: {inner} is none of {list(enum)}"
                    sibling = key.removesuffix("_id")
                    caption = enum.get(str(inner), {}).get("caption")
                    if sibling in value and inner != 99 and value[sibling] != caption:
                        yield f"{at}.{sibling}: `{value[sibling]}` beside {inner}, which is `{caption}`"

    def of_type(self, value, kind, key, spec, at, profiles):
        if kind in self.types:
            base = self.types[kind].get("type", kind)
            if kind in INTEGERS or base in INTEGERS:
                good = isinstance(value, int) and not isinstance(value, bool)
            elif kind == "boolean_t":
                good = isinstance(value, bool)
            elif kind == "float_t":
                good = isinstance(value, (int, float))
            elif kind in TEXTS_TOO:
                good = True
            else:
                good = isinstance(value, str) and (not self.types[kind].get("regex") or re.match(self.types[kind]["regex"], value))
            if not good:
                yield f"{at}: {value!r} is no {kind}"
            if kind == "timestamp_t" and good and not 946684800000 < value < 4102444800000:
                yield f"{at}: {value} are no milliseconds since 1970"
        elif kind != "object":
            yield from self.in_map(value, *self.definition("objects", kind, profiles), at, profiles)
