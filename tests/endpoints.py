#!/usr/bin/env python3
"""Endpoints held against botocore's own rules: every service of content/apis, in every Region of every partition and in one that is yet to
be opened, with and without FIPS and dual-stack; and what a user says instead.

    python3 tests/endpoints.py [--reeve PROGRAM]
"""

import argparse
import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_probe import Probe  # noqa: E402
from lib_reeve import ROOT, Checks  # noqa: E402

APIS = ROOT / "content" / "apis"
TO_BE_OPENED = {"aws": "eu-new-9", "aws-cn": "cn-new-9", "aws-eusc": "eusc-de-new-9", "aws-iso": "us-iso-new-9", "aws-iso-b": "us-isob-new-9", "aws-iso-e": "eu-isoe-new-9",
                "aws-iso-f": "us-isof-new-9", "aws-us-gov": "us-gov-new-9"}  # fmt: skip
# What the user says → origin, base path, signing Region; None: refused.
SAID = [
    ({"service": "iam", "region": "eu-west-1", "url": "http://127.0.0.1:4566"}, ("http://127.0.0.1:4566", "", "us-east-1")),
    ({"service": "iam", "region": "us-gov-east-1", "url": "http://127.0.0.1:4566/"}, ("http://127.0.0.1:4566", "", "us-gov-west-1")),
    ({"service": "sqs", "region": "eu-west-1", "url": "https://proxy.example/aws/sqs/"}, ("https://proxy.example", "/aws/sqs", "eu-west-1")),
    ({"service": "sqs", "region": "eu-west-1", "by_service": {"sqs": "http://one"}, "any_service": "http://two"}, ("http://one", "", "eu-west-1")),
    ({"service": "sns", "region": "eu-west-1", "by_service": {"sqs": "http://one"}, "any_service": "http://two"}, ("http://two", "", "eu-west-1")),
    ({"service": "sqs", "region": "eu-west-1", "by_service": {"sqs": "http://one"}, "any_service": "http://two", "url": "http://three"}, ("http://three", "", "eu-west-1")),
    ({"service": "elbv2", "region": "eu-west-1", "by_service": {"elastic_load_balancing_v2": "http://one"}}, ("http://one", "", "eu-west-1")),
    ({"service": "stepfunctions", "region": "eu-west-1", "by_service": {"sfn": "http://one"}}, ("http://one", "", "eu-west-1")),
    ({"service": "s3", "region": "eu-west-1", "url": "http://127.0.0.1:1", "bucket": "example", "path": "/example/key"}, ("http://127.0.0.1:1", "", "eu-west-1", "/example/key")),
    ({"service": "s3", "region": "eu-west-1", "bucket": "example", "path": "/example/key"}, ("https://example.s3.eu-west-1.amazonaws.com", "", "eu-west-1", "/key")),
    ({"service": "s3", "region": "eu-west-1", "bucket": "example", "path": "/example"}, ("https://example.s3.eu-west-1.amazonaws.com", "", "eu-west-1", "/")),
    ({"service": "s3", "region": "eu-west-1", "bucket": "example", "path": "/example-more"}, ("https://s3.eu-west-1.amazonaws.com", "", "eu-west-1", "/example-more")),
    ({"service": "s3", "region": "eu-west-1", "bucket": "with.dots", "path": "/with.dots/key"}, ("https://s3.eu-west-1.amazonaws.com", "", "eu-west-1", "/with.dots/key")),
    ({"service": "s3", "region": "us-east-1", "bucket": "Old_Name", "path": "/Old_Name"}, ("https://s3.us-east-1.amazonaws.com", "", "us-east-1", "/Old_Name")),
    ({"service": "s3control", "region": "eu-west-1", "prefix": "111122223333."}, ("https://111122223333.s3-control.eu-west-1.amazonaws.com", "", "eu-west-1")),
    ({"service": "s3control", "region": "eu-west-1", "prefix": "111122223333.", "url": "http://h"}, ("http://h", "", "eu-west-1")),
    ({"service": "organizations", "region": "global"}, ("https://organizations.us-east-1.amazonaws.com", "", "us-east-1")),
    ({"service": "organizations", "region": "global", "partition": "aws-cn"}, ("https://organizations.cn-northwest-1.amazonaws.com.cn", "", "cn-northwest-1")),
    ({"service": "iam", "region": "aws-us-gov-global"}, ("https://iam.us-gov.amazonaws.com", "", "us-gov-west-1")),
    ({"service": "sqs", "region": "nowhere-1", "url": "http://h"}, ("http://h", "", "nowhere-1")),
    ({"service": "sqs", "region": "nowhere-1"}, None),
    ({"service": "sqs", "region": ""}, None),
    ({"service": "sqs", "region": "global", "partition": "aws-none"}, None),
    ({"service": "sqs", "region": "eu-west-1.example.com/"}, None),
    ({"service": "sqs", "region": "eu-west-1/../x", "url": "http://h"}, None),
    ({"service": "sqs", "region": "eu-west-1", "url": "ftp://h"}, None),
    ({"service": "sqs", "region": "eu-west-1", "url": "http://"}, None),
    ({"service": "sqs", "region": "eu-west-1", "url": "http://:80"}, None),
    ({"service": "sqs", "region": "eu-west-1", "url": "http://user:PLANTED@h"}, None),
    ({"service": "sqs", "region": "eu-west-1", "url": "http://h/?PLANTED=1"}, None),
    ({"service": "sqs", "region": "eu-west-1", "url": "http://h\r\nPLANTED: 1"}, None),
]  # fmt: skip


def beside_botocore(checks, probe):
    from botocore.endpoint_provider import EndpointProvider
    from botocore.exceptions import EndpointProviderError
    from botocore.loaders import create_loader

    loader = create_loader()
    partitions = loader.load_data("partitions")
    regions = [(one["id"], region) for one in partitions["partitions"] for region in [*one["regions"], TO_BE_OPENED[one["id"]]] if not region.endswith("-global")]
    services = sorted(path.stem for path in APIS.glob("*.json"))
    tried, wrong = 0, {}

    def hold(place, wanted):
        def held(answer):
            ours = (answer.get("origin"), answer.get("signing_region")) if "error" not in answer else None
            if ours != wanted:
                wrong.setdefault(place["service"], []).append((place["region"], place["fips"], place["dualstack"], ours, wanted))

        probe.ask(place, held)

    for service in services:
        provider = EndpointProvider(loader.load_service_model(service, "endpoint-rule-set-1"), partitions)
        model = json.loads((APIS / f"{service}.json").read_text())
        parameters = loader.load_service_model(service, "endpoint-rule-set-1")["parameters"]
        # Where the rules ask which plane or which kind of endpoint an operation wants, the operations themselves say it.
        operations = loader.load_service_model(service, "service-2")["operations"]
        static = {}
        for operation in model["operations"]:
            for name, said in operations[operation].get("staticContextParams", {}).items():
                if name in parameters and service != "s3":
                    checks.check(static.setdefault(name, said["value"]) == said["value"], f"{service}: its operations agree on {name}", operation)
        account = "111122223333" if "RequiresAccountId" in static else ""
        for _, region in regions:
            for fips in (False, True):
                for dualstack in (False, True):
                    try:
                        theirs = provider.resolve_endpoint(**{"Region": region, "UseFIPS": fips, "UseDualStack": dualstack, **static, **({"AccountId": account} if account else {})})
                        schemes = [one for one in theirs.properties.get("authSchemes", []) if one["name"] == "sigv4"]
                        wanted = (theirs.url, next((one["signingRegion"] for one in schemes if "signingRegion" in one), region))
                        names = {one["signingName"] for one in schemes if "signingName" in one}
                        if names - {model["signing_name"]}:
                            wrong.setdefault(service, []).append(("signing name", names, model["signing_name"]))
                    except EndpointProviderError:
                        wanted = None
                    hold({"service": service, "region": region, "fips": fips, "dualstack": dualstack, "prefix": f"{account}." if account else ""}, wanted)
                    tried += 1
    for one in partitions["partitions"]:
        for region, more in ((f"{one['id']}-global", {}), ("global", {"partition": one["id"]})):
            first = one["outputs"]["implicitGlobalRegion"]
            probe.ask({"service": "sqs", "region": region, **more}, lambda answer, region=region, more=more, first=first: checks.check(answer.get("signing_region") == first, f"{region} {more} is {first}", answer))
    probe.run(checks)
    for service in services:
        checks.check(service not in wrong, f"{service} is asked where botocore asks it", f"{len(wrong.get(service, []))} differ, first {wrong.get(service, [None])[:3]}")
    checks.check(len(services) >= 80 and len(regions) >= 50, "there is something to hold", (len(services), len(regions)))
    return len(services), len(regions), tried


def said(checks, probe):
    for place, wanted in SAID:

        def held(answer, place=place, wanted=wanted):
            if wanted is None:
                checks.check(answer.get("error") and "PLANTED" not in answer["error"], f"{place} is refused without its secrets", answer)
                return
            ours = (answer.get("origin"), answer.get("base_path"), answer.get("signing_region"), answer.get("path"))[: len(wanted)]
            checks.check(ours == wanted, f"{place}", answer)

        probe.ask(place, held)
    probe.run(checks)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    options = parser.parse_args()
    checks = Checks()
    program = pathlib.Path(options.reeve).resolve().parent / "aws_probe"
    if not program.exists():
        checks.skip("everything", f"{program} is not built", "that services are asked where they are")
        return checks.end()
    said(checks, Probe(program, "endpoint", APIS))
    try:
        import botocore  # noqa: F401
    except ImportError:
        checks.skip("botocore's endpoints", "no package botocore", "that each service is asked where AWS's own tools ask it")
        return checks.end()
    services, regions, tried = beside_botocore(checks, Probe(program, "endpoint", APIS))
    print(f"{services} services in {regions} Regions: {tried} endpoints beside botocore")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
