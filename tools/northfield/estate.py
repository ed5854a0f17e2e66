"""Collects the files of an export: a mapping from path to text (or bytes), written in one go by make_northfield.py."""

import gzip
import io
import json
import re
import urllib.parse


def kebab(operation):
    """`DescribeDBInstances` as the AWS CLI spells it: `describe-db-instances`."""
    special = {"ListWebACLs": "list-web-acls"}
    if operation in special:
        return special[operation]
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", operation)
    words = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1-\2", words)
    return words.lower()


def pretty(value):
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def packed(value):
    """gzip without a time or a name in its header, so that the same items give the same bytes."""
    out = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=out, mode="wb", compresslevel=9, mtime=0) as stream:
        stream.write(pretty(value).encode())
    return out.getvalue()


class Estate:
    def __init__(self):
        self.files = {}  # path below examples/northfield -> str or bytes
        self.replies = []  # (path, service, operation, reply), for the shape check

    def add(self, path, content):
        assert path not in self.files, f"two files are called {path}"
        self.files[path] = content

    def account(self, account, regions):
        return Account(self, account, regions)


class Account:
    """One account's replies in the layout of the AWS CLI: cli/ACCOUNT/REGION/service-operation[.json | /PARAMETER…]."""

    def __init__(self, estate, account, regions):
        self.estate, self.id, self.regions = estate, account, regions
        self.told = set()

    def reply(self, region, service, operation, reply, *parameters):
        """`service` and `operation` as botocore names them; a call with parameters stands in a sub-folder."""
        folder = service
        path = f"cli/{self.id}/{region}/{folder}-{kebab(operation)}"
        if parameters:
            path += "".join("/" + urllib.parse.quote(p, safe="") for p in parameters)
        else:
            path += ".json"
        self.told.add((region, service, operation))
        self.estate.add(path, pretty(reply))
        self.estate.replies.append((path, service, operation, reply))

    def denied(self, region, service, operation, *parameters, code="AccessDeniedException"):
        who = f"arn:aws:sts::{self.id}:assumed-role/NorthfieldAudit/export"
        self.failed(region, service, operation, code, f"User: {who} is not authorized to perform: {service}:{operation}", *parameters)

    def failed(self, region, service, operation, code, message, *parameters):
        self.reply(region, service, operation, {"Error": {"Code": code, "Message": message}}, *parameters)

    def empty(self, service, operation, reply):
        """The reply in each Region of the account where nothing else was said."""
        for region in self.regions:
            if (region, service, operation) not in self.told:
                self.reply(region, service, operation, reply)


class Recorded:
    """One account's AWS Config snapshots, one file for each Region, under the key that Config gives them in its bucket."""

    def __init__(self, estate, account):
        self.estate, self.id = estate, account
        self.items = {}

    def item(self, region, item):
        self.items.setdefault(region, []).append(item)

    def write(self):
        for number, region in enumerate(sorted(self.items), 1):
            snapshot = f"{self.id[:8]}-000{number}-4000-8000-{self.id}"
            name = f"{self.id}_Config_{region}_ConfigSnapshot_20261122T041000Z_{snapshot}.json.gz"
            key = f"AWSLogs/{self.id}/Config/{region}/2026/11/22/ConfigSnapshot/{name}"
            document = {"fileVersion": "1.0", "configSnapshotId": snapshot, "configurationItems": self.items[region]}
            self.estate.add("config/" + key, packed(document))
