"""The cases of bad_input.py: each lays out one kind of bad input and says what must come of it."""

import contextlib
import gzip
import io
import json
import os
import pathlib
import resource
import shutil
import signal
import sqlite3
import subprocess
import tarfile

from bad_input_kit import BYSTANDER, OTHER, VOLUMES, Run, config_file, config_item, volume_verdict

def truncated_gzip(case):
    whole = gzip.compress(config_file(*[config_item(identifier=f"vol-{n}", volumeId=f"vol-{n}", encrypted=n % 2 == 0, note=os.urandom(64).hex()) for n in range(2000)]).encode())
    case.write("cut.json.gz", whole[: len(whole) // 2])
    case.holds(case.assess(), 3, ["cut.json.gz"])


def truncated_gzip_head(case):
    case.write("head.json.gz", gzip.compress(config_file(config_item(volumeId="vol-1", encrypted=True)).encode())[:12])
    case.holds(case.assess(), 3, ["head.json.gz"])


def corrupt_gzip(case):
    whole = bytearray(gzip.compress(config_file(*[config_item(identifier=f"vol-{n}", volumeId=f"vol-{n}", encrypted=True, note=os.urandom(64).hex()) for n in range(200)]).encode()))
    whole[-8:-4] = b"\0\0\0\0"  # the checksum
    case.write("checksum.json.gz", bytes(whole))
    case.holds(case.assess(), 3, ["checksum.json.gz"])


def truncated_json(case):
    case.other("ec2-describe-volumes.json", json.dumps(VOLUMES)[:-20])
    run = case.assess()
    case.holds(run, 3, ["ec2-describe-volumes.json"])
    case.check("no pass came of it", not volume_verdict(run).startswith("pass"), volume_verdict(run))


def wrong_type_whole(case):
    """What is no reply must not look like a reply that lists nothing."""
    contents = {"eu-west-1": "[1, 2, 3]", "eu-west-3": '"text"', "us-west-1": "17", "us-west-2": "null", "us-east-2": ""}
    for region, content in contents.items():
        case.other("ec2-describe-volumes.json", content, region)
    run = case.assess()
    case.holds(run, 3, [f"{OTHER}/{region}/ec2-describe-volumes.json:1:1" for region in contents])
    failed = {c["region"] for c in run.report["coverage"]["calls_failed"] if c["account"] == OTHER and c["operation"] == "ec2:DescribeVolumes"}
    case.check("each call counts as failed", failed == set(contents), sorted(failed))


def wrong_type_inside(case):
    case.other("ec2-describe-volumes.json", {"Volumes": {"VolumeId": "vol-1", "Encrypted": True}})
    case.other("ec2-describe-volumes.json", {"Volumes": [1, "two", None, {"VolumeId": 3, "Encrypted": "perhaps"}]}, region="eu-west-1")
    run = case.assess()
    case.holds(run, 3, [f"{OTHER}/us-east-1/ec2-describe-volumes.json:1:13", f"{OTHER}/eu-west-1/ec2-describe-volumes.json"])
    passes = [k for k, v in run.verdicts(OTHER).items() if k[0] == "volume-encrypted" and v == "pass"]
    case.check("no pass came of it", not passes, str(passes))


def picture_named_outright(case):
    (case.folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    case.holds(case.assess(sources=("estate", "picture.png")), 3, ["picture.png"])


def picture_in_folder(case):
    case.write("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    run = case.assess()
    case.holds(run, 1)
    case.check("it is listed as no input", any(s["path"].endswith("picture.png") and s["status"] == "ignored" for s in run.report["sources"]), "")


def sparse_file(case, name, status=3):
    path = case.write(name, b"")
    with path.open("r+b") as file:
        file.truncate(2 << 30)
    case.holds(case.assess(), status, [path.name])


def two_gigabytes_as_reply(case):
    sparse_file(case, f"{OTHER}/us-east-1/ec2-describe-volumes.json")


def two_gigabytes_as_config(case):
    path = case.write("ConfigSnapshot.json", '{"fileVersion": "1.0", "configurationItems": [')
    with path.open("r+b") as file:
        file.truncate(2 << 30)
    case.holds(case.assess(), 3, [path.name])


def two_gigabytes_as_archive(case):
    sparse_file(case, "dump.zip")


def two_gigabytes_of_nothing_known(case):
    """No content that any importer knows: listed as no input."""
    path = case.write("unknown.json", b"")
    with path.open("r+b") as file:
        file.truncate(2 << 30)
    run = case.assess()
    case.holds(run, (1, 3))
    case.check("it is listed", any(s["path"].endswith("unknown.json") and s["status"] in ("ignored", "broken") for s in run.report["sources"]), run.err)


def gzip_bomb(case):
    """2 GiB of blanks in 2 MB, as a Config file and as a reply."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as file:
        file.write(b'{"fileVersion": "1.0", "configurationItems": [')
        for _ in range(512):
            file.write(b" " * (4 << 20))
        file.write(b"]}")
    case.write("bomb.json.gz", packed.getvalue())
    run = case.assess()
    case.holds(run, (1, 3))


def deep(case, name, content, status=3):
    case.write(name, content)
    run = case.assess()
    case.holds(run, status, [pathlib.Path(name).name])


def deep_reply(case):
    deep(case, f"{OTHER}/us-east-1/ec2-describe-volumes.json", '{"Volumes": ' + "[" * 10000 + "]" * 10000 + "}")


def deep_config_item(case):
    deep(case, "config.json", '{"fileVersion": "1.0", "configurationItems": [{"resourceType": "AWS::EC2::Volume", "configuration": ' + '{"a":' * 10000 + "1" + "}" * 10000 + "}]}")


def deep_template(case):
    deep(case, "deep.template.json", '{"AWSTemplateFormatVersion": "2010-09-09", "Resources": ' + '{"a":' * 10000 + "1" + "}" * 10000 + "}")


def yaml_bomb_template(case):
    text = "AWSTemplateFormatVersion: '2010-09-09'\nx0: &x0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
    for n in range(1, 12):
        text += f"x{n}: &x{n} [" + ", ".join([f"*x{n - 1}"] * 10) + "]\n"
    case.write("bomb.yaml", text + "Resources:\n  A: {Type: AWS::S3::Bucket, Properties: {Tags: *x11}}\n")
    case.holds(case.assess(), 3, ["bomb.yaml"])


def yaml_bomb_workspace(case):
    work = case.folder / "work"
    work.mkdir()
    text = "x0: &x0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n" + "".join(f"x{n}: &x{n} [" + ", ".join([f"*x{n - 1}"] * 10) + "]\n" for n in range(1, 12))
    (work / "reeve.yaml").write_text(text + "organization: Northfield\n")
    run = case.assess("--workspace", "work")
    case.holds(run, 3, ["reeve.yaml"], bystander=run.report is not None)


def duplicate_key_reply(case):
    case.other("ec2-describe-volumes.json", '{"Volumes": [{"VolumeId": "vol-1", "Encrypted": true,\n "Encrypted": false}]}')
    run = case.assess()
    case.holds(run, 3, ["ec2-describe-volumes.json:2:"])
    case.check("the last value counts", volume_verdict(run).startswith("fail"), volume_verdict(run))


def duplicate_key_config(case):
    case.write("config.json", '{"fileVersion": "1.0", "configurationItems": [\n' + json.dumps(config_item(volumeId="vol-1", encrypted=True)).replace('"encrypted": true', '"encrypted": true, "encrypted": false') + "]}")
    run = case.assess()
    case.holds(run, 3, ["config.json:2:"])
    case.check("the last value counts", volume_verdict(run).startswith("fail"), volume_verdict(run))


def duplicate_key_template(case):
    case.write("twice.yaml", "Resources:\n  Logs:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: one\n      BucketName: two\n")
    case.holds(case.assess(), 3, ["twice.yaml:6:"])


def not_utf8_reply(case):
    case.other("ec2-describe-volumes.json", b'{"Volumes": [{"VolumeId": "vol-\xff\xfe", "Encrypted": true}]}')
    run = case.assess()
    case.holds(run, 3, ["ec2-describe-volumes.json"])


def not_utf8_name(case):
    name = os.fsencode(case.estate) + b"/\xff\xfe-notes.txt"
    try:
        with open(name, "wb") as file:
            file.write(b"hello")
    except OSError as error:
        return case.suite.skip(f"{case.name}: this file system takes no such name ({error})")
    case.holds(case.assess(), (1, 3))


def utf16_template(case):
    case.write("wide.yaml", "Resources:\n  Logs:\n    Type: AWS::S3::Bucket\n".encode("utf-16"))
    run = case.assess()
    case.holds(run, (1, 3))
    read = [s for s in run.report["sources"] if s["path"].endswith("wide.yaml")] if run.report else []
    case.check("it is not silent about it", "wide.yaml" in run.err or bool(read), run.err[-300:])


def names_that_command_the_terminal(case):
    """What stands in names reaches no terminal as a command, neither in results nor in what is said about the input."""
    case.write("odd\x1b[31mfolder/us-east-1/ec2-describe-volumes.json", VOLUMES)
    case.write("odd\x1b[31mfolder/us-east-2/ec2-describe-volumes.json", "{")
    case.other("s3-list-buckets.json", {"Buckets": [{"Name": "logs\x1b]0;owned\x07"}]})
    for form in ("text", "json"):
        run = Run([case.suite.reeve, "assess", "estate", "--all", "--format", form], case.folder)
        case.check(f"no escape in {form}", "\x1b" not in run.out + run.err and "\x07" not in run.out + run.err, repr(run.err[-500:]))
        case.holds(run, 3, ["folder/us-east-2/ec2-describe-volumes.json:1:"], bystander=form == "json")


def tar_of(members):
    """members: (name, bytes or (type, target))"""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.mtime = 1795305600
            if isinstance(content, tuple):
                info.type, info.linkname = content
                tar.addfile(info)
            else:
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def tar_with_ways_out(case):
    good = json.dumps(VOLUMES).encode()
    case.write("dump.tar", tar_of([(f"{OTHER}/us-east-1/ec2-describe-volumes.json", good), ("../../escaped.json", good), ("/tmp/reeve-escaped.json", good),
                                   ("link", (tarfile.SYMTYPE, "/etc/passwd")), ("hard", (tarfile.LNKTYPE, "../../../etc/passwd")), ("pipe", (tarfile.FIFOTYPE, ""))]))
    run = case.assess()
    case.holds(run, 3, ["dump.tar", "../../escaped.json", "link"])
    case.check("nothing was written outside", not (case.folder / "escaped.json").exists() and not pathlib.Path("/tmp/reeve-escaped.json").exists(), "")
    case.check("its other members are judged", volume_verdict(run).startswith("pass"), volume_verdict(run))


def truncated_tar(case):
    case.write("cut.tar", tar_of([(f"{OTHER}/us-east-1/ec2-describe-volumes.json", b" " * 5000)])[:2000])
    case.holds(case.assess(), 3, ["cut.tar"])


def unreadable_folder(case):
    locked = case.estate / OTHER
    case.other("ec2-describe-volumes.json", VOLUMES)
    locked.chmod(0)
    before = None
    if os.geteuid() == 0:  # root reads everything, so the program runs as nobody, from a copy that nobody may run
        for path in (case.suite.folder, case.folder, case.estate):
            path.chmod(0o755)

        def before():
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
    program = case.suite.folder / "reeve"
    if not program.exists():
        shutil.copy(case.suite.reeve, program)
        program.chmod(0o755)
    try:
        run = Run([str(program), "assess", "estate", "--format", "json", "--all"], case.folder, before=before)
    except (OSError, subprocess.SubprocessError) as error:
        return case.suite.skip(f"{case.name}: cannot become another user here ({error})")
    finally:
        locked.chmod(0o755)
    case.holds(run, 3, [OTHER])


def loop_of_links(case):
    (case.estate / "loop").symlink_to("loop")
    (case.estate / "round").symlink_to(".")
    (case.estate / "dangling").symlink_to("nowhere")
    run = case.assess()
    case.holds(run, (1, 3))
    case.check("a link that leads nowhere is named", run.status == 3 and "dangling" in run.err or any("dangling" in s["path"] for s in run.report["sources"]), run.err)


def source_not_there(case):
    run = case.assess(sources=("estate", "nowhere"))
    case.holds(run, 3, ["nowhere"])


def pipe_in_folder(case):
    os.mkfifo(case.estate / "pipe.json")
    case.holds(case.assess(), (1, 3))


def every_call_denied(case):
    """An account where nothing may be read: all of it unknown by name, nothing pass."""
    calls = 0
    for path in sorted((case.estate / BYSTANDER).rglob("*")):
        if path.is_file():
            name = path.relative_to(case.estate / BYSTANDER)
            case.write(f"{OTHER}/{str(name).replace(BYSTANDER, OTHER)}", {"Error": {"Code": "AccessDenied", "Message": "not authorized"}})
            calls += 1
    run = case.assess()
    case.holds(run, 1)
    verdicts = run.verdicts(OTHER)
    case.check("it has verdicts", len(verdicts) > 20, len(verdicts))
    case.check("each of them is unknown", all(v == "unknown" for v in verdicts.values()), [k for k, v in verdicts.items() if v != "unknown"][:10])
    named = {(c["operation"], c["region"]) for c in run.report["coverage"]["calls_failed"] if c["account"] == OTHER}
    case.check("its denied calls are named", len(named) > 30, f"{len(named)} of {calls} files")
    causes = [f["reason"] for f in run.report["findings"] if f["resource"]["account"] == OTHER and f["status"] == "unknown"]
    case.check("each unknown has its cause", all(causes), "")


def one_moment_two_answers(case):
    """AWS Config tells twice of one volume at one moment, and not the same: unknown, by the name `conflict`."""
    case.write("a.json", config_file(config_item(volumeId="vol-1", encrypted=True)))
    case.write("b.json", config_file(config_item(volumeId="vol-1", encrypted=False)))
    run = case.assess()
    case.holds(run, (1, 3))
    case.check("unknown, because of a conflict", volume_verdict(run).startswith("unknown") and "conflict" in volume_verdict(run), volume_verdict(run))


def one_moment_one_answer(case):
    case.write("a.json", config_file(config_item(volumeId="vol-1", encrypted=True)))
    case.write("b.json", config_file(config_item(volumeId="vol-1", encrypted=True)))
    run = case.assess()
    case.holds(run, 1)
    case.check("pass, for they agree", volume_verdict(run) == "pass", volume_verdict(run))


def two_moments(case):
    """The newest wins, whichever is read first."""
    older, newer = "2026-11-19T00:00:00.000Z", "2026-11-20T00:00:00.000Z"
    case.write("a.json", config_file(config_item(identifier="vol-1", time=older, volumeId="vol-1", encrypted=True), config_item(identifier="vol-2", time=newer, volumeId="vol-2", encrypted=True)))
    case.write("b.json", config_file(config_item(identifier="vol-1", time=newer, volumeId="vol-1", encrypted=False), config_item(identifier="vol-2", time=older, volumeId="vol-2", encrypted=False)))
    run = case.assess()
    case.holds(run, 1)
    case.check("a newer fail stands", volume_verdict(run).startswith("fail"), volume_verdict(run))
    case.check("a newer pass stands", volume_verdict(run, "vol-2") == "pass", volume_verdict(run, "vol-2"))


def two_exports_without_times(case):
    """The same by CLI output, which states no time. A file's time says when it was copied, so it settles nothing: a conflict."""
    for folder, encrypted, when in (("first", True, 1795046400), ("second", False, 1795132800)):
        path = case.write(f"{folder}/{OTHER}/us-east-1/ec2-describe-volumes.json", {"Volumes": [{"VolumeId": "vol-1", "Encrypted": encrypted}]})
        os.utime(path, (when, when))
    run = case.assess()
    case.holds(run, (1, 3))
    case.check("unknown, because of a conflict", volume_verdict(run).startswith("unknown") and "conflict" in volume_verdict(run), volume_verdict(run))


def two_exports_that_agree(case):
    for folder in ("first", "second"):
        case.write(f"{folder}/{OTHER}/us-east-1/ec2-describe-volumes.json", VOLUMES)
    run = case.assess()
    case.holds(run, 1)
    case.check("pass, for they agree", volume_verdict(run) == "pass", volume_verdict(run))


def unknown_config_type(case):
    case.write("config.json", config_file(config_item(kind="AWS::Nobody::Knows", identifier="thing-1", thing=1), config_item(volumeId="vol-1", encrypted=True)))
    run = case.assess()
    case.holds(run, 1, ["AWS::Nobody::Knows"])
    case.check("the other item is judged", volume_verdict(run) == "pass", volume_verdict(run))


def config_item_without_type(case):
    bare = config_item(volumeId="vol-2", encrypted=True)
    del bare["resourceType"]
    case.write("config.json", config_file(bare, 17, None, config_item(volumeId="vol-1", encrypted=True)))
    run = case.assess()
    case.holds(run, (1, 3), ["config.json"])
    case.check("the other item is judged", volume_verdict(run) == "pass", volume_verdict(run))


def misspelt_workspace_key(case):
    work = case.folder / "work"
    work.mkdir()
    (work / "reeve.yaml").write_text("organization: Northfield Group\nthreshold:\n  fail_on: high\n")
    case.holds(case.assess("--workspace", "work"), 3, ["reeve.yaml:2:1", "`threshold`", "thresholds"])


def answers_nobody_asks_for(case):
    work = case.folder / "work"
    for name in ("exceptions", "attestations"):
        (work / name).mkdir(parents=True)
    (work / "reeve.yaml").write_text("organization: Northfield Group\nowners:\n  platfrm: j\n")
    (work / "exceptions" / "a.yaml").write_text('- {control: bucket-not-publik, resource: "*", owner: a, approver: b, reason: r, expires: 2027-01-01}\n')
    (work / "attestations" / "a.yaml").write_text(
        '- {control: root-mfa-enabled, answer: yes, owner: a, approver: b, given: 2026-11-01, expires: 2027-01-01, evidence: ["x"]}\n')
    case.holds(case.assess("--workspace", "work"), 3, ["reeve.yaml:3:3", "`platfrm`", "`bucket-not-publik`", "`bucket-not-public`", "`root-mfa-enabled`"])


def nothing_to_judge(case):
    (case.folder / "empty").mkdir()
    case.holds(case.assess(sources=("empty",)), 3, ["nothing to judge", "empty"], bystander=False)


def account_not_in_the_input(case):
    run = case.assess("--accounts", "999988887777")
    case.check("it is refused like a Region that is not there", run.status == 2 and "`999988887777`" in run.err and run.out == "", f"{run.status} {run.err[-300:]}")
    slip = case.assess("--accounts", "777788889998")
    case.check("the nearest account is named", slip.status == 2 and "did you mean `777788889999`?" in slip.err, slip.err[-300:])


def old_creation_dates(case):
    """A date that a reply mentions is no date to judge by: this runtime was retired after the function was last changed."""
    reply = {"Functions": [{"FunctionName": "old", "FunctionArn": "arn:aws:lambda:us-east-1:222233334444:function:old", "Runtime": "python3.8",
                            "PackageType": "Zip", "LastModified": "2023-05-01T00:00:00.000+0000"}]}
    path = case.folder / "export" / "222233334444" / "us-east-1" / "lambda-list-functions.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(reply))
    os.utime(path, (1795305600, 1795305600))  # 22 November 2026
    run = case.assess(sources=("export",))
    found = [f["status"] for f in run.report["findings"] if f["control"] == "function-runtime-supported" and f["resource"]["uid"].endswith(":old")]
    case.check("it is judged by the file's time", run.report["as_of_basis"] == "file" and found == ["fail"], f"{run.report['as_of_basis']} {found}")
    case.check("a note says so", "file's time" in run.err, run.err)


def misspelt_option(case):
    run = case.assess("--formt", "json")
    case.holds(run, 2, ["--format"], bystander=False)


def workspace_without_file(case):
    run = case.assess("--workspace", "nowhere")
    case.holds(run, (2, 3), ["nowhere"], bystander=False)


def store_is_whole(case, work):
    for path in sorted((work / ".reeve").rglob("*")) if (work / ".reeve").exists() else []:
        if path.is_file() and path.read_bytes()[:15] == b"SQLite format 3":
            with contextlib.closing(sqlite3.connect(path)) as store:
                answer = store.execute("PRAGMA integrity_check").fetchone()[0]
            case.check(f"{path.name} is whole", answer == "ok", answer)


def full_disk(case):
    """The store's file system is full: said by name, nothing torn, and with room again the next run is as if nothing had been."""
    work = case.folder / "work"
    work.mkdir()
    mounted = os.geteuid() == 0 and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96k", "none", str(work)], capture_output=True).returncode == 0
    try:
        (work / "reeve.yaml").write_text("organization: Northfield Group\n")

        def before():
            if not mounted:  # no file may grow beyond: as near to a full disk as a user without rights gets
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (96 << 10, 96 << 10))
        run = case.assess("--workspace", "work", before=before)
        case.holds(run, (3, 4), [".reeve"], bystander=run.report is not None)
        store_is_whole(case, work)
        if mounted:
            subprocess.run(["mount", "-o", "remount,size=256m", str(work)], check=True)
        run = case.assess("--workspace", "work")
        case.holds(run, 1)
        store_is_whole(case, work)
    finally:
        if mounted:
            subprocess.run(["umount", str(work)], check=True)


def full_disk_later(case):
    """The disk fills between two runs: the record of the first stays."""
    work = case.folder / "work"
    work.mkdir()
    mounted = os.geteuid() == 0 and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256m", "none", str(work)], capture_output=True).returncode == 0
    if not mounted:
        return case.suite.skip(f"{case.name}: no file system can be mounted here")
    try:
        (work / "reeve.yaml").write_text("organization: Northfield Group\n")
        first = case.assess("--workspace", "work")
        case.holds(first, 1)
        free = os.statvfs(work)
        (work / "ballast").write_bytes(b"x" * (free.f_bavail * free.f_frsize - 8192))
        case.other("ec2-describe-volumes.json", {"Volumes": [{"VolumeId": f"vol-{n}", "Encrypted": False} for n in range(500)]})
        case.holds(case.assess("--workspace", "work"), (3, 4), bystander=False)
        store_is_whole(case, work)
        (work / "ballast").unlink()
        shutil.rmtree(case.estate / OTHER)
        again = case.assess("--workspace", "work")
        case.holds(again, 1)
        seen = {f["id"]: f["first_seen"] for f in first.report["findings"] if "first_seen" in f}
        lost = [f["id"] for f in again.report["findings"] if f["id"] in seen and f.get("first_seen") != seen[f["id"]]]
        case.check("its findings kept their history", not lost and len(seen) > 10, lost[:5])
    finally:
        subprocess.run(["umount", str(work)], check=True)


def output_is_full(case):
    with open("/dev/full", "wb") as full:
        run = case.assess(stdout=full)
    case.holds(run, (3, 4), bystander=False)
    case.check("it says so", bool(run.err.strip()), "")
    # Through a link, so that a program which would put a file in the device's place puts it into this folder.
    link = case.folder / "full"
    link.symlink_to("/dev/full")
    run = case.assess("--out", "full")
    case.holds(run, (3, 4), ["`full`"], bystander=False)
    case.check("the device is still one", link.is_symlink(), "")


def store_is_no_store(case):
    work = case.folder / "work"
    (work / ".reeve").mkdir(parents=True)
    (work / "reeve.yaml").write_text("organization: Northfield Group\n")
    first = case.assess("--workspace", "work")
    case.holds(first, 1)
    for path in (work / ".reeve").iterdir():
        if path.is_file() and path.read_bytes()[:15] == b"SQLite format 3":
            path.write_bytes(b"this is no database at all\n" * 400)
    case.holds(case.assess("--workspace", "work"), (3, 4), [".reeve"], bystander=False)


CASES = [value for value in list(globals().values()) if callable(value) and getattr(value, "__code__", None) and value.__code__.co_varnames[:value.__code__.co_argcount] == ("case",)]
