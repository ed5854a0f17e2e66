"""Holds replies against the output shapes that botocore ships: every member known, every value of its kind."""

from northfield.estate import kebab


def problems(replies):
    import botocore
    import botocore.session

    session = botocore.session.get_session()
    models, out = {}, []
    for path, service, operation, reply in replies:
        model = models.setdefault(service, session.get_service_model(service))
        if operation not in model.operation_names:
            out.append(f"{path}: {service} has no operation {operation}")
            continue
        if kebab(operation) != botocore.xform_name(operation, "-"):
            out.append(f"{path}: the CLI calls {operation} {botocore.xform_name(operation, '-')}")
        if set(reply) == {"Error"}:
            if set(reply["Error"]) != {"Code", "Message"}:
                out.append(f"{path}: an error has a Code and a Message")
            continue
        shape = model.operation_model(operation).output_shape
        if shape is None:
            out.append(f"{path}: {operation} gives nothing")
            continue
        out += [f"{path}: {p}" for p in _compare(shape, reply, "$")]
    return out


def _compare(shape, value, at):
    kind = shape.type_name
    if kind == "structure":
        if getattr(shape, "is_document_type", False):
            return []
        if not isinstance(value, dict):
            return [f"{at} should be a structure"]
        unknown = [f"{at}.{k} is no member of {shape.name}" for k in value if k not in shape.members]
        # The root user has neither name nor path where IAM's model demands them.
        root = str(value.get("Arn", "")).endswith(":root")
        missing = [] if root else [f"{at}.{k} is required" for k in shape.required_members if k not in value]
        return unknown + missing + [p for k, v in value.items() if k in shape.members for p in _compare(shape.members[k], v, f"{at}.{k}")]
    if kind == "list":
        if not isinstance(value, list):
            return [f"{at} should be a list"]
        return [p for i, v in enumerate(value) for p in _compare(shape.member, v, f"{at}[{i}]")]
    if kind == "map":
        if not isinstance(value, dict):
            return [f"{at} should be a map"]
        return [p for k, v in value.items() for p in _compare(shape.value, v, f"{at}.{k}")]
    # The CLI shows IAM's policy documents, which the API gives as text, as what they are.
    if kind == "string" and shape.name.lower().startswith("policydocument") and isinstance(value, dict):
        return []
    kinds = {
        "string": str, "character": str, "blob": str, "timestamp": (str, int, float), "boolean": bool, "integer": int, "long": int,
        "float": (int, float), "double": (int, float),
    }  # fmt: skip
    if not isinstance(value, kinds[kind]) or (kind in ("integer", "long") and isinstance(value, bool)):
        return [f"{at} should be a {kind}, not `{value}`"]
    # Without regard to case: Config's model says `Success`, its replies say `SUCCESS`.
    if kind == "string" and shape.enum and value.lower() not in map(str.lower, shape.enum):
        return [f"{at}: `{value}` is none of {', '.join(shape.enum)}"]
    return []
