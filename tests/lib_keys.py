"""The places that give AWS credentials, played on loopback: STS, IAM Identity Center, sign-in, a container's endpoint, an instance's metadata.

Who asked with which keys shows in the access key id that comes out: a role taken with AKIAX is `ASIA-role-by-AKIAX`. Every secret that is
given holds the word PLANTED, so that tests can look for it where it must not be.
"""

import datetime
import http.server
import json
import re
import threading
import urllib.parse

ACCOUNT = "111122223333"
NOW = "2026-11-29T12:00:00Z"


def moment(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)


def later(seconds, since=NOW):
    return (moment(since) + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Places:
    """`clock`: what the servers think it is, `lasts`: seconds that keys are good for, `refuse`: action → (status, code, message) for its first
    `refusals` requests."""

    def __init__(self, clock=None):
        self.clock, self.lasts, self.refuse, self.refusals, self.log, self.lock = clock, 3600, {}, 10**9, [], threading.Lock()
        self.expires, self.minds_the_clock = None, False
        places = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                status, kind, text = places.of(self.command, self.path, self.headers, body)
                self.send_response_only(status)
                if places.clock:
                    self.send_header("Date", moment(places.clock).strftime("%a, %d %b %Y %H:%M:%S GMT"))
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_POST = do_PUT = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        threading.Thread(target=self.server.shutdown, daemon=True).start()  # which takes half a second that nobody waits for

    def until(self, seconds=None):
        if self.expires:
            return self.expires
        now = moment(self.clock) if self.clock else datetime.datetime.now(datetime.timezone.utc)
        return (now + datetime.timedelta(seconds=seconds or self.lasts)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def of(self, method, target, headers, body):
        path, _, query = target.partition("?")
        fields = dict(urllib.parse.parse_qsl(body)) if headers.get("Content-Type", "").startswith("application/x-www-form") else {}
        action = fields.get("Action", f"{method} {path}")
        with self.lock:
            self.log.append({"action": action, "fields": fields, "query": dict(urllib.parse.parse_qsl(query)), "headers": {key.lower(): value for key, value in headers.items()}, "body": body})
            refused = action in self.refuse and self.refusals > 0
            self.refusals -= refused
        if refused:
            status, code, message = self.refuse[action]
            if fields:
                return status, "text/xml", f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
            return status, "application/json", json.dumps({"__type": code, "code": code, "error": code, "message": message})
        if fields and self.minds_the_clock and (signed := headers.get("X-Amz-Date")):
            said = datetime.datetime.strptime(signed, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
            if abs((said - moment(self.clock)).total_seconds()) > 300:
                return 403, "text/xml", f"<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Signature expired: {signed} is now earlier than the time</Message></Error></ErrorResponse>"
        if fields:
            return self.sts(action, fields, headers)
        if path.startswith("/latest/"):
            return self.instance(method, path, headers)
        if path == "/federation/credentials":
            return self.sso(headers, dict(urllib.parse.parse_qsl(query)))
        if path == "/token":
            asked = json.loads(body)
            return 200, "application/json", json.dumps({"accessToken": f"renewed-by-{asked['refreshToken']}", "expiresIn": 3600, "refreshToken": "PLANTED-refresh-2", "tokenType": "Bearer"})
        if path == "/v1/token":
            asked = json.loads(body)
            keys = {"accessKeyId": "ASIALOGINRENEWED", "secretAccessKey": "PLANTED-login-2", "sessionToken": "PLANTED-login-token-2"}
            return 200, "application/json", json.dumps({"accessToken": keys, "tokenType": "aws_sigv4", "expiresIn": 900, "refreshToken": "PLANTED-" + asked["grantType"]})
        if path.startswith("/container"):
            who = headers.get("Authorization", "nobody")
            return 200, "application/json", json.dumps({"AccessKeyId": "ASIACONTAINER" + path[len("/container") :].upper().strip("/"), "SecretAccessKey": "PLANTED-container", "Token": "PLANTED-" + who, "Expiration": self.until(),
                                                        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/task"})  # fmt: skip
        return 404, "text/plain", "not here"

    def sts(self, action, fields, headers):
        by = re.search(r"Credential=([^/]+)/", headers.get("Authorization", ""))
        role = fields["RoleArn"].split("/")[-1]
        if action == "AssumeRoleWithWebIdentity":
            by_whom = "token-" + fields["WebIdentityToken"].replace("PLANTED-", "").strip()
        else:
            by_whom = by.group(1) if by else "nobody"
        text = f"""<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result>
<AssumedRoleUser><AssumedRoleId>AROA:s</AssumedRoleId><Arn>arn:aws:sts::{fields["RoleArn"].split(":")[4]}:assumed-role/{role}/{fields["RoleSessionName"]}</Arn></AssumedRoleUser>
<Credentials><AccessKeyId>ASIA-{role}-by-{by_whom}</AccessKeyId><SecretAccessKey>PLANTED-sts</SecretAccessKey><SessionToken>PLANTED-sts-token</SessionToken>
<Expiration>{self.until(int(fields.get("DurationSeconds", 0)) if self.lasts == 3600 else None)}</Expiration></Credentials></{action}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{action}Response>"""
        return 200, "text/xml", text

    def sso(self, headers, query):
        token = headers.get("x-amz-sso_bearer_token", "")
        expires = int(moment(self.until()).timestamp() * 1000)
        keys = {"accessKeyId": f"ASIA-{query['role_name']}-of-{query['account_id']}-by-{token.replace('PLANTED-', '')}", "secretAccessKey": "PLANTED-sso", "sessionToken": "PLANTED-sso-token", "expiration": expires}
        return 200, "application/json", json.dumps({"roleCredentials": keys})

    def instance(self, method, path, headers):
        if path == "/latest/api/token":
            return (200, "text/plain", "PLANTED-imds-token") if method == "PUT" else (405, "text/plain", "")
        if headers.get("x-aws-ec2-metadata-token") != "PLANTED-imds-token":
            return 401, "text/plain", ""
        base = "/latest/meta-data/iam/security-credentials/"
        if path == base:
            return 200, "text/plain", "instance-role"
        if path == base + "instance-role":
            return 200, "text/plain", json.dumps({"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": "ASIAINSTANCE", "SecretAccessKey": "PLANTED-instance", "Token": "PLANTED-instance-token", "Expiration": self.until()})
        return 404, "text/plain", ""
