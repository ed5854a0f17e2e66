#!/usr/bin/env python3
"""What `reeve detect --metrics` serves is OpenMetrics, says what the run's own output says, and does not suffer from who asks for it.

    python3 tests/detect_metrics.py [--reeve PROGRAM]
"""

import argparse
import datetime
import http.client
import json
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

import lib_reeve
from lib_detect import event, write_files
from lib_receivers import Receiver
from lib_reeve import Checks, built, reeve

RULES = {"CreateUser": "high", "DeleteUser": "low"}
NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(rf'^({NAME})(?:\{{((?:{NAME}="(?:[^"\\\n]|\\[\\n"])*",?)*)\}})? (-?[0-9]+(?:\.[0-9]+)?)$')
SUFFIXES = {"counter": ["_total"], "gauge": [""], "info": ["_info"]}


def parsed(text):
    """{name with its labels: value} of a page, and what of it is against OpenMetrics 1.0."""
    wrong, values, families, family = [], {}, {}, None
    lines = text.split("\n")
    if lines[-2:] != ["# EOF", ""]:
        wrong.append("does not end with `# EOF`")
    for line in lines[:-2]:
        if line.startswith("# "):
            _, kind, name, rest = (line.split(" ", 3) + [""])[:4]
            if kind == "TYPE":
                if name in families:
                    wrong.append(f"family {name} comes twice")
                family = name
                families[name] = rest
                if rest not in SUFFIXES:
                    wrong.append(f"unknown type {rest}")
                if name.endswith(("_total", "_info")):
                    wrong.append(f"family {name} has a suffix of samples")
            elif kind not in ("HELP", "UNIT") or name != family:
                wrong.append(f"out of place: {line}")
            elif kind == "UNIT" and not name.endswith("_" + rest):
                wrong.append(f"{name} does not end with its unit {rest}")
            continue
        match = SAMPLE.match(line)
        if not match:
            wrong.append(f"no sample: {line!r}")
            continue
        if family is None or match.group(1) not in [family + suffix for suffix in SUFFIXES.get(families[family], [])]:
            wrong.append(f"not of the family before it: {line}")
        if line.rsplit(" ", 1)[0] in values:
            wrong.append(f"twice: {line}")
        values[line.rsplit(" ", 1)[0]] = float(match.group(3))
    return values, wrong


class Followed:
    """A run that follows a folder and serves its metrics; what it prints is read when it is over."""

    def __init__(self, folder, *more, env=None):
        self.out, self.err = open(folder / "out", "w+"), open(folder / "err", "w+")
        command = [str(lib_reeve.REEVE), "detect", str(folder / "logs"), "--rules", str(folder / "rules"), "--follow", "--state", str(folder / "state"), "--format", "ndjson", "--audit",
                   "--metrics", "0", *map(str, more)]
        self.process = subprocess.Popen(command, stdout=self.out, stderr=self.err, stdin=subprocess.DEVNULL, env={"PATH": "/usr/bin:/bin", **(env or {})})
        self.port = int(self.wait(lambda: re.search(r"http://127\.0\.0\.1:(\d+)/metrics", self.said())).group(1))

    def said(self):
        return pathlib.Path(self.err.name).read_text()

    def wait(self, what, most_s=120):
        until = time.monotonic() + most_s
        while not (found := what()):
            if time.monotonic() > until or self.process.poll() is not None:
                raise RuntimeError(f"the run does not come to it: {self.said()[-500:]}")
            time.sleep(0.05)
        return found

    def ask(self, method="GET", path="/metrics", headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, headers=headers or {})
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer, body

    def values(self):
        return parsed(self.ask()[1])[0]

    def end(self):
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(120)
        lines = [json.loads(line) for line in pathlib.Path(self.out.name).read_text().splitlines()]
        return code, lines


def place(folder):
    (folder / "rules").mkdir(parents=True)
    for number, (name, level) in enumerate(RULES.items()):
        (folder / "rules" / f"{name}.yml").write_text(f"title: {name}\nid: 00000000-0000-4000-8000-00000000000{number}\nlogsource: {{product: aws, service: cloudtrail}}\n"
                                                      f"detection: {{selection: {{eventName: {name}}}, condition: selection}}\nlevel: {level}\n")
    (folder / "logs").mkdir()
    return folder


def counts_what_it_prints(checks, folder):
    run = Followed(place(folder))
    empty, wrong = parsed(run.ask()[1])
    checks.check(not wrong, "before anything came the page is OpenMetrics", wrong)
    checks.check(empty.get("reeve_events_total") == 0 and "reeve_event_lag_seconds" not in empty, "and says that nothing was judged, and no lag", empty)
    events = [event(number, number, "CreateUser" if number % 3 else "DeleteUser" if number % 2 else "ListUsers") for number in range(1, 61)]
    write_files(folder / "logs" / "a", events[:30])
    (folder / "logs" / "broken.json").write_text('{"Records": [' + json.dumps(event(99, 99, "ListUsers")) + ", 7]}")
    run.wait(lambda: run.values().get("reeve_events_total", 0) >= 31)
    between = run.values()
    write_files(folder / "logs" / "b", events[20:])  # ten of them again
    run.wait(lambda: run.values().get("reeve_events_total", 0) >= 71)
    run.wait(lambda: run.values().get("reeve_state_bytes", 0) > 0)
    answer, text = run.ask()
    said, wrong = parsed(text)
    checks.check(not wrong, "then too", wrong)
    checks.check(answer.status == 200 and answer.getheader("Content-Type") == "application/openmetrics-text; version=1.0.0; charset=utf-8", "its type is OpenMetrics'", answer.getheader("Content-Type"))
    checks.check(all(said[key] >= value for key, value in between.items() if "_total" in key) and said != between, "counters only grow", between)
    code, lines = run.end()
    audit = [line for line in lines if "alert_id" not in line]
    alerts = [line for line in lines if "alert_id" in line]
    checks.check(code == 3 and audit and alerts, "the run ends in good order, and tells of the record that is none", f"{code} {len(audit)} {len(alerts)}")
    checks.check(said["reeve_objects_total"] == len(audit), "objects are those of the audit", f"{said['reeve_objects_total']} {len(audit)}")
    for metric, key in (("reeve_events_total", "judged"), ("reeve_read_bytes_total", "bytes")):
        there = sum(one[key] for one in audit)
        checks.check(said[metric] == there > 0, f"{metric} is the audit's sum", f"{said[metric]} {there}")
    checks.check(said["reeve_events_refused_total"] == 1, "one record was refused", said["reeve_events_refused_total"])
    for level in ("informational", "low", "medium", "high", "critical"):
        told = sum(RULES[one["rule_title"]] == level for one in alerts)
        checks.check(said[f'reeve_alerts_total{{level="{level}"}}'] == told, f"alerts of level {level}", said[f'reeve_alerts_total{{level="{level}"}}'])
    checks.check(said["reeve_alerts_repeated_total"] > 0, "an event delivered again is an alert repeated", said["reeve_alerts_repeated_total"])
    newest = max(datetime.datetime.fromisoformat(one["eventTime"].replace("Z", "+00:00")) for one in events).timestamp()
    lag = time.time() - newest
    checks.check(lag - 900 < said["reeve_event_lag_seconds"] <= lag, "the lag is that of the newest event", f"{said['reeve_event_lag_seconds']} {lag}")
    checks.check(0 < said["reeve_state_bytes"] <= 2 * (folder / "state").stat().st_size, "the state's size is a file's", said["reeve_state_bytes"])
    with socket.socket() as gone:
        checks.check(gone.connect_ex(("127.0.0.1", run.port)) != 0, "nobody listens when the run is over", "")


def bears_with_anybody(checks, folder):
    run = Followed(place(folder))
    for method, path, status in (("GET", "/metrics", 200), ("HEAD", "/metrics", 200), ("GET", "/metrics?x=1", 200), ("GET", "/", 404), ("GET", "/metrics/..", 404), ("POST", "/metrics", 405), ("DELETE", "/metrics", 405)):
        answer, body = run.ask(method, path)
        checks.check(answer.status == status and (method != "HEAD" or not body) and answer.getheader("Connection") == "close", f"{method} {path} is {status}", answer.status)
    checks.check(run.ask(headers={"X-Long": "x" * 20_000})[0].status == 431, "a request of twenty kilobytes is refused", "")

    def raw(data):
        with socket.create_connection(("127.0.0.1", run.port), timeout=60) as one:
            one.sendall(data)
            one.shutdown(socket.SHUT_WR)
            got = b""
            while part := one.recv(4096):
                got += part
        return got.decode(errors="replace")

    for data in (b"\x00\xff\r\n\r\n", b"GET\r\n\r\n", b"GET /metrics\r\n\r\n", b"GET  /metrics HTTP/1.1\r\n\r\n", b"GET /metrics FTP/1.1\r\n\r\n"):
        checks.check(raw(data).startswith("HTTP/1.1 400 "), f"{data[:30]!r} is a bad request", raw(data)[:40])
    checks.check(raw(b"GET /met") == "", "half a request gets no answer", "")
    idle = [socket.create_connection(("127.0.0.1", run.port)) for _ in range(20)]  # who say nothing, more than there are places
    write_files(folder / "logs" / "a", [event(1, 1, "CreateUser")])
    told = run.wait(lambda: pathlib.Path(run.out.name).read_text().count('"alert_id"'))
    checks.check(told == 1, "the run judges while twenty callers say nothing", told)
    until = time.monotonic() + 100
    status = 0
    while status != 200 and time.monotonic() < until:
        try:
            status = run.ask()[0].status
        except OSError:
            pass
    checks.check(status == 200, "and others are answered when those have been sent away", status)
    for one in idle:
        one.close()
    code, _ = run.end()
    checks.check(code == 0, "the run ends in good order", code)


def counts_deliveries(checks, folder):
    place(folder)
    (folder / "workspace").mkdir()
    (folder / "workspace" / "reeve.yaml").write_text("organization: X\noutputs:\n  - {id: soc, kind: webhook, url: {env: SOC}, level: low}\n  - {id: refuses, kind: webhook, url: {env: REFUSES}, level: high}\n")
    with Receiver(200) as soc, Receiver(403) as refuses:
        run = Followed(folder, "--workspace", folder / "workspace", env={"SOC": soc.url, "REFUSES": refuses.url})
        write_files(folder / "logs" / "a", [event(number, number, "CreateUser" if number < 4 else "DeleteUser") for number in range(1, 6)])
        run.wait(lambda: (now := run.values()).get('reeve_deliveries_total{output="soc"}') == 5 and now.get('reeve_outbox_dead_letters{output="refuses"}') == 3)
        said, wrong = parsed(run.ask()[1])
        checks.check(not wrong, "with outputs the page is OpenMetrics", wrong)
        wanted = {'reeve_deliveries_total{output="soc"}': 5, 'reeve_deliveries_total{output="refuses"}': 0, 'reeve_deliveries_given_up_total{output="refuses"}': 3, 'reeve_delivery_failures_total{output="refuses"}': 3,
                  'reeve_delivery_failures_total{output="soc"}': 0, 'reeve_outbox_depth{output="soc"}': 0, 'reeve_outbox_depth{output="refuses"}': 0, 'reeve_outbox_dead_letters{output="soc"}': 0}
        for key, value in wanted.items():
            checks.check(said.get(key) == value, f"{key} is {value}", said.get(key))
        checks.check(soc.url not in run.ask()[1] and len(soc.got) == 5, "no address of an output stands in the page", "")
        run.end()


def refuses_what_is_no_address(checks, folder):
    place(folder)
    for address in ("", "x", "70000", "1.2.3:9", "example.com:9", "127.0.0.1:", "[::1:9", "-1"):
        done = reeve("detect", folder / "logs", "--rules", folder / "rules", f"--metrics={address}")
        checks.check(done.status == 2 and "--metrics" in done.err, f"`--metrics {address}` is a mistake", f"{done.status} {done.err[:200]}")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = reeve("detect", folder / "logs", "--rules", folder / "rules", "--metrics", taken.getsockname()[1])
        checks.check(done.status == 3 and "cannot listen" in done.err, "a port that somebody has is named", f"{done.status} {done.err[:200]}")
    done = reeve("detect", folder / "logs", "--verify-digests", "--metrics", "0")
    checks.check(done.status == 2, "a check of digests has no metrics", f"{done.status} {done.err[:200]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve")
    options = parser.parse_args()
    if options.reeve:
        lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    if not built(checks, "what --metrics serves"):
        return checks.end()
    with tempfile.TemporaryDirectory() as folder:
        for case in (counts_what_it_prints, bears_with_anybody, counts_deliveries, refuses_what_is_no_address):
            case(checks, pathlib.Path(folder) / case.__name__)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
