"""The `events` of content/resources, held against botocore: each name of an event is an operation that its service has."""
import re

from mapping_paths import PathError, parse

KEYS = {"source", "names", "at", "calls", "note"}
# The service of an event's source, where that is not named as botocore's folder is.
SERVICES = {"access-analyzer": ["accessanalyzer"], "apigateway": ["apigateway", "apigatewayv2"], "elasticfilesystem": ["efs"], "elasticloadbalancing": ["elb", "elbv2"],
            "es": ["es", "opensearch"], "monitoring": ["cloudwatch"], "s3": ["s3", "s3control"], "ses": ["ses", "sesv2"], "states": ["stepfunctions"]}
# Events that are named otherwise than their operation (docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html).
OTHERWISE = {("s3", "PutAccountPublicAccessBlock"): "s3control:PutPublicAccessBlock", ("s3", "DeleteAccountPublicAccessBlock"): "s3control:DeletePublicAccessBlock"}
READS = re.compile(r"(Get|List|Describe|Head|Search|Lookup|BatchGet|Select|Simulate)([A-Z]|$)")
TYPES_MIN = 100


def operations(services, source):
    folder = source.removesuffix(".amazonaws.com")
    return {name for service in SERVICES.get(folder, [folder]) for name in services.service(service).operation_names}


def check(checker, name, node):
    """One file's events."""
    calls = {read["call"] for read in node.get("reads", [])}
    for number, rule in enumerate(node.get("events") or []):
        where = f"{name} events #{number + 1}"
        checker.keys(where, rule, KEYS)
        try:
            known = operations(checker.services, rule["source"])
        except Exception as error:  # botocore has a class of errors for each way not to know a service
            checker.check(False, where, f"no service `{rule.get('source')}`: {error}")
            continue
        service = rule["source"].removesuffix(".amazonaws.com")
        for event in rule["names"]:
            checker.check(not READS.match(event), where, f"`{event}` only reads")
            # Lambda's events have the version of the API behind their operation: CreateFunction20150331, AddPermission20150331v2.
            plain = re.sub(r"(20\d{6}(v\d)?)?\*?$", "", event)
            if (service, event) in OTHERWISE:
                other = OTHERWISE[service, event].split(":")
                found = other[1] in checker.services.service(other[0]).operation_names
            elif event.endswith("*") and not re.search(r"20\d{6}\*$", event):
                found = any(one.startswith(plain) for one in known)
            else:
                found = plain in known
            checker.check(found, where, f"`{event}` is no operation of {service}")
        for path in rule.get("at", []):
            try:
                parse(path)
                good = re.match(r"(requestParameters|responseElements)\.", path)
            except PathError:
                good = False
            checker.check(bool(good), where, f"`{path}` is no path in an event")
        for call in rule.get("calls", []):
            checker.check(call in calls, where, f"`{call}` is not read by this type")
        # What is made anew can only be found by a call that lists.
        asked = [read for read in node["reads"] if read["call"] in (rule.get("calls") or calls)]
        lists = any("parameter" not in read or read["parameter"] == "AccountId" for read in asked)
        checker.check(lists, where, "no call that lists is asked again")


def check_all(checker, types):
    with_events = [kind for kind, node in types.items() if node.get("events")]
    checker.check(len(with_events) >= TYPES_MIN, "content/resources", f"{len(with_events)} types have events; at least {TYPES_MIN} are promised")
