#!/usr/bin/env python3
"""Whose keys are used: settings → which provider wins, which access key comes out, which error is named; botocore's own resolver beside it.

    python3 tests/credentials.py [--reeve PROGRAM]

The places that give keys are played on loopback (lib_keys.py). Where botocore can be asked the same it must give the same access key, or
refuse too. Whatever happens, no secret is in what is printed.
"""

import argparse
import base64
import contextlib
import hashlib
import json
import logging
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest.mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_keys import ACCOUNT, NOW, Places, later, moment  # noqa: E402
from lib_reeve import ROOT, Checks  # noqa: E402

ROLE = f"arn:aws:iam::{ACCOUNT}:role/"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "PLANTED-env"}
FILE_KEYS = "aws_access_key_id = {}\naws_secret_access_key = PLANTED-file\n"
SSO = "sso_session = corp\nsso_account_id = 444455556666\nsso_role_name = Reader\n"
SSO_SESSION = "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example/start\n"
CORP = hashlib.sha1(b"corp").hexdigest()
OLD_SSO = hashlib.sha1(b"https://old.example/start").hexdigest()
LOGIN = hashlib.sha256(b"arn:aws:iam::111122223333:user/me").hexdigest()
# Made for this test and good for nothing else.
P256 = """-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIFXzEU2Mas3NmhtH97CGs+2/2ifmBVKKC5rjkwHdmq8OoAoGCCqGSM49
AwEHoUQDQgAEJL1ux1lfi/aTnWvUeiuFa/KC++y1rQff2IVLa/Rg9oRuQm+6NOb9
su249FO89PsJfibYIjJXAiryM8HwWgF7OQ==
-----END EC PRIVATE KEY-----
"""
PROCESS = "import json,sys; print(json.dumps({})); sys.exit({})"


def file_keys(key):
    return FILE_KEYS.format(key)


def token(**more):
    return json.dumps({"startUrl": "https://corp.example/start", "region": "eu-west-1", "accessToken": "PLANTED-access", "expiresAt": later(7200)} | more)


RENEWABLE = {"refreshToken": "PLANTED-refresh", "clientId": "client", "clientSecret": "PLANTED-client", "registrationExpiresAt": later(86400)}


def login(expires):
    return json.dumps({"accessToken": {"accessKeyId": "ASIALOGIN", "secretAccessKey": "PLANTED-login", "sessionToken": "PLANTED-login-token", "accountId": ACCOUNT, "expiresAt": expires}, "refreshToken": "PLANTED-r",
                       "dpopKey": P256, "clientId": "arn:aws:signin:::devtools/same-device", "tokenType": "aws_sigv4", "idToken": "PLANTED-id"})  # fmt: skip


def process(answer, status=0):
    answer = {"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "PLANTED-process"} | answer
    return {"process.py": f"import json, sys\nsys.stderr.write('PLANTED-stderr')\nprint(json.dumps({answer!r}))\nsys.exit({status})\n"}


RUN_PROCESS = f"credential_process = '{sys.executable}' \"{{home}}/process.py\" --for 'a role'\n"

# name, settings (env, config, credentials, files, profile) → (source, access key) or what the error says. `alone`: why botocore is not asked.
CASES = [
    # Order.
    ("environment first", {"env": KEYS, "credentials": "[default]\n" + file_keys("AKIAFILE")}, ("environment", "AKIAENV")),
    ("environment before the profile it names", {"env": KEYS | {"AWS_PROFILE": "a"}, "credentials": "[a]\n" + file_keys("AKIAFILE")}, ("environment", "AKIAENV")),
    ("a profile on the command line before the environment", {"env": KEYS, "credentials": "[a]\n" + file_keys("AKIAFILE"), "profile": "a"}, ("profile a", "AKIAFILE")),
    ("a role of the profile before its keys", {"config": f"[default]\nrole_arn = {ROLE}top\nsource_profile = default\n", "credentials": "[default]\n" + file_keys("AKIAFILE")}, ("profile default (role)", "ASIA-top-by-AKIAFILE")),
    ("web identity before SSO and keys", {"config": f"[default]\n{SSO}" + SSO_SESSION, "credentials": "[default]\n" + file_keys("AKIAFILE"), "files": {"jwt": "PLANTED-jwt", f".aws/sso/cache/{CORP}.json": token()},
                                           "env": {"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/jwt", "AWS_ROLE_ARN": ROLE + "pod"}}, ("web identity", "ASIA-pod-by-token-jwt")),
    ("SSO before keys", {"config": f"[default]\n{SSO}" + SSO_SESSION, "credentials": "[default]\n" + file_keys("AKIAFILE"), "files": {f".aws/sso/cache/{CORP}.json": token()}}, ("SSO of profile default", "ASIA-Reader-of-444455556666-by-access")),
    ("credentials file before login, process and config file", {"config": "[default]\nlogin_session = x\n" + RUN_PROCESS + file_keys("AKIACONFIG"), "credentials": "[default]\n" + file_keys("AKIAFILE")}, ("profile default", "AKIAFILE")),
    ("process before config file", {"config": "[default]\n" + RUN_PROCESS + file_keys("AKIACONFIG"), "files": process({})}, ("credential_process of profile default", "AKIAPROCESS")),
    ("config file", {"config": "[default]\n" + file_keys("AKIACONFIG")}, ("profile default", "AKIACONFIG")),
    ("config file before container", {"config": "[default]\n" + file_keys("AKIACONFIG"), "env": {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container"}}, ("profile default", "AKIACONFIG")),
    ("container before instance", {"env": {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container/a", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "{url}", "AWS_EC2_METADATA_DISABLED": "false"}}, ("container", "ASIACONTAINERA")),
    ("instance last", {"env": {"AWS_EC2_METADATA_SERVICE_ENDPOINT": "{url}", "AWS_EC2_METADATA_DISABLED": "false"}}, ("instance metadata", "ASIAINSTANCE")),
    ("nothing", {}, "no AWS credentials were found"),
    # Environment.
    ("half a pair", {"env": {"AWS_ACCESS_KEY_ID": "AKIAENV"}}, "AWS_SECRET_ACCESS_KEY is not"),
    ("an empty variable is none", {"env": {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "PLANTED"}, "config": "[default]\n" + file_keys("AKIACONFIG")}, ("profile default", "AKIACONFIG")),
    ("expired in the environment", {"env": KEYS | {"AWS_CREDENTIAL_EXPIRATION": "2026-11-29T11:59:59Z"}, "alone": "botocore reads the real clock"}, "the keys have expired at 2026-11-29T11:59:59Z"),
    ("no time in the environment", {"env": KEYS | {"AWS_CREDENTIAL_EXPIRATION": "PLANTED"}}, "AWS_CREDENTIAL_EXPIRATION is no time"),
    # Profiles.
    ("AWS_PROFILE", {"env": {"AWS_PROFILE": "b"}, "config": "[profile a]\n" + file_keys("AKIAA") + "[profile b]\n" + file_keys("AKIAB")}, ("profile b", "AKIAB")),
    ("AWS_DEFAULT_PROFILE before AWS_PROFILE", {"env": {"AWS_PROFILE": "b", "AWS_DEFAULT_PROFILE": "a"}, "config": "[profile a]\n" + file_keys("AKIAA") + "[profile b]\n" + file_keys("AKIAB")}, ("profile a", "AKIAA")),
    ("a quoted name", {"profile": "my team", "config": '[profile "my team"]\n' + file_keys("AKIAA")}, ("profile my team", "AKIAA")),
    ("a section that is no profile", {"profile": "a", "config": "[a]\n" + file_keys("AKIAA")}, "there is no profile `a`"),
    ("a profile that is not there", {"profile": "aduit", "config": "[profile audit]\n" + file_keys("AKIAA")}, "did you mean `audit`?"),
    ("a profile that is not there, beside keys", {"env": KEYS | {"AWS_PROFILE": "none"}}, "there is no profile `none`"),
    ("half a pair in a file", {"config": "[default]\naws_access_key_id = AKIA\n"}, "config:2: profile `default` has one half of a pair"),
    ("files elsewhere", {"env": {"AWS_CONFIG_FILE": "{home}/c", "AWS_SHARED_CREDENTIALS_FILE": "~/s"}, "files": {"c": "[default]\nregion = x\n", "s": "[default]\n" + file_keys("AKIAELSE")}}, ("profile default", "AKIAELSE")),
    ("a line that says nothing", {"config": "[default]\n\nPLANTED\n"}, "config:3: a line is neither a section nor a setting"),
    ("a setting twice", {"credentials": "[default]\naws_access_key_id = A\naws_access_key_id = PLANTED\n"}, "credentials:3: `aws_access_key_id` stands twice"),
    ("a section twice", {"credentials": "[default]\n[default]\n"}, "credentials:2: section `default` stands twice"),
    ("a broken file beside keys", {"env": KEYS, "config": "PLANTED\n"}, "config:1: a setting stands before any section"),
    ("the credentials file's settings win", {"config": "[default]\n" + file_keys("AKIACONFIG"), "credentials": "[default]\n" + file_keys("AKIAFILE")}, ("profile default", "AKIAFILE")),
    # Roles.
    ("a chain of roles", {"profile": "c", "config": f"[profile c]\nrole_arn = {ROLE}c\nsource_profile = b\n[profile b]\nrole_arn = {ROLE}b\nsource_profile = a\n[profile a]\n" + file_keys("AKIAA")}, ("profile c (role)", "ASIA-c-by-ASIA-b-by-AKIAA")),
    ("a role with the environment's keys", {"env": KEYS, "profile": "a", "config": f"[profile a]\nrole_arn = {ROLE}a\ncredential_source = Environment\n"}, ("profile a (role)", "ASIA-a-by-AKIAENV")),
    ("a role with the container's keys", {"profile": "a", "env": {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container"}, "config": f"[profile a]\nrole_arn = {ROLE}a\ncredential_source = EcsContainer\n"}, ("profile a (role)", "ASIA-a-by-ASIACONTAINER")),
    ("a role with the instance's keys", {"profile": "a", "env": {"AWS_EC2_METADATA_SERVICE_ENDPOINT": "{url}", "AWS_EC2_METADATA_DISABLED": "false"}, "config": f"[profile a]\nrole_arn = {ROLE}a\ncredential_source = Ec2InstanceMetadata\n"}, ("profile a (role)", "ASIA-a-by-ASIAINSTANCE")),
    ("a role with a process's keys", {"profile": "a", "config": f"[profile a]\nrole_arn = {ROLE}a\nsource_profile = p\n[profile p]\n" + RUN_PROCESS, "files": process({})}, ("profile a (role)", "ASIA-a-by-AKIAPROCESS")),
    ("a role with SSO's keys", {"profile": "a", "config": f"[profile a]\nrole_arn = {ROLE}a\nsource_profile = s\n[profile s]\n{SSO}" + SSO_SESSION, "files": {f".aws/sso/cache/{CORP}.json": token()},
                                "alone": "botocore looks for the token's session in the profile that takes the role"}, ("profile a (role)", "ASIA-a-by-ASIA-Reader-of-444455556666-by-access")),
    ("a role with a web identity's keys", {"profile": "a", "config": f"[profile a]\nrole_arn = {ROLE}a\nsource_profile = w\n[profile w]\nrole_arn = {ROLE}w\nweb_identity_token_file = {{home}}/jwt\n", "files": {"jwt": "PLANTED-jwt\n"}}, ("profile a (role)", "ASIA-a-by-ASIA-w-by-token-jwt")),
    ("a source without keys", {"profile": "a", "config": f"[profile a]\nrole_arn = {ROLE}a\nsource_profile = b\n[profile b]\nregion = x\n"}, "config:3: profile `a` takes its role with the keys of profile `b`, which has none"),
    ("a source that is not there", {"profile": "a", "config": f"[profile a]\nrole_arn = {ROLE}a\nsource_profile = b\n"}, "config:3: profile `a` takes its role with the keys of profile `b`, which is not there"),
    ("a circle", {"profile": "a", "config": f"[profile a]\nrole_arn = {ROLE}a\nsource_profile = b\n[profile b]\nrole_arn = {ROLE}b\nsource_profile = a\n"}, "in a circle: a → b → a"),
    ("itself without keys", {"profile": "a", "config": f"[profile a]\nrole_arn = {ROLE}a\nsource_profile = a\n"}, "in a circle: a → a"),
    ("both sources", {"profile": "a", "config": f"[profile a]\nrole_arn = {ROLE}a\nsource_profile = b\ncredential_source = Environment\n"}, "has both source_profile and credential_source"),
    ("no source", {"profile": "a", "config": f"[profile a]\nrole_arn = {ROLE}a\n"}, "does not say with whose keys"),
    ("a source that there is not", {"profile": "a", "config": f"[profile a]\nrole_arn = {ROLE}a\ncredential_source = Heaven\n"}, "config:3: profile `a` has a credential_source that there is not"),
    ("a source that has none", {"profile": "a", "config": f"[profile a]\nrole_arn = {ROLE}a\ncredential_source = Environment\n"}, "with the keys of Environment, which has none"),
    ("a role that is refused", {"profile": "a", "config": f"[profile a]\nrole_arn = {ROLE}a\nsource_profile = k\n[profile k]\n" + file_keys("AKIAA"), "refuse": {"AssumeRole": (403, "AccessDenied", "User: arn:aws:iam::1:user/x is not authorized")}},
     f"role `{ROLE}a` was not given: sts:AssumeRole: AccessDenied: User: arn:aws:iam::1:user/x is not authorized"),
    ("a refusal that repeats the keys", {"profile": "a", "config": f"[profile a]\nrole_arn = {ROLE}a\nexternal_id = PLANTED-external\nsource_profile = k\n[profile k]\n" + file_keys("AKIAA"), "refuse": {"AssumeRole": (403, "AccessDenied", "PLANTED-file and PLANTED-external")}}, "AccessDenied: *** and ***"),
    ("a refusal that repeats the request", {"profile": "a", "config": f"[profile a]\nrole_arn = {ROLE}a\nsource_profile = k\n[profile k]\n" + file_keys("AKIAA"), "refuse": {"AssumeRole": (403, "SignatureDoesNotMatch", "The canonical string is PLANTED")}}, "sts:AssumeRole: SignatureDoesNotMatch"),
    ("a role with MFA", {"profile": "a", "mfa": "123456", "config": f"[profile a]\nrole_arn = {ROLE}a\nmfa_serial = arn:aws:iam::1:mfa/me\nsource_profile = k\n[profile k]\n" + file_keys("AKIAA")}, ("profile a (role)", "ASIA-a-by-AKIAA")),
    ("MFA and nobody to ask", {"profile": "a", "config": f"[profile a]\nrole_arn = {ROLE}a\nmfa_serial = arn:aws:iam::1:mfa/me\nsource_profile = k\n[profile k]\n" + file_keys("AKIAA"), "alone": "botocore would ask at the terminal"}, "wants a code of the MFA device `arn:aws:iam::1:mfa/me`"),
    ("a duration that no role has", {"profile": "a", "config": f"[profile a]\nrole_arn = {ROLE}a\nduration_seconds = forever\nsource_profile = k\n[profile k]\n" + file_keys("AKIAA"), "alone": "botocore passes over what is no number"}, "config:3: profile `a` has a duration_seconds that no role allows"),
    # Web identity.
    ("web identity of a profile", {"profile": "w", "config": f"[profile w]\nrole_arn = {ROLE}w\nweb_identity_token_file = {{home}}/jwt\n", "files": {"jwt": "PLANTED-jwt"}}, ("web identity", "ASIA-w-by-token-jwt")),
    ("web identity without a role", {"env": {"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/jwt"}, "files": {"jwt": "PLANTED-jwt"}}, "a token is named, but no role"),
    ("web identity without its file", {"env": {"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/none", "AWS_ROLE_ARN": ROLE + "w"}}, "the token cannot be read"),
    ("web identity of the environment is not a named profile's", {"profile": "a", "env": {"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/jwt", "AWS_ROLE_ARN": ROLE + "w"}, "files": {"jwt": "PLANTED-jwt"}, "config": "[profile a]\n" + file_keys("AKIAA")}, ("profile a", "AKIAA")),
    ("a web identity that is refused", {"env": {"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/jwt", "AWS_ROLE_ARN": ROLE + "w"}, "files": {"jwt": "PLANTED-jwt"}, "refuse": {"AssumeRoleWithWebIdentity": (400, "InvalidIdentityToken", "the token PLANTED-jwt is none")}}, "InvalidIdentityToken: the token *** is none"),
    # SSO.
    ("SSO without a session", {"config": "[default]\nsso_start_url = https://old.example/start\nsso_region = eu-west-1\nsso_account_id = 444455556666\nsso_role_name = Reader\n", "files": {f".aws/sso/cache/{OLD_SSO}.json": token(expiresAt="2099-01-01T00:00:00UTC")}}, ("SSO of profile default", "ASIA-Reader-of-444455556666-by-access")),
    ("SSO and nobody has logged in", {"config": f"[default]\n{SSO}" + SSO_SESSION}, "nobody has logged in; expected a token; run `aws sso login`"),
    ("SSO without its session", {"config": f"[default]\n{SSO}"}, "config:2: profile `default` names the SSO session `corp`, which is not there"),
    ("SSO without a role", {"config": "[default]\nsso_session = corp\nsso_account_id = 444455556666\n" + SSO_SESSION}, "uses SSO and lacks sso_role_name"),
    ("SSO that disagrees", {"config": f"[default]\n{SSO}sso_region = us-east-1\n" + SSO_SESSION}, "config:5: profile `default` and SSO session `corp` disagree on sso_region"),
    ("SSO with a token that is none", {"config": f"[default]\n{SSO}" + SSO_SESSION, "files": {f".aws/sso/cache/{CORP}.json": '["PLANTED"'}}, "the cached token is no JSON map"),
    ("SSO that is renewed", {"config": f"[default]\n{SSO}" + SSO_SESSION, "files": {f".aws/sso/cache/{CORP}.json": token(expiresAt=later(60), **RENEWABLE)}, "alone": "botocore reads the real clock"}, ("SSO of profile default", "ASIA-Reader-of-444455556666-by-renewed-by-refresh")),
    ("SSO that is not renewed and has a minute left", {"config": f"[default]\n{SSO}" + SSO_SESSION, "files": {f".aws/sso/cache/{CORP}.json": token(expiresAt=later(60), **RENEWABLE)}, "refuse": {"POST /token": (400, "InvalidGrantException", "PLANTED-refresh")}, "alone": "botocore reads the real clock"}, ("SSO of profile default", "ASIA-Reader-of-444455556666-by-access")),
    ("SSO that is not renewed and is over", {"config": f"[default]\n{SSO}" + SSO_SESSION, "files": {f".aws/sso/cache/{CORP}.json": token(expiresAt=later(-60), **RENEWABLE)}, "refuse": {"POST /token": (400, "InvalidGrantException", "PLANTED-refresh")}, "alone": "botocore reads the real clock"}, "the login has expired and was not renewed: sso-oidc:CreateToken: InvalidGrantException"),
    ("SSO that is over", {"config": f"[default]\n{SSO}" + SSO_SESSION, "files": {f".aws/sso/cache/{CORP}.json": token(expiresAt="2020-01-01T00:00:00Z")}}, "the login has expired at 2020-01-01T00:00:00Z; run `aws sso login`"),
    ("SSO that is refused", {"config": f"[default]\n{SSO}" + SSO_SESSION, "files": {f".aws/sso/cache/{CORP}.json": token()}, "refuse": {"GET /federation/credentials": (401, "UnauthorizedException", "Session token PLANTED-access not found")}}, "UnauthorizedException: Session token *** not found; run `aws sso login`"),
    # Login.
    ("login", {"config": "[default]\nlogin_session = arn:aws:iam::111122223333:user/me\n", "files": {f".aws/login/cache/{LOGIN}.json": login(later(600))}, "alone": "botocore needs another library for it"}, ("login of profile default", "ASIALOGIN")),
    ("login elsewhere", {"env": {"AWS_LOGIN_CACHE_DIRECTORY": "~/here"}, "config": "[default]\nlogin_session = arn:aws:iam::111122223333:user/me\n", "files": {f"here/{LOGIN}.json": login(later(600))}, "alone": "botocore needs another library for it"}, ("login of profile default", "ASIALOGIN")),
    ("login that is renewed", {"config": "[default]\nlogin_session = arn:aws:iam::111122223333:user/me\n", "files": {f".aws/login/cache/{LOGIN}.json": login(later(60))}, "alone": "botocore needs another library for it"}, ("login of profile default", "ASIALOGINRENEWED")),
    ("login that is over", {"config": "[default]\nlogin_session = arn:aws:iam::111122223333:user/me\n", "files": {f".aws/login/cache/{LOGIN}.json": login(later(-60))}, "refuse": {"POST /v1/token": (400, "AccessDeniedException", "PLANTED-r")}, "alone": "botocore needs another library for it"}, "was not renewed: signin:CreateOAuth2Token"),
    ("login and nobody has logged in", {"config": "[default]\nlogin_session = x\n", "alone": "botocore needs another library for it"}, "nobody has logged in; expected a token; run `aws login`"),
    # Process.
    ("a process with a token", {"config": "[default]\n" + RUN_PROCESS, "files": process({"SessionToken": "PLANTED-t", "Expiration": "2099-01-01T00:00:00Z", "AccountId": ACCOUNT})}, ("credential_process of profile default", "AKIAPROCESS")),
    ("a process that fails", {"config": "[default]\n" + RUN_PROCESS, "files": process({}, 7)}, "it ended with status 7"),
    ("a process of another version", {"config": "[default]\n" + RUN_PROCESS, "files": process({"Version": 2})}, "another `Version` than 1"),
    ("a process without a secret", {"config": "[default]\n" + RUN_PROCESS, "files": {"process.py": 'print(\'{"Version": 1, "AccessKeyId": "PLANTED"}\')'}}, "the answer has no SecretAccessKey"),
    ("a process that says nothing", {"config": "[default]\n" + RUN_PROCESS, "files": {"process.py": "print('PLANTED')"}}, "what it prints is no JSON map"),
    ("a program that is not there", {"config": "[default]\ncredential_process = {home}/none --x\n"}, "it cannot be started: No such file"),
    ("a quote left open", {"config": "[default]\ncredential_process = sh -c 'PLANTED\n"}, "a quote is left open"),
    ("no shell", {"config": f"[default]\ncredential_process = '{sys.executable}' {{home}}/process.py $(touch {{home}}/made) ; touch {{home}}/made\n", "files": process({})}, ("credential_process of profile default", "AKIAPROCESS")),
    # Container.
    ("a container's token", {"env": {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "PLANTED-auth"}}, ("container", "ASIACONTAINER")),
    ("a container's token file", {"env": {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{home}/auth", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "PLANTED-other"}, "files": {"auth": "PLANTED-auth"}}, ("container", "ASIACONTAINER")),
    ("a token of two lines", {"env": {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "PLANTED\r\nX: y"}}, "the token has several lines"),
    ("another host over http", {"env": {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://192.0.2.1/PLANTED"}}, "names a host that must not be asked for keys"),
    ("a container that refuses", {"env": {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/none"}}, "container at {url}: HTTP 404"),
    # Instance.
    ("an instance that is switched off", {"env": {"AWS_EC2_METADATA_SERVICE_ENDPOINT": "{url}"}}, "switched off by AWS_EC2_METADATA_DISABLED"),
    ("an instance that gives no token", {"env": {"AWS_EC2_METADATA_SERVICE_ENDPOINT": "{url}", "AWS_EC2_METADATA_DISABLED": "false"}, "refuse": {"PUT /latest/api/token": (403, "x", "x")}, "alone": "botocore falls back to version 1"}, "instance metadata at {url}: HTTP 403"),
    ("an instance without a role", {"env": {"AWS_EC2_METADATA_SERVICE_ENDPOINT": "{url}", "AWS_EC2_METADATA_DISABLED": "false"}, "refuse": {"GET /latest/meta-data/iam/security-credentials/": (404, "x", "x")}}, "the instance has no role"),
]  # fmt: skip


class Home:
    """The files and the environment of one case."""

    def __init__(self, folder, places, case):
        self.folder, self.places, self.case = folder, places, case
        self.fill = lambda text: text.replace("{home}", str(folder)).replace("{url}", places.url)
        for name, text in {".aws/config": case.get("config"), ".aws/credentials": case.get("credentials"), **case.get("files", {})}.items():
            if text is not None:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(self.fill(text))
        services = {f"AWS_ENDPOINT_URL_{name}": places.url for name in ("STS", "SSO", "SSO_OIDC", "SIGNIN")}
        self.environment = {"HOME": str(folder), "AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", **services, **{key: self.fill(value) for key, value in case.get("env", {}).items()}}

    def asked(self):
        asked = {"environment": self.environment, "now": NOW, "region": ""}
        for name in ("profile", "mfa", "then", "role", "external_id", "now"):
            if name in self.case:
                asked[name] = self.case[name]
        return asked


def ask(program, asked):
    lines = "".join(json.dumps(one) + "\n" for one in asked)
    done = subprocess.run([str(program), "credentials", str(ROOT / "content" / "apis")], input=lines, capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
    return [json.loads(line) for line in done.stdout.splitlines()], done.stdout + done.stderr, done.returncode


def of_botocore(home):
    """The access key that botocore finds, or None and why."""
    import botocore.session

    with unittest.mock.patch.dict(os.environ, home.environment, clear=True), unittest.mock.patch("botocore.tokens.SSOTokenProvider._SSO_TOKEN_CACHE_DIR", str(home.folder / ".aws/sso/cache")), \
            unittest.mock.patch("botocore.credentials.SSOProvider._SSO_TOKEN_CACHE_DIR", str(home.folder / ".aws/sso/cache")):  # fmt: skip
        try:
            session = botocore.session.Session(profile=home.case.get("profile"))
            with contextlib.suppress(Exception):
                session.get_component("credential_provider").get_provider("assume-role")._prompter = lambda _: home.case.get("mfa")
            credentials = session.get_credentials()
            return (credentials.get_frozen_credentials().access_key, None) if credentials else (None, "none found")
        except Exception as error:  # whatever it refuses with
            return None, f"{type(error).__name__}: {error}"


def table(checks, program):
    try:
        import botocore  # noqa: F401
        logging.disable(logging.CRITICAL)
        beside = True
    except ImportError:
        beside = False
        checks.skip("botocore beside it", "no package botocore", "that AWS's own tools find the same keys")
    asked = 0
    with tempfile.TemporaryDirectory(prefix="reeve-keys-") as place:
        homes = []
        for number, (name, case, wanted) in enumerate(CASES):
            folder = pathlib.Path(place) / str(number)
            folder.mkdir()
            case = dict(case)
            places = Places(NOW if case.get("alone") else None)
            places.refuse = case.get("refuse", {})
            if "alone" not in case:
                case["now"] = ""  # the real one, as botocore has it
                for file, text in case.get("files", {}).items():
                    case["files"] = case["files"] | {file: text.replace(later(7200), "2099-01-01T00:00:00Z")}
            homes.append((name, wanted, Home(folder, places, case)))
        answers, said, status = ask(program, [home.asked() for _, _, home in homes])
        checks.check(status == 0 and len(answers) == len(homes), "each case is answered", (status, len(answers), said[-300:]))
        checks.check("PLANTED" not in said, "no secret is told", [line for line in said.splitlines() if "PLANTED" in line][:3])
        for (name, wanted, home), answer in zip(homes, answers):
            got = answer.get("gets", [answer])[0]
            if isinstance(wanted, str):
                checks.check(home.fill(wanted) in got.get("error", ""), name, got)
            else:
                checks.check((got.get("source"), got.get("access_key_id")) == wanted, name, got)
            if "mfa" in home.case:
                checks.check(answer.get("prompts") == ["MFA code of arn:aws:iam::1:mfa/me: "] and home.places.log[0]["fields"].get("TokenCode") == "123456", f"{name}: asked once, and told to STS", answer)
            for one in home.places.log:
                if one["action"].startswith("GET /latest/"):
                    checks.check("x-aws-ec2-metadata-token" in one["headers"], f"{name}: metadata are asked with a token", one["action"])
            if beside and "alone" not in home.case:
                asked += 1
                key, why = of_botocore(home)
                checks.check(key == (None if isinstance(wanted, str) else wanted[1]), f"{name}: as botocore", key or why)
            home.places.close()
            checks.check(not (home.folder / "made").exists(), f"{name}: no shell was there to make a file")
    return len(CASES), asked


ROLE_OF_KEYS = f"[default]\nrole_arn = {ROLE}a\nsource_profile = k\n[profile k]\n" + file_keys("AKIAA")
# name, settings, what is done between the keys being asked for (seconds that pass, or that AWS refuses them) → requests that were made,
# and what came out each time.
RENEWALS = [
    ("keys that last are not asked for again", {"config": ROLE_OF_KEYS, "then": [0, 60, 3000 - 60]}, 1, ["ASIA-a-by-AKIAA"] * 4),
    ("renewed five minutes before their end", {"config": ROLE_OF_KEYS, "then": [3299, 1]}, 2, ["ASIA-a-by-AKIAA"] * 3),
    ("renewed when AWS says that they are over", {"config": ROLE_OF_KEYS, "then": ["refused"]}, 2, ["ASIA-a-by-AKIAA"] * 2),
    ("a renewal that fails does no harm while they last", {"config": ROLE_OF_KEYS, "then": [3400, 1, 60], "fails_later": (500, "InternalFailure", "x")}, None, ["ASIA-a-by-AKIAA"] * 4),
    ("a renewal that fails at their end is an error", {"config": ROLE_OF_KEYS, "then": [3600], "fails_later": (403, "AccessDenied", "x")}, 2, ["ASIA-a-by-AKIAA", "sts:AssumeRole: AccessDenied"]),
    ("keys that are over when they come", {"config": ROLE_OF_KEYS, "expires": later(0)}, 1, ["the keys have expired at 2026-11-29T12:00:00Z"]),
    ("a container is asked again", {"env": {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container"}, "then": [3300]}, 2, ["ASIACONTAINER"] * 2),
    ("an instance is asked again", {"env": {"AWS_EC2_METADATA_SERVICE_ENDPOINT": "{url}", "AWS_EC2_METADATA_DISABLED": "false"}, "then": [60, 3300]}, 6, ["ASIAINSTANCE"] * 3),
    ("keys of a file stay", {"config": "[default]\n" + file_keys("AKIAA"), "then": [10**6, "refused"]}, 0, ["AKIAA"] * 3),
    ("a clock that is 20 minutes slow is set right", {"config": ROLE_OF_KEYS, "clock": later(1200)}, 2, ["ASIA-a-by-AKIAA"]),
    ("a clock that is two hours fast is set right", {"config": ROLE_OF_KEYS, "clock": later(-7200), "expires": later(3600)}, 2, ["ASIA-a-by-AKIAA"]),
    ("a clock that is a minute off is left alone", {"config": ROLE_OF_KEYS, "clock": later(60)}, 1, ["ASIA-a-by-AKIAA"]),
    ("a role over the chain", {"env": KEYS, "role": ROLE + "audit", "external_id": "PLANTED-external"}, 1, ["ASIA-audit-by-AKIAENV"]),
]  # fmt: skip


def renewals(checks, program):
    with tempfile.TemporaryDirectory(prefix="reeve-keys-") as place:
        for number, (name, case, requests, wanted) in enumerate(RENEWALS):
            folder = pathlib.Path(place) / str(number)
            folder.mkdir()
            places = Places(case.get("clock", NOW))
            places.minds_the_clock, places.expires = "clock" in case, case.get("expires")
            if "fails_later" in case:
                first = places.sts

                def once(action, fields, headers, first=first, places=places, case=case):
                    places.refuse = {"AssumeRole": case["fails_later"]}
                    return first(action, fields, headers)

                places.sts = once
            answers, said, _ = ask(program, [Home(folder, places, case).asked()])
            gets = [one.get("access_key_id") or one["error"] for one in answers[0].get("gets", [answers[0]])]
            checks.check(len(gets) == len(wanted) and all(part in got for part, got in zip(wanted, gets)), name, gets)
            checks.check(requests is None or len(places.log) == requests, f"{name}: {requests} requests", [one["action"] for one in places.log])
            checks.check("PLANTED" not in said, f"{name}: no secret is told", said[:300])
            if "role" in case:
                checks.check(places.log[0]["fields"].get("ExternalId") == "PLANTED-external", f"{name}: with its external id", places.log)
                checks.check(answers[0]["gets"][0]["secret_sha256"] == hashlib.sha256(b"PLANTED-sts").hexdigest() and answers[0]["gets"][0]["account"] == ACCOUNT, f"{name}: the secret and the account", answers)
            if places.clock != NOW and requests == 2:
                stamps = [one["headers"]["x-amz-date"] for one in places.log]
                checks.check(stamps == ["20261129T120000Z", places.clock.replace("-", "").replace(":", "")], f"{name}: signed with the service's time", stamps)
            places.close()


# P-256, as RFC 6979 and SEC 2 have it.
P, A = 2**256 - 2**224 + 2**192 + 2**96 - 1, -3
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296, 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def add(one, other):
    if one is None or other is None:
        return one or other
    if one[0] == other[0] and (one[1] + other[1]) % P == 0:
        return None
    slope = (3 * one[0] ** 2 + A) * pow(2 * one[1], -1, P) if one == other else (other[1] - one[1]) * pow(other[0] - one[0], -1, P)
    x = (slope**2 - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def times(point, number):
    out = None
    while number:
        if number & 1:
            out = add(out, point)
        point, number = add(point, point), number >> 1
    return out


def unbase64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def proof(checks, program):
    """What signs in for a login is signed with the login's own key (RFC 9449), and what came is kept for the next time, for the owner alone."""
    session = "arn:aws:iam::111122223333:user/me"
    with tempfile.TemporaryDirectory(prefix="reeve-keys-") as place:
        places = Places(NOW)
        kept = f".aws/login/cache/{LOGIN}.json"
        home = Home(pathlib.Path(place), places, {"config": f"[default]\nlogin_session = {session}\n", "files": {kept: login(later(60))}, "then": [0]})
        answers, said, _ = ask(program, [home.asked()])
        checks.check([one.get("access_key_id") for one in answers[0]["gets"]] == ["ASIALOGINRENEWED"] * 2 and len(places.log) == 1, "a login is renewed once", answers)
        head, claims, signature = places.log[0]["headers"]["dpop"].split(".")
        key, said_by = json.loads(unbase64(head)), json.loads(unbase64(claims))
        checks.check(key["typ"] == "dpop+jwt" and key["alg"] == "ES256" and key["jwk"]["crv"] == "P-256", "the proof's head", key)
        checks.check(said_by["htm"] == "POST" and said_by["htu"] == f"{places.url}/v1/token" and said_by["iat"] == int(moment(NOW).timestamp()), "the proof's claims", said_by)
        point = tuple(int.from_bytes(unbase64(key["jwk"][axis]), "big") for axis in "xy")
        r, s = (int.from_bytes(unbase64(signature)[at : at + 32], "big") for at in (0, 32))
        digest = int.from_bytes(hashlib.sha256(f"{head}.{claims}".encode()).digest(), "big")
        inverse = pow(s, -1, N)
        found = add(times(G, digest * inverse % N), times(point, r * inverse % N))
        checks.check(found is not None and found[0] % N == r, "the proof is signed with the login's key")
        stored = json.loads((home.folder / kept).read_text())
        checks.check(stored["accessToken"] == {"accessKeyId": "ASIALOGINRENEWED", "secretAccessKey": "PLANTED-login-2", "sessionToken": "PLANTED-login-token-2", "accountId": ACCOUNT, "expiresAt": later(900)}, "the renewed keys are kept where they were", stored)
        checks.check(stored["refreshToken"] == "PLANTED-refresh_token" and stored["dpopKey"] == P256 and stored["idToken"] == "PLANTED-id", "with what was there", stored)
        checks.check(((home.folder / kept).stat().st_mode & 0o777) == 0o600 and len(list((home.folder / kept).parent.iterdir())) == 1, "for the owner alone, and nothing beside it")
        places.close()
        places = Places(NOW)
        kept = f".aws/sso/cache/{CORP}.json"
        home = Home(pathlib.Path(place), places, {"config": f"[default]\n{SSO}" + SSO_SESSION, "files": {kept: token(expiresAt=later(60), **RENEWABLE)}, "then": ["refused"]})
        answers, said_too, _ = ask(program, [home.asked()])
        stored = json.loads((home.folder / kept).read_text())
        checks.check(stored == json.loads(token(accessToken="renewed-by-PLANTED-refresh", expiresAt=later(3600), **RENEWABLE, **{})) | {"refreshToken": "PLANTED-refresh-2"}, "a renewed SSO token is kept", stored)
        checks.check([one["action"] for one in places.log] == ["POST /token"] + ["GET /federation/credentials"] * 2, "and used the second time", [one["action"] for one in places.log])
        checks.check(((home.folder / kept).stat().st_mode & 0o777) == 0o600, "for the owner alone")
        checks.check("PLANTED" not in said + said_too.replace("renewed-by-PLANTED-refresh", ""), "no secret is told", said)
        places.close()


# environment, config → file of certificate authorities.
AUTHORITIES = [
    ({}, "", ""),
    ({"AWS_CA_BUNDLE": "/one.pem"}, "[default]\nca_bundle = /two.pem\n", "/one.pem"),
    ({"HOME": "/h"}, "[default]\nca_bundle = ~/two.pem\n", "/h/two.pem"),
    ({"AWS_PROFILE": "b"}, "[default]\nca_bundle = /two.pem\n[profile b]\nca_bundle = /three.pem\n", "/three.pem"),
]

# environment, config → Region, FIPS, dual-stack, URL for any service, URLs by service.
WHERE = [
    ({}, "", ("", False, False, "", {})),
    ({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"}, "[default]\nregion = r\n", ("eu-west-1", False, False, "", {})),
    ({"AWS_DEFAULT_REGION": "us-east-1"}, "[default]\nregion = r\n", ("us-east-1", False, False, "", {})),
    ({}, "[default]\nregion = eu-north-1\nuse_fips_endpoint = TRUE\nuse_dualstack_endpoint = true\n", ("eu-north-1", True, True, "", {})),
    ({"AWS_USE_FIPS_ENDPOINT": "true", "AWS_USE_DUALSTACK_ENDPOINT": "false"}, "[default]\nuse_dualstack_endpoint = true\n", ("", True, False, "", {})),
    ({"AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_S3": "http://s3"}, "[default]\nendpoint_url = http://file\n", ("", False, False, "http://all", {"s3": "http://s3"})),
    ({"AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2": "http://elb"}, "", ("", False, False, "", {"elastic_load_balancing_v2": "http://elb"})),
    ({}, "[default]\nendpoint_url = http://file\nservices = local\n[services local]\ns3 =\n  endpoint_url = http://s3\nsts =\n  other = 1\n", ("", False, False, "http://file", {"s3": "http://s3"})),
    ({"AWS_ENDPOINT_URL_S3": "http://mine"}, "[default]\nservices = local\n[services local]\ns3 =\n  endpoint_url = http://s3\n", ("", False, False, "", {"s3": "http://mine"})),
    ({"AWS_ENDPOINT_URL": "http://all", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, "", ("", False, False, "", {})),
    ({"AWS_ENDPOINT_URL": "http://all"}, "[default]\nignore_configured_endpoint_urls = true\n", ("", False, False, "", {})),
    ({"AWS_PROFILE": "b"}, "[profile b]\nregion = eu-central-2\n", ("eu-central-2", False, False, "", {})),
    ({}, "[default]\nservices = none\n", None),
]  # fmt: skip


def where(checks, program):
    with tempfile.TemporaryDirectory(prefix="reeve-keys-") as place:
        asked = []
        for number, (environment, config, _) in enumerate(WHERE + AUTHORITIES):
            file = pathlib.Path(place) / str(number)
            file.write_text(config)
            asked.append({"environment": KEYS | environment | {"AWS_CONFIG_FILE": str(file), "AWS_SHARED_CREDENTIALS_FILE": "/dev/null/none"}})
        answers = ask(program, asked)[0]
        for (environment, config, wanted), answer in zip(AUTHORITIES, answers[len(WHERE) :]):
            checks.check(answer.get("ca_bundle") == wanted, f"authorities of {environment} {config!r}", answer)
        for (environment, config, wanted), answer in zip(WHERE, answers):
            if wanted is None:
                checks.check("names the services section `none`, which is not there" in answer.get("error", ""), f"{environment} {config!r}: refused", answer)
                continue
            at = answer.get("endpoints", {})
            checks.check((answer["region"], at.get("fips"), at.get("dualstack"), at.get("any_service"), at.get("by_service")) == wanted, f"{environment} {config!r}", answer)


def reading(checks, program):
    """Files that configparser reads or refuses: the profile's key comes out alike."""
    texts = ["[default]\n{keys}", "\n\n# x\n[default]\n; y\n{keys}", "[default]\r\n{keys}", "[ default ]\n{keys}", "[default]x\n{keys}", "[default\n{keys}", "[DEFAULT]\n{keys}[default]\nregion = x\n", "[profile default]\n{keys}",
             "[default]\nAWS_ACCESS_KEY_ID : AKIAA\naws_secret_access_key:PLANTED\n", "[default]\n  aws_access_key_id = AKIAA\n  aws_secret_access_key = PLANTED\n", "[default]\nregion = x\n aws_access_key_id = AKIAA\n",
             "[default]\ns3 =\n  a = 1\n{keys}", "[default]\ns3 =\n  a\n{keys}", "[default]\n= x\n{keys}", "[default]\nx\n{keys}", "[default]\nx =\n{keys}", "[profile a b]\nx = 1\n[default]\n{keys}", "[profile 'a\nx = 1\n[default]\n{keys}",
             "[default]\n{keys}\n\n[default]\n", "[default]\n{keys}{keys}", "{keys}", "[default]\n#aws_access_key_id = no\n{keys}", "[default]\naws_access_key_id = AKIAA # note\naws_secret_access_key = PLANTED\n"]  # fmt: skip
    try:
        import botocore  # noqa: F401
    except ImportError:
        checks.skip("files beside botocore", "no package botocore", "that they are read alike")
        return
    with tempfile.TemporaryDirectory(prefix="reeve-keys-") as place:
        places, homes = Places(), []
        for number, text in enumerate(texts):
            folder = pathlib.Path(place) / str(number)
            folder.mkdir()
            homes.append(Home(folder, places, {"config": text.replace("{keys}", file_keys("AKIAA"))}))
        answers, said, _ = ask(program, [home.asked() for home in homes])
        for home, answer in zip(homes, answers):
            key, why = of_botocore(home)
            checks.check(answer.get("gets", [{}])[0].get("access_key_id") == key, f"{home.case['config']!r} is read as botocore reads it", (answer, key, why))
        checks.check("PLANTED" not in said, "no secret is told", said[:300])
        places.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    options = parser.parse_args()
    checks = Checks()
    program = pathlib.Path(options.reeve).resolve().parent / "aws_probe"
    if not program.exists():
        checks.skip("everything", f"{program} is not built", "that keys are found as AWS's own tools find them")
        return checks.end()
    cases, beside = table(checks, program)
    renewals(checks, program)
    proof(checks, program)
    where(checks, program)
    reading(checks, program)
    print(f"{cases} settings, {beside} of them beside botocore")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
