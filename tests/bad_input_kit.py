"""What the cases of bad_input.py are made of: one run of the program, a case with its folder and checks, AWS Config items."""

import json
import os
import pathlib
import resource
import shutil
import subprocess
import threading

BYSTANDER, OTHER = "777788889999", "123456789012"
DATA_MAX = 512 << 20


class Run:
    """One run of the program: `status`, `out`, `err`, `report` (None unless JSON came), `seconds`."""

    def __init__(self, words, cwd, stdout=None, before=None):
        process = subprocess.Popen(words, cwd=cwd, stdin=subprocess.DEVNULL, stdout=stdout or subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=before)
        chunks = {}
        readers = [threading.Thread(target=lambda n=n, p=p: chunks.__setitem__(n, p.read())) for n, p in (("out", process.stdout), ("err", process.stderr)) if p]
        for reader in readers:
            reader.start()
        late = threading.Timer(300, process.kill)
        late.start()
        _, status, usage = os.wait4(process.pid, 0)
        late.cancel()
        for reader in readers:
            reader.join()
        process.returncode = self.status = os.waitstatus_to_exitcode(status)
        self.seconds = usage.ru_utime + usage.ru_stime  # of processor: a busy machine is no fault
        self.out, self.err = (chunks.get(n, b"").decode(errors="replace") for n in ("out", "err"))
        try:
            self.report = json.loads(self.out)
        except ValueError:
            self.report = None

    def coverage(self):
        return json.dumps(self.report["coverage"]) if self.report else ""

    def verdicts(self, account):
        """{(control, uid): status} of one account, the passes too."""
        return {(f["control"], f["resource"]["uid"]): f["status"] for f in self.report["findings"] if f["resource"]["account"] == account}


class Case:
    """A folder of its own, and the checks made in it."""

    def __init__(self, suite, name):
        self.suite, self.name = suite, name
        self.folder = suite.folder / name
        self.estate = self.folder / "estate"
        self.estate.mkdir(parents=True)
        shutil.copytree(suite.bystander, self.estate / BYSTANDER)

    def write(self, path, content):
        full = self.estate / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(content if isinstance(content, bytes) else content.encode() if isinstance(content, str) else json.dumps(content).encode())
        return full

    def other(self, call, content, region="us-east-1"):
        """A file of the account beside the bystander."""
        return self.write(f"{OTHER}/{region}/{call}", content)

    def assess(self, *more, sources=("estate",), before=None, stdout=None):
        return Run([self.suite.reeve, "assess", *sources, "--format", "json", "--all", *more], self.folder, stdout, self.bounded(before))

    # The memory that the program may take for itself. What it maps of files is the system's to give back, so only data counts.
    def bounded(self, before):
        def prepare():
            if not self.suite.sanitized:
                resource.setrlimit(resource.RLIMIT_DATA, (DATA_MAX, DATA_MAX))
            if before:
                before()
        return prepare

    def check(self, what, holds, detail=""):
        self.suite.count(f"{self.name}: {what}", holds, detail)

    def holds(self, run, status, named=(), accounts=1, bystander=True):
        """What every case is held against. `named`: words of which each stands on standard error or in the report's coverage."""
        statuses = status if isinstance(status, tuple) else (status,)
        self.check(f"exit status {' or '.join(map(str, statuses))}", run.status in statuses, f"{run.status}\n{run.err[-800:]}")
        said = run.err + run.coverage()
        for word in named:
            self.check(f"names `{word}`", word in said, said[-1500:])
        self.check("standard error holds no foreign words", not any(w in run.err for w in ("std::", "terminate", "Sanitizer", "runtime error")), run.err[-1500:])
        if not self.suite.sanitized:
            self.check("within 60 s of processor time", run.seconds < 60, f"{run.seconds:.1f} s")
        if bystander:
            if run.report is None:
                self.check("a report came", False, run.out[:300] + run.err[-800:])
            else:
                mine, wanted = run.verdicts(BYSTANDER), self.suite.baseline
                wrong = [f"{k}: {wanted.get(k)} became {mine.get(k)}" for k in sorted(set(mine) | set(wanted)) if mine.get(k) != wanted.get(k)]
                self.check("the rest is judged as without it", not wrong, "\n".join(wrong[:10]))


def config_item(kind="AWS::EC2::Volume", identifier="vol-1", time="2026-11-20T00:00:00.000Z", **configuration):
    return {"configurationItemVersion": "1.3", "configurationItemCaptureTime": time, "configurationItemStatus": "OK", "awsAccountId": OTHER,
            "resourceType": kind, "resourceId": identifier, "ARN": f"arn:aws:ec2:us-east-1:{OTHER}:volume/{identifier}", "awsRegion": "us-east-1", "tags": {},
            "relationships": [], "relatedEvents": [], "configuration": configuration, "supplementaryConfiguration": {}}


def config_file(*items):
    return json.dumps({"fileVersion": "1.0", "configSnapshotId": "1", "configurationItems": list(items)})


def volume_verdict(run, identifier="vol-1"):
    uid = f"arn:aws:ec2:us-east-1:{OTHER}:volume/{identifier}"
    if run.report is None:
        return "no report"
    return next((f"{f['status']} {f.get('reason', '')}".strip() for f in run.report["findings"] if f["control"] == "volume-encrypted" and f["resource"]["uid"] == uid), "no verdict")


VOLUMES = {"Volumes": [{"VolumeId": "vol-1", "Encrypted": True, "State": "in-use"}]}
