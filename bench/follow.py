"""How long a finding takes from its event on a snapshot of 100,000 resources, in one account and in twenty. Called by bench/follow.sh.

The AWS double stands in AWS's place with one account of examples/northfield; the other resources are security groups and volumes made here, packed into
the snapshot beside it. Told are the wall time and the CPU time of the follower's step, beside those of assessing the snapshot whole.

    follow.py REEVE [RESOURCES]
"""

import json
import pathlib
import resource
import shutil
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests"))
import collect_events as kit  # noqa: E402
import collect_follow  # noqa: E402
import lib_reeve  # noqa: E402
from lib_double import Double  # noqa: E402

PLACE = "eu-west-1"


def group(number, account):
    return {"GroupId": f"sg-{number:017x}", "GroupName": f"app-{number}", "Description": "made", "OwnerId": account, "VpcId": "vpc-00000000000000001", "Tags": [{"Key": "team", "Value": "payments"}],
            "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": []}],
            "IpPermissionsEgress": []}


def volume(number):
    return {"VolumeId": f"vol-{number:017x}", "Encrypted": number % 50 != 0, "Size": 8, "State": "in-use", "AvailabilityZone": PLACE + "a", "VolumeType": "gp3", "Attachments": [],
            "CreateTime": "2026-01-01T00:00:00+00:00"}


def fill(folder, account, count, first):
    place = folder / account / PLACE
    place.mkdir(parents=True, exist_ok=True)
    half = count // 2
    (place / "ec2-describe-security-groups.json").write_text(json.dumps({"SecurityGroups": [group(first + n, account) for n in range(half)]}))
    (place / "ec2-describe-volumes.json").write_text(json.dumps({"Volumes": [volume(first + n) for n in range(count - half)]}))


def measure(reeve, total, accounts):
    with tempfile.TemporaryDirectory(prefix="follow-") as name:
        work = pathlib.Path(name)
        world = kit.world(work)
        big, out, workspace = work / "big", work / "snap", work / "workspace"
        shutil.copytree(world, big)
        each = total // accounts
        for n in range(accounts):
            fill(big, kit.ACCOUNT if n == 0 else f"{100000000000 + n}", each, n * each)
        lib_reeve.reeve("init", workspace)
        packed = lib_reeve.reeve("snapshot", "pack", big, "--out", out)
        if packed.status not in (0, 3):
            raise SystemExit(packed.err)
        (out / "summary.json").write_text('{"interrupted": false}')
        begun = time.monotonic()
        lib_reeve.reeve("assess", out, "--workspace", workspace, "--format", "json", "--fail-on", "never", timeout=1200)
        whole = time.monotonic() - begun
        kit.change_policy(world)
        with Double("--replay", world, account=kit.ACCOUNT) as double:
            one = collect_follow.Follower(double, out, "--follow", "--events", "-", "--workspace", workspace, given=True)
            while not (out / "collect.lock").exists():  # it has judged what there was, and looks
                time.sleep(0.05)
            time.sleep(1)
            usage = pathlib.Path(f"/proc/{one.process.pid}/stat").read_text().split()
            begun = time.monotonic()
            one.process.stdin.write((json.dumps(kit.bucket_event("PutBucketPolicy", kit.BUCKET)) + "\n").encode())
            one.process.stdin.flush()
            found = one.until(collect_follow.is_finding, 600)
            took = time.monotonic() - begun
            after = pathlib.Path(f"/proc/{one.process.pid}/stat").read_text().split()
            cpu = sum(int(after[i]) - int(usage[i]) for i in (13, 14)) / 100
            memory = next(line.split()[1] for line in pathlib.Path(f"/proc/{one.process.pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
            one.process.stdin.close()
            one.process.stdin = None
            one.end()
        print(f"{total:,} resources in {accounts} account{'s' if accounts > 1 else ''}: finding told {took:.2f} s after its event, {cpu:.2f} s CPU, peak {int(memory) // 1024} MiB; "
              f"assessed whole {whole:.2f} s" + ("" if found else "; NOT TOLD " + one.err[-300:]), flush=True)
        return found


def main():
    lib_reeve.REEVE = pathlib.Path(sys.argv[1]).resolve()
    total = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return 0 if all([measure(lib_reeve.REEVE, total, accounts) for accounts in (20, 1)]) else 1


if __name__ == "__main__":
    sys.exit(main())
