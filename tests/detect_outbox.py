#!/usr/bin/env python3
"""Alerts go to the workspace's outputs through an outbox in the state: each enqueued once, whatever ends the run, and none lost.

    python3 tests/detect_outbox.py [--reeve PROGRAM]
"""

import argparse
import base64
import email
import email.header
import email.policy
import email.utils
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse

import lib_reeve
from lib_detect import event, write_files
from lib_receivers import MailServer, Receiver, closed_port
from lib_reeve import Checks, built, reeve

RULE = """title: {title}
id: 00000000-0000-4000-8000-00000000000{number}
logsource: {{product: aws, service: cloudtrail}}
detection: {{selection: {{eventName: {name}}}, condition: selection}}
level: {level}
"""
PATH_SECRET, TOKEN, ROUTING, PASSWORD = "T00/B00/pathsecretxyz", "tokensecretxyz", "routingsecretxyz", "passwordsecretxyz"
SECRETS = ["pathsecretxyz", TOKEN, ROUTING, PASSWORD]


class Place:
    """A folder with rules, logs and a workspace."""

    def __init__(self, folder, outputs, events=None, title="A user is made", level="high"):
        self.folder = folder
        folder.mkdir(parents=True)
        self.rule, self.logs, self.workspace, self.state = folder / "rule.yml", folder / "logs", folder / "workspace", folder / "detect.state"
        self.rule.write_text(RULE.format(title=json.dumps(title), number=1, name="CreateUser", level=level))
        write_files(self.logs, events if events is not None else [event(number, number, "CreateUser") for number in (1, 2, 3)])
        self.workspace.mkdir()
        self.outputs(outputs)
        self.env = {"HOOK_TOKEN": TOKEN, "PD_KEY": ROUTING, "MAIL_PASSWORD": PASSWORD, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "eu-west-1", "AWS_EC2_METADATA_DISABLED": "true"}
        self.said = []

    def outputs(self, outputs):
        (self.workspace / "reeve.yaml").write_text("organization: X\n" + ("outputs:\n" + outputs if outputs else ""))

    def command(self, *more):
        return ["detect", self.logs, "--rules", self.rule, "--workspace", self.workspace, "--state", self.state, *more]

    def run(self, *more, **env):
        done = reeve(*self.command(*more), env={**self.env, **{key: str(value) for key, value in env.items()}})
        self.said.append(done.out + done.err)
        return done

    def outbox(self, *more):
        done = reeve("detect", "outbox", "--state", self.state, *more)
        self.said.append(done.out + done.err)
        done.rows = [json.loads(line) for line in done.out.splitlines()]
        return done

    def leaks(self):
        """Where a secret stands though it must not."""
        where = [f"said: {secret}" for text in self.said for secret in SECRETS if secret in text]
        for path in self.folder.rglob("*"):
            if path.is_file() and not path.name.endswith(".secret"):
                where += [f"{path}: {secret}" for secret in SECRETS if secret.encode() in path.read_bytes()]
        return where


def ids(done):
    return sorted(json.loads(line)["alert_id"] for line in done.out.splitlines() if "alert_id" in line)


def untimed(text):
    return re.sub(r"[0-9.]+ m?s$", "", text.strip())


WEBHOOK = "  - {id: soc, kind: webhook, url: {env: HOOK_URL}, token: {env: HOOK_TOKEN}, level: low}\n"


def webhook(checks, folder):
    with Receiver() as soc:
        place = Place(folder / "plain", WEBHOOK)
        url = f"{soc.url}/hooks/{PATH_SECRET}?key=a%20b+c&flag&x=%2f"
        done = place.run("--audit", HOOK_URL=url)
        told = [json.loads(line) for line in done.out.splitlines() if "alert_id" in line]
        checks.check(done.status == 0 and len(told) == 3 and not done.err, "a run with a webhook ends well", done.err)
        checks.check([json.loads(one.body) for one in soc.got] == told, "each alert is sent as it is told, in order", [one.body for one in soc.got])
        one = soc.got[0]
        checks.check(one.method == "POST" and one.path == f"/hooks/{PATH_SECRET}?key=a%20b+c&flag&x=%2f", "to the address as it was given", one.path)
        checks.check(one.headers["Content-Type"] == "application/json" and one.headers["Idempotency-Key"] == told[0]["alert_id"], "with the alert's id for idempotency", one.headers)
        checks.check(one.headers["Authorization"] == "Bearer " + TOKEN and one.headers["User-Agent"].startswith("reeve/"), "and the token", one.headers)
        checks.check(place.outbox().status == 0, "the outbox is empty behind it")
        done = place.run(HOOK_URL=url)
        checks.check(done.status == 0 and len(soc.got) == 3 and not ids(done), "what was told is not sent again")
        checks.check(not place.leaks(), "no secret stands anywhere", place.leaks())

        place = Place(folder / "levels", WEBHOOK.replace("low", "critical"))
        done = place.run(HOOK_URL=url)
        checks.check(done.status == 0 and len(ids(done)) == 3 and len(soc.got) == 3, "alerts below an output's level are told and not sent")

        place = Place(folder / "stateless", WEBHOOK)
        done = reeve("detect", place.logs, "--rules", place.rule, "--workspace", place.workspace, env={**place.env, "HOOK_URL": url})
        checks.check(done.status == 0 and len(ids(done)) == 3 and len(soc.got) == 3 and "--state" in done.err, "a run without a state sends nothing, and says so", done.err)

        for form in ("text", "ocsf"):
            place = Place(folder / form, WEBHOOK)
            before = len(soc.got)
            done = place.run("--format", form, HOOK_URL=url)
            plain = Place(folder / (form + "-plain"), "")
            bare = plain.run("--format", form)
            checks.check([json.loads(one.body)["rule_title"] for one in soc.got[before:]] == ["A user is made"] * 3, f"--format {form}: what is sent is the alert all the same")
            checks.check(untimed(done.out.replace(str(place.folder), "")) == untimed(bare.out.replace(str(plain.folder), "")), f"--format {form}: outputs change nothing of what is printed", done.out)


HOSTILE = "<!channel> & *x* <https://evil.example|click>\r\nBcc: eve@evil.example\r\n.\r\nÄ – 雪"


def hostile_event():
    return event(1, 1, "CreateUser", userIdentity={"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/<!channel>\r\nBcc: eve@evil.example", "userName": "x"})


def slack(checks, folder):
    with Receiver() as soc:
        place = Place(folder / "slack", "  - {id: channel, kind: slack, url: {env: HOOK_URL}}\n", [hostile_event()], title=HOSTILE)
        done = place.run(HOOK_URL=f"{soc.url}/services/{PATH_SECRET}")
        checks.check(done.status == 0 and len(soc.got) == 1 and soc.got[0].path == f"/services/{PATH_SECRET}", "slack: one message", done.err)
        body = json.loads(soc.got[0].body)
        header, section, context = body["blocks"]
        checks.check([one["type"] for one in body["blocks"]] == ["header", "section", "context"] and len(section["fields"]) <= 10, "slack: a header, a section and a context", body)
        checks.check(header["text"]["type"] == "plain_text" and header["text"]["text"].startswith("high: &lt;!channel&gt; &amp; ") and len(header["text"]["text"]) <= 150, "slack: the header is plain text with entities", header)
        checks.check(all(one["type"] == "plain_text" or one["text"] in ("*What*", "*Who*", "*Where*", "*Call*", "*From*") for one in section["fields"] + context["elements"]), "slack: nothing of an event stands in mrkdwn", section)
        checks.check([one["text"] for one in section["fields"]][0::2] == ["*What*", "*Who*", "*Where*", "*Call*", "*From*"] and section["fields"][5]["text"] == "111122223333 eu-west-1" and section["fields"][7]["text"] == "iam.amazonaws.com CreateUser", "slack: who did what where", section)
        checks.check("<" not in soc.got[0].body.decode() and ">" not in soc.got[0].body.decode() and "&lt;!channel&gt;" in body["text"], "slack: no angle bracket anywhere", body)
        checks.check(ids(done)[0] in context["elements"][0]["text"] and not place.leaks(), "slack: the id; no secret", place.leaks())


def pagerduty(checks, folder):
    for level, severity in (("critical", "critical"), ("high", "error"), ("medium", "warning"), ("low", "info"), ("informational", "info")):
        with Receiver(202) as soc:
            place = Place(folder / f"pd-{level}", f"  - {{id: on-call, kind: pagerduty, routing_key: {{env: PD_KEY}}, service: '{soc.url}', level: informational}}\n", [hostile_event()], title=HOSTILE, level=level)
            done = place.run()
            body = json.loads(soc.got[0].body) if soc.got else {}
            told = [json.loads(line) for line in done.out.splitlines()]
            payload = body.get("payload", {})
            checks.check(done.status == 0 and soc.got[0].path == "/v2/enqueue" and (body["routing_key"], body["event_action"], body["dedup_key"], body["client"]) == (ROUTING, "trigger", told[0]["alert_id"], "Reeve"), f"pagerduty {level}: a trigger", (done.err, body))
            checks.check(payload.get("severity") == severity and payload["timestamp"] == "2026-01-01T00:00:01Z" and payload["source"] == "111122223333 eu-west-1" and payload["component"] == "iam.amazonaws.com" and payload["group"] == "111122223333", f"pagerduty {level}: what it says", payload)
            checks.check(payload.get("custom_details") == told[0] and "\n" not in payload["summary"] and len(payload["summary"]) <= 1024 and not place.leaks(), f"pagerduty {level}: details, one line, no secret", payload)


def mail(checks, folder):
    with MailServer() as server:
        place = Place(folder / "mail", f"  - {{id: desk, kind: smtp, server: 'smtp://127.0.0.1:{server.port}', from: reeve@example.com, to: [ann@example.com, bob@example.org]}}\n", [hostile_event()], title=HOSTILE)
        done = place.run()
        checks.check(done.status == 0 and len(server.got) == 1, "mail: one message", (done.err, server.lines))
        got = server.got[0]
        checks.check("<reeve@example.com>" in got.sender and [one.split("<")[1].split(">")[0] for one in got.to] == ["ann@example.com", "bob@example.org"], "mail: the envelope is what was declared", (got.sender, got.to))
        message = email.message_from_bytes(got.data, policy=email.policy.default)
        told = json.loads(done.out.splitlines()[0])
        checks.check(set(message.keys()) == {"Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"}, "mail: no header of anybody else's", message.keys())
        checks.check(message["Subject"].startswith("[high] <!channel> & *x*") and "雪" in message["Subject"] and message["To"] == "ann@example.com, bob@example.org", "mail: the subject in any script", message["Subject"])
        checks.check(message["Message-ID"] == f"<{told['alert_id']}.desk@example.com>", "mail: the same alert is the same message", message["Message-ID"])
        checks.check(json.loads(message.get_content().strip().splitlines()[-1]) == told, "mail: the alert is in it, whole")
        checks.check(all(len(line) <= 78 for line in got.data.split(b"\r\n")) and b"\n" not in got.data.replace(b"\r\n", b""), "mail: lines of at most 78, each with CRLF")
    for reply, state in (("550 no", "dead"), ("451 later", "waiting")):
        with MailServer(reply) as server:
            place = Place(folder / f"mail-{state}", f"  - {{id: desk, kind: smtp, server: 'smtp://127.0.0.1:{server.port}', from: reeve@example.com, to: [ann@example.com]}}\n", [event(1, 1, "CreateUser")])
            done = place.run("--deliver-for", "1s")
            rows = place.outbox().rows
            checks.check(done.status == 3 and rows and rows[0]["state"] == state and rows[0]["reason"] == f"SMTP {reply[:3]}", f"mail: {reply[:3]} is {state}", (done.err, rows))
    with MailServer() as server:
        place = Place(folder / "mail-login", f"  - {{id: desk, kind: smtp, server: 'smtp://127.0.0.1:{server.port}', from: reeve@example.com, to: [ann@example.com], user: reeve, password: {{env: MAIL_PASSWORD}}}}\n", [event(1, 1, "CreateUser")])
        done = place.run("--deliver-for", "1s")
        rows = place.outbox().rows
        checks.check(done.status == 3 and not server.got and not server.logins and rows[0]["reason"] == "the server offers no TLS" and not place.leaks(), "mail: nobody logs in without TLS", (rows, server.lines))
    if not shutil.which("openssl"):
        checks.skip("mail over TLS", "there is no openssl", "STARTTLS and login")
        return
    pem, key = folder / "ca.pem", folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", pem], check=True, capture_output=True)
    for implicit in (False, True):
        for trusted in (True, False):
            with MailServer(tls=(pem, key), implicit=implicit) as server:
                name = f"mail-tls{implicit:d}{trusted:d}"
                place = Place(folder / name, f"  - {{id: desk, kind: smtp, server: '{'smtps' if implicit else 'smtp'}://127.0.0.1:{server.port}', from: reeve@example.com, to: [ann@example.com], user: reeve, password: {{env: MAIL_PASSWORD}}{', ca_file: ' + str(pem) if trusted else ''}}}\n", [event(1, 1, "CreateUser")])
                done = place.run("--deliver-for", "3s" if not trusted else "20s")
                if trusted:
                    login = base64.b64encode(b"\0reeve\0" + PASSWORD.encode()).decode()
                    checks.check(done.status == 0 and server.got[0].secure and server.logins == [(True, "AUTH PLAIN " + login)] and not place.leaks(), f"{name}: login and message over TLS", (done.err, server.lines))
                else:
                    rows = place.outbox().rows
                    checks.check(done.status == 3 and not server.got and not server.logins and rows[0]["reason"] == "TLS failed", f"{name}: an unknown certificate gets nothing", (rows, server.lines))
    with Receiver(tls=(pem, key)) as soc:
        place = Place(folder / "https", WEBHOOK, [event(1, 1, "CreateUser")])
        done = place.run("--deliver-for", "1s", HOOK_URL=soc.url)
        checks.check(done.status == 3 and not soc.got and place.outbox().rows[0]["reason"] == "TLS failed", "a webhook with an unknown certificate gets nothing", done.err)
        place.outputs(WEBHOOK.replace("level", f"ca_file: {pem}, level"))
        time.sleep(1.1)
        done = place.run(HOOK_URL=soc.url)
        checks.check(done.status == 0 and len(soc.got) == 1, "with its certificate it does", done.err)


PUBLISHED = b"""<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult><ResponseMetadata><RequestId>2</RequestId></ResponseMetadata></PublishResponse>"""


def sns(checks, folder):
    for topic in ("alerts", "alerts.fifo"):
        with Receiver((200, {"Content-Type": "text/xml"}, PUBLISHED)) as soc:
            arn = f"arn:aws:sns:eu-central-1:111122223333:{topic}"
            place = Place(folder / f"sns-{topic}", f"  - {{id: topic, kind: sns, topic: '{arn}'}}\n", [hostile_event()], title=HOSTILE)
            done = place.run("--endpoint-url", soc.url)
            checks.check(done.status == 0 and len(soc.got) == 1, f"sns {topic}: one request", (done.err, [one.body for one in soc.got]))
            if not soc.got:
                continue
            form = dict(urllib.parse.parse_qsl(soc.got[0].body.decode(), keep_blank_values=True))
            told = json.loads(done.out.splitlines()[0])
            checks.check((form["Action"], form["Version"], form["TopicArn"]) == ("Publish", "2010-03-31", arn) and json.loads(form["Message"]) == told, f"sns {topic}: the alert to the topic", form)
            subject = form["Subject"]
            checks.check(subject.startswith("[high] <!channel>") and len(subject) <= 100 and all(" " <= c <= "~" for c in subject), f"sns {topic}: a subject that SNS takes", subject)
            attributes = {form[f"MessageAttributes.entry.{n}.Name"]: (form[f"MessageAttributes.entry.{n}.Value.DataType"], form[f"MessageAttributes.entry.{n}.Value.StringValue"]) for n in (1, 2, 3)}
            checks.check(attributes == {"alert_id": ("String", told["alert_id"]), "level": ("String", "high"), "rule_id": ("String", told["rule_id"])}, f"sns {topic}: attributes", attributes)
            checks.check("/eu-central-1/sns/aws4_request" in soc.got[0].headers["Authorization"], f"sns {topic}: signed for the topic's Region", soc.got[0].headers)
            checks.check((form.get("MessageDeduplicationId"), form.get("MessageGroupId")) == ((told["alert_id"], "reeve") if topic.endswith("fifo") else (None, None)), f"sns {topic}: by what a second copy is known", form)


def backoff(checks, folder):
    with Receiver(503, 503, 200) as soc:
        place = Place(folder / "backoff", WEBHOOK, [event(1, 1, "CreateUser")])
        done = place.run(HOOK_URL=soc.url)
        gaps = [round(b.at - a.at, 2) for a, b in zip(soc.got, soc.got[1:])]
        checks.check(done.status == 0 and len(soc.got) == 3 and 0.45 <= gaps[0] and 0.95 <= gaps[1], "what fails is tried again, each time later", (gaps, done.err))
        checks.check(len({one.headers["Idempotency-Key"] for one in soc.got}) == 1, "by the same id")
    with Receiver((429, {"Retry-After": "3"}), 200) as soc:
        place = Place(folder / "after", WEBHOOK)
        done = place.run(HOOK_URL=soc.url)
        checks.check(done.status == 0 and len(soc.got) == 4 and soc.got[1].at - soc.got[0].at >= 2.9, "Retry-After in seconds is kept, for all that goes there", [one.at for one in soc.got])
    with Receiver(lambda _: (503, {"Retry-After": email.utils.formatdate(time.time() + 4, usegmt=True)}), 200) as soc:
        place = Place(folder / "date", WEBHOOK, [event(1, 1, "CreateUser")])
        done = place.run(HOOK_URL=soc.url)
        checks.check(done.status == 0 and len(soc.got) == 2 and soc.got[1].at - soc.got[0].at >= 2.5, "and as a date", [one.at for one in soc.got])
    with Receiver((503, {"Retry-After": "7200"})) as soc:
        place = Place(folder / "long", WEBHOOK)
        start = time.monotonic()
        done = place.run(HOOK_URL=soc.url)
        checks.check(done.status == 3 and "3 alerts wait in the outbox for `soc`" in done.err and len(soc.got) == 1, "what is due long after is left for the next run, which is status 3", done.err)
        checks.check(time.monotonic() - start < 25, "and nobody waits for it")
        rows = place.outbox().rows
        checks.check(sorted(row["attempts"] for row in rows) == [0, 0, 1] and any(row.get("reason") == "HTTP 503" for row in rows), "`detect outbox` lists it with the reason", rows)


def dead_letters(checks, folder):
    for status, kept in ((400, "HTTP 400"), (401, "HTTP 401"), (404, "HTTP 404"), (302, "a redirect is not followed")):
        with Receiver((status, {"Location": "/elsewhere"} if status == 302 else {})) as soc:
            place = Place(folder / f"dead{status}", WEBHOOK, [event(1, 1, "CreateUser")])
            done = place.run(HOOK_URL=f"{soc.url}/{PATH_SECRET}")
            rows = place.outbox().rows
            checks.check(done.status == 3 and len(soc.got) == 1 and rows and rows[0]["state"] == "dead" and kept in rows[0]["reason"], f"{status} is for good: one attempt", (done.err, rows))
            checks.check(rows[0]["alert_id"] in done.err and "`soc`" in done.err, f"{status}: named at the end", done.err)
            checks.check(not place.leaks(), "no secret in the reason", place.leaks())
    with Receiver(500) as soc:
        place = Place(folder / "attempts", WEBHOOK.replace("level: low", "level: low, attempts: 2"), [event(1, 1, "CreateUser")])
        done = place.run(HOOK_URL=soc.url)
        rows = place.outbox().rows
        checks.check(done.status == 3 and len(soc.got) == 2 and rows[0]["state"] == "dead" and "after 2 attempts" in rows[0]["reason"], "so many attempts, then it is given up", (done.err, rows))
        soc.answers[:] = [200]
        done = place.run(HOOK_URL=soc.url)
        checks.check(done.status == 3 and len(soc.got) == 2 and "1 alert was given up" in done.err, "what was given up is not tried by itself, and told each time", done.err)
        done = place.outbox("--retry", "--to", "other")
        checks.check("0 deliveries" in done.err, "--to another: nothing is requeued", done.err)
        done = place.outbox("--retry")
        checks.check(done.status == 1 and done.rows == [] or done.rows[0]["state"] == "waiting", "--retry lets it wait again", done.out)
        done = place.run(HOOK_URL=soc.url)
        checks.check(done.status == 0 and len(soc.got) == 3 and place.outbox().status == 0, "and the next run delivers it", done.err)
    place = Place(folder / "drop", WEBHOOK)
    place.run("--deliver-for", "0s", HOOK_URL=f"http://127.0.0.1:{closed_port()}")
    place.outputs("  - {id: other, kind: webhook, url: {env: HOOK_URL}}\n")
    done = place.run("--deliver-for", "0s", HOOK_URL=f"http://127.0.0.1:{closed_port()}")
    checks.check(done.status == 3 and "for `soc`" in done.err, "what waits for an output that is no longer declared is told", done.err)
    checks.check(place.outbox("--drop").status == 2, "--drop needs --to")
    done = place.outbox("--drop", "--to", "soc")
    checks.check(done.status == 0 and "3 deliveries" in done.err and place.outbox().status == 0, "--drop --to throws it away", done.err)


def down_then_up(checks, folder):
    port = closed_port()
    place = Place(folder / "down", WEBHOOK + "  - {id: other, kind: webhook, url: {env: OTHER_URL}, level: low}\n")
    with Receiver() as other:
        done = place.run("--deliver-for", "2s", HOOK_URL=f"http://127.0.0.1:{port}/{PATH_SECRET}", OTHER_URL=other.url)
        checks.check(done.status == 3 and len(other.got) == 3 and "3 alerts wait" in done.err and "for `other`" not in done.err, "a destination that is down holds up no other", done.err)
        with Receiver(port=port) as soc:
            deadline = time.monotonic() + 30
            while len(soc.got) < 3 and time.monotonic() < deadline:
                done = place.run(HOOK_URL=soc.url, OTHER_URL=other.url)
            checks.check(done.status == 0 and len(soc.got) == 3 and len(other.got) == 3, "when it is up, the next run brings it what it missed, once", (len(soc.got), done.err))
    checks.check(not place.leaks(), "no secret stands anywhere", place.leaks())
    with Receiver(slow_s=3) as slow, Receiver() as quick:
        place = Place(folder / "slow", WEBHOOK + "  - {id: other, kind: webhook, url: {env: OTHER_URL}, level: low}\n")
        done = place.run(HOOK_URL=slow.url, OTHER_URL=quick.url)
        checks.check(done.status == 0 and len(slow.got) == 3 and quick.got[2].at < slow.got[1].at, "nor does a slow one")


def killed(checks, folder):
    """Killed at any moment: the outbox has an alert if and only if the state knows that it was told."""
    events = [event(number, number, "CreateUser") for number in range(1, 1501)]
    place = Place(folder / "killed", "  - {id: soc, kind: webhook, url: {env: HOOK_URL}, level: low}\n", [])
    write_files(place.logs, events, size=2)
    with Receiver() as soc:
        env = {**os.environ, **place.env, "HOOK_URL": soc.url}
        kills = 0
        for number in range(10):
            program = subprocess.Popen([str(lib_reeve.REEVE), *map(str, place.command("--deliver-for", "2s"))], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(0.05 + 0.04 * number)
            if program.poll() is None:
                program.send_signal(signal.SIGKILL)
                kills += 1
            program.wait()
            db = sqlite3.connect(place.state)
            try:
                told = db.execute("SELECT count(*) FROM alert_told").fetchone()[0] if db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'alert_told'").fetchone()[0] else 0
                rows, once = db.execute("SELECT count(*), count(DISTINCT alert_id) FROM outbox").fetchone() if db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'outbox'").fetchone()[0] else (0, 0)
            finally:
                db.close()
            received = len({one.headers["Idempotency-Key"] for one in soc.got})
            if rows != once or rows + received < told:
                checks.check(False, f"kill {number}: each alert that was told is in the outbox or was delivered", (told, rows, once, received))
        checks.check(kills >= 3, "the runs were killed in their midst", kills)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            done = place.run("--deliver-for", "60s", HOOK_URL=soc.url)
            if done.status == 0:
                break
        got = [one.headers["Idempotency-Key"] for one in soc.got]
        checks.check(done.status == 0 and len(set(got)) == len(events), "every alert arrives", (len(set(got)), done.err[-300:]))
        checks.check(len(got) - len(set(got)) <= kills * 300, "twice only what was on its way or not yet on record when the run was killed", len(got))


def follow(checks, folder):
    place = Place(folder / "follow", WEBHOOK)
    with Receiver(503, 200) as soc:
        program = subprocess.Popen([str(lib_reeve.REEVE), *map(str, place.command("--follow"))], env={**os.environ, **place.env, "HOOK_URL": soc.url}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        def until(count):
            deadline = time.monotonic() + 60
            while len(soc.got) < count and time.monotonic() < deadline:
                time.sleep(0.1)
        until(4)
        write_files(place.logs / "more", [event(9, 9, "CreateUser")])
        until(5)
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=60)
        checks.check(program.returncode == 0 and len(soc.got) == 5, "a run that follows delivers as it goes, and ends well when it is told to", (program.returncode, len(soc.got), err))


def settings(checks, folder):
    place = Place(folder / "settings", "")
    bad = [
        ("- {id: a, kind: webhook, url: https://example.com/pathsecretxyz}", ":3:33: `url` stands here in clear"),
        ("- {id: a, kind: pagerduty, routing_key: routingsecretxyz}", ":3:43: `routing_key` stands here in clear"),
        ("- {id: a, kind: webhook, url: {env: 'https://x/pathsecretxyz'}}", "refers to no secret"),
        ("- {id: a, kind: webhook, url: {file: 'https://x/pathsecretxyz'}}", "refers to no secret"),
        ("- {id: a, kind: webhook}", "lacks `url`"),
        ("- {id: a, kind: teams, url: {env: X}}", "`kind` is `teams`"),
        ("- {id: a, kind: slack, url: {env: X}, token: {env: Y}}", "unknown key `token`"),
        ("- {id: a, kind: smtp, server: 'smtp://ann:passwordsecretxyz@mail.example', from: a@b.example, to: [c@d.example]}", "`server` does not hold"),
        ("- {id: a, kind: smtp, server: 'smtp://mail.example', from: \"a@b.example\\r\\nBcc: x@y.example\", to: [c@d.example]}", "`from` is"),
        ("- {id: a, kind: smtp, server: 'smtp://mail.example', from: a@b.example, to: [c@d.example], user: ann}", "a `user` and a `password`"),
        ("- {id: a, kind: sns, topic: alerts}", "`topic` does not hold"),
        ("- {id: a, kind: pagerduty, routing_key: {env: PD_KEY}, service: 'http://pd.example'}", "`service` does not hold"),
        ("- {id: a, kind: slack, url: {env: X}, level: loud}", "`level` is `loud`"),
        ("- {id: a, kind: webhook, url: {env: NOT_THERE}}", "the environment has no `NOT_THERE`"),
        ("- {id: a, kind: webhook, url: {file: not-there.secret}}", "cannot read `"),
    ]
    for line, what in bad:
        place.outputs("  " + line + "\n")
        place.state.unlink(missing_ok=True)
        done = place.run("--deliver-for", "0s")
        checks.check(done.status == 3 and what in done.err and f"{place.workspace}/reeve.yaml:3:" in done.err and len(ids(done)) == 3, f"refused by place, the rest goes on: {what}", done.err)
    place.outputs("  - {id: a, kind: webhook, url: {env: HOOK_URL}}\n")
    for url, what in (("http://example.com/pathsecretxyz", "is not HTTPS"), ("https://ann:pathsecretxyz@example.com/", "a name before it"), ("ftp://x/pathsecretxyz", "no address of HTTPS"), ("https://example.com/a\nb", "more than one line")):
        place.state.unlink(missing_ok=True)
        done = place.run("--deliver-for", "0s", HOOK_URL=url)
        checks.check(done.status == 3 and what in done.err, f"what is referred to does not hold: {what}", done.err)
    (place.workspace / "reeve.yaml").write_text("organization: X\n")
    checks.check(not place.leaks(), "no secret in any message", place.leaks())
    (place.workspace / "hook.secret").write_text("")
    with Receiver() as soc:
        (place.workspace / "hook.secret").write_text(f"{soc.url}/{PATH_SECRET}\n")
        place.outputs("  - {id: a, kind: webhook, url: {file: hook.secret}}\n")
        place.state.unlink(missing_ok=True)
        done = place.run()
        checks.check(done.status == 0 and soc.got[0].path == f"/{PATH_SECRET}", "a secret in a file beside reeve.yaml", done.err)
        done = reeve("assess", lib_reeve.NORTHFIELD, "--workspace", place.workspace, "--format", "json")
        checks.check("outputs" not in done.err, "`reeve assess` knows the key", done.err)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    options = parser.parse_args()
    lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    if not built(checks, "alerts reach the workspace's outputs"):
        sys.exit(checks.end())
    with tempfile.TemporaryDirectory() as name:
        for part in (webhook, slack, pagerduty, mail, sns, backoff, dead_letters, down_then_up, follow, settings, killed):
            part(checks, pathlib.Path(name))
    sys.exit(checks.end())


if __name__ == "__main__":
    main()
