"""Starts the AWS double (tests/double) for a test, and says what it was asked.

    with Double("--replay", folder, account="111122223333", faults={"rules": [...]}) as double:
        subprocess.run([...], env=double.environment())
    double.counts()["requests"]
"""

import json
import os
import pathlib
import subprocess
import tempfile
import urllib.error
import urllib.request

from lib_reeve import REEVE, ROOT

PROGRAM = pathlib.Path(os.environ.get("AWS_DOUBLE", REEVE.parent / "aws_double"))
# No proxy stands between a test and its double.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def published_buckets(refuse=True):
    """What AWS says of its rates (content/quotas/api_rates.yaml), whole: whoever takes a share of it exceeds none of these."""
    import yaml
    document = yaml.safe_load((ROOT / "content" / "quotas" / "api_rates.yaml").read_text())
    buckets = []

    def add(calls, entry, account):
        buckets.append({"calls": calls, "rate": entry["per_s"], "burst": entry.get("burst", entry["per_s"]), "refuse": refuse,
                        "by_operation": bool(entry.get("each_operation")), "whole_account": account})

    for service, entry in document["services"].items():
        account = entry.get("scope") == "account"
        for family in entry.get("families", []):
            add([f"{service}:{operation}" for operation in family["operations"]], family, account)
        add([f"{service}:*"], entry, account)
    add(["*"], document["default"], False)
    return buckets


class Double:
    def __init__(self, *words, account=None, faults=None, enforce=None, actions=None, latency_ms=None, verify=True):
        self.folder = tempfile.TemporaryDirectory(prefix="double-")
        base = pathlib.Path(self.folder.name)
        self.counts_file = base / "counts.json"
        command = [str(PROGRAM), "--apis", str(ROOT / "content" / "apis"), "--counts", str(self.counts_file), *map(str, words)]
        for option, value in (("--faults", faults), ("--enforce", enforce), ("--actions", actions)):
            if value is not None:
                file = base / (option[2:] + ".json")
                file.write_text(json.dumps(value))
                command += [option, str(file)]
        if account:
            command += ["--account", account]
        if latency_ms is not None:
            command += ["--latency-ms", str(latency_ms)]
        if not verify:
            command.append("--no-verify")
        self.stderr = (base / "stderr").open("w+")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.stderr, text=True)
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.stderr.seek(0)
            raise RuntimeError("the double did not start: " + self.stderr.read())
        said = json.loads(line)
        self.endpoint, self.account, self.records = said["endpoint"], said.get("account"), said["records"]
        self.access_key_id, self.secret = said.get("access_key_id"), said.get("secret_access_key")

    def environment(self, **more):
        """The environment of a client whose only AWS is this double."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") and "proxy" not in name.lower()}
        return dict(kept, AWS_ACCESS_KEY_ID=self.access_key_id, AWS_SECRET_ACCESS_KEY=self.secret, AWS_EC2_METADATA_DISABLED="true",
                    AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull, AWS_REGION="us-east-1", **more)

    def counts(self):
        """What was asked so far, or in all if the double has ended."""
        if self.process.poll() is None:
            with OPENER.open(self.endpoint + "/_double/counts", timeout=10) as reply:
                return json.load(reply)
        return json.loads(self.counts_file.read_text()) if self.counts_file.exists() else self.last

    def put(self, what, document):
        request = urllib.request.Request(self.endpoint + "/_double/" + what, data=json.dumps(document).encode(), method="PUT")
        try:
            OPENER.open(request, timeout=10).close()
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"the double refuses the {what}: " + error.read().decode()) from None

    def set_faults(self, faults):
        self.put("faults", faults)

    def enforce(self, policy, actions):
        """From now on: what a policy allows; `actions` says which ones a call needs that needs another than its name's."""
        self.put("policy", {"policy": policy, "actions": actions})

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)
            self.last = json.loads(self.counts_file.read_text())
        self.process.stdout.close()
        self.stderr.close()
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
