"""Digest chains of CloudTrail as suites make them: log files, the digests that sign them with keys made here, and a loopback address that is S3 with the
trail's bucket and CloudTrail with the public keys.

    trail = Trail(hours=4)
    trail.write(folder)
    with TrailDouble(trail) as double:
        reeve("detect", "s3://" + trail.bucket, "--verify-digests", env=double.environment())
"""

import base64
import contextlib
import datetime
import gzip
import hashlib
import json
import os
import random
import re
import selectors
import socket
import threading
import urllib.parse

EPOCH = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


def stamp(time, form="%Y-%m-%dT%H:%M:%SZ"):
    return time.strftime(form)


class Signer:
    """An RSA key of its own for each seed, signing as CloudTrail does: PKCS #1 v1.5 over SHA-256."""
    PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")  # of a SHA-256 in DER (RFC 8017, 9.2)

    def __init__(self, seed):
        draw = random.Random(f"digest key {seed}")
        p, q = self.prime(draw), self.prime(draw)
        self.n, self.e = p * q, 65537
        self.d = pow(self.e, -1, (p - 1) * (q - 1))
        self.der = self.sequence(self.integer(self.n) + self.integer(self.e))
        self.fingerprint = hashlib.md5(self.der).hexdigest()

    @staticmethod
    def prime(draw):
        small = [n for n in range(3, 2000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2))]
        while True:
            n = draw.getrandbits(1024) | 1 | 3 << 1022
            if all(n % d for d in small) and n % 65537 != 1 and all(pow(base, n - 1, n) == 1 for base in (2, 3, 5, 7)):
                return n

    @staticmethod
    def length(size):
        if size < 128:
            return bytes([size])
        octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
        return bytes([128 + len(octets)]) + octets

    @classmethod
    def integer(cls, number):
        octets = number.to_bytes(number.bit_length() // 8 + 1, "big")
        return b"\x02" + cls.length(len(octets)) + octets

    @classmethod
    def sequence(cls, inside):
        return b"\x30" + cls.length(len(inside)) + inside

    def sign(self, text):
        digest = self.PREFIX + hashlib.sha256(text.encode()).digest()
        size = (self.n.bit_length() + 7) // 8
        block = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
        return pow(int.from_bytes(block, "big"), self.d, self.n).to_bytes(size, "big").hex()

    def listed(self, since=EPOCH - datetime.timedelta(days=30), until=EPOCH + datetime.timedelta(days=365)):
        """As ListPublicKeys has it."""
        return {"Value": base64.b64encode(self.der).decode(), "Fingerprint": self.fingerprint, "ValidityStartTime": since.timestamp(), "ValidityEndTime": until.timestamp()}


def key_list(*signers):
    """What `aws cloudtrail list-public-keys` prints."""
    def printed(key):
        return dict(key, **{name: stamp(datetime.datetime.fromtimestamp(key[name], datetime.timezone.utc)) for name in ("ValidityStartTime", "ValidityEndTime")})
    return json.dumps({"PublicKeyList": [printed(signer.listed()) for signer in signers]})


class Trail:
    """A trail's bucket of some hours in one Region. `off`: an hour in which validation was off; the chain begins anew behind it."""

    def __init__(self, signer, hours=4, logs=2, bucket="trail-logs", account="111122223333", region="us-east-1", home="us-east-1", name="audit_trail", prefix="", off=None,
                 events=3, seed=0, organization=""):
        self.signer, self.bucket, self.account, self.region = signer, bucket, account, region
        self.prefix, self.organization = prefix, organization + "/" if organization else ""
        self.arn = f"arn:aws:cloudtrail:{home}:{account}:trail/{name}"
        self.start, self.end = EPOCH, EPOCH + datetime.timedelta(hours=hours)
        self.objects, self.signatures, self.digests, self.logs = {}, {}, [], []
        self.described = {}  # digest → what it says, before it was packed
        draw, before = random.Random(seed), None
        for hour in range(hours):
            if hour == off:
                before = None
                continue
            since = EPOCH + datetime.timedelta(hours=hour)
            until = since + datetime.timedelta(hours=1)
            files = []
            for n in range(logs):
                delivered = since + datetime.timedelta(seconds=(n + 0.5) * 3600 // logs)
                key = self.place("CloudTrail", delivered) + f"{account}_CloudTrail_{region}_{stamp(delivered, '%Y%m%dT%H%MZ')}_{draw.getrandbits(80):020X}.json.gz"
                text = json.dumps({"Records": [self.record(draw, delivered) for _ in range(events)]}).encode()
                self.objects[key] = gzip.compress(text, 6)
                self.logs.append(key)
                files.append({"s3Bucket": bucket, "s3Object": key, "hashValue": hashlib.sha256(text).hexdigest(), "hashAlgorithm": "SHA-256",
                              "newestEventTime": stamp(delivered), "oldestEventTime": stamp(since)})
            key = self.place("CloudTrail-Digest", until) + f"{account}_CloudTrail-Digest_{region}_{name}_{home}_{stamp(until, '%Y%m%dT%H%M%SZ')}.json.gz"
            said = {"awsAccountId": account, "digestStartTime": stamp(since), "digestEndTime": stamp(until), "digestS3Bucket": bucket, "digestS3Object": key,
                    "digestPublicKeyFingerprint": signer.fingerprint, "digestSignatureAlgorithm": "SHA256withRSA", "newestEventTime": stamp(until), "oldestEventTime": stamp(since),
                    "previousDigestS3Bucket": bucket if before else None, "previousDigestS3Object": before,
                    "previousDigestHashValue": self.hash_of(before) if before else None, "previousDigestHashAlgorithm": "SHA-256" if before else None,
                    "previousDigestSignature": self.signatures[before] if before else None, "logFiles": files}
            self.digests.append(key)
            self.put_digest(key, said)
            before = key

    def place(self, kind, time):
        return f"{self.prefix}AWSLogs/{self.organization}{self.account}/{kind}/{self.region}/{stamp(time, '%Y/%m/%d')}/"

    def record(self, draw, time):
        return {"eventVersion": "1.11", "eventTime": stamp(time), "eventSource": "s3.amazonaws.com", "eventName": draw.choice(["GetObject", "PutObject", "ListObjects"]),
                "awsRegion": self.region, "sourceIPAddress": f"192.0.2.{draw.randrange(256)}", "eventID": f"{draw.getrandbits(128):032x}", "recipientAccountId": self.account,
                "userIdentity": {"type": "AssumedRole", "principalId": f"AROA{draw.getrandbits(64):016X}:app", "accountId": self.account},
                "requestParameters": {"bucketName": "data", "key": f"{draw.getrandbits(160):040x}"}}

    def hash_of(self, key):
        return hashlib.sha256(gzip.decompress(self.objects[key])).hexdigest()

    def put_digest(self, key, said, signed=True):
        """As CloudTrail writes it; `signed`: its object's signature is that of these bytes."""
        text = json.dumps(said).encode()
        self.described[key] = said
        self.objects[key] = gzip.compress(text, 6)
        if signed:
            self.signatures[key] = self.signer.sign("\n".join([said["digestEndTime"], said["digestS3Bucket"] + "/" + said["digestS3Object"], hashlib.sha256(text).hexdigest(),
                                                               said["previousDigestSignature"] or "null"]))

    def metadata(self, key):
        return {"signature": self.signatures[key], "signature-algorithm": "SHA256withRSA"} if key in self.signatures else {}

    def move(self, key, to):
        self.objects[to] = self.objects.pop(key)
        if key in self.signatures:
            self.signatures[to] = self.signatures.pop(key)

    def write(self, folder):
        for key, content in self.objects.items():
            file = folder / key
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


class TrailDouble:
    """S3 and CloudTrail on a free port of loopback, of the trails' buckets and keys. `asked` has (operation, Region, what) of each request.

    `refused`: operations that are denied; `keys`: what ListPublicKeys knows, by Region; `keys_a_page`, `objects_a_page`."""

    def __init__(self, *trails, keys=None, refused=(), keys_a_page=100, objects_a_page=1000, bucket=None):
        self.buckets, self.keys = {}, {}
        for trail in trails:
            held = self.buckets.setdefault(bucket or trail.bucket, {})
            for key, content in trail.objects.items():
                held[key] = (content, trail.metadata(key))
            self.keys.setdefault(trail.region, {})[trail.signer.fingerprint] = trail.signer.listed()
        if keys is not None:
            self.keys = {region: {signer.fingerprint: signer.listed() for signer in signers} for region, signers in keys.items()}
        self.refused, self.keys_a_page, self.objects_a_page = set(refused), keys_a_page, objects_a_page
        self.asked = []

    def __enter__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(256)
        self.endpoint = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.ended, self.thread = False, threading.Thread(target=self.serve, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended = True
        self.thread.join()

    def environment(self, **more):
        kept = {name: "" for name in os.environ if name.startswith("AWS_") or "proxy" in name.lower()}
        return dict(kept, AWS_ACCESS_KEY_ID="AKIAEXAMPLE1", AWS_SECRET_ACCESS_KEY="no-secret", AWS_EC2_METADATA_DISABLED="true", AWS_REGION="us-east-1", AWS_DEFAULT_REGION="us-east-1",
                    AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull, AWS_ENDPOINT_URL=self.endpoint, **more)

    def calls(self, operation):
        return [one for one in self.asked if one[0] == operation]

    def serve(self):
        """One thread for all connections: several would wait for each other, and who asks much at once would be timed by that."""
        waiting, ready = {}, selectors.DefaultSelector()
        ready.register(self.listener, selectors.EVENT_READ)
        while not self.ended:
            for key, _ in ready.select(0.2):
                connection = key.fileobj
                if connection is self.listener:
                    with contextlib.suppress(OSError):
                        connection, _ = self.listener.accept()
                        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                        waiting[connection] = b""
                        ready.register(connection, selectors.EVENT_READ)
                    continue
                try:
                    piece = connection.recv(65536)
                    waiting[connection] = self.requests(connection, waiting[connection] + piece)
                except OSError:
                    piece = b""
                if not piece:
                    ready.unregister(connection)
                    connection.close()
                    del waiting[connection]
        for connection in waiting:
            connection.close()
        self.listener.close()

    def requests(self, connection, text):
        """Answers those that are whole, and gives back what is left."""
        while b"\r\n\r\n" in text:
            head, rest = text.split(b"\r\n\r\n", 1)
            first, *lines = head.decode().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            size = int(headers.get("content-length", 0))
            if len(rest) < size:
                break
            body, text = rest[:size], rest[size:]
            method, target, _ = first.split(" ")
            status, more, content = self.answer(method, target, headers, body)
            lines = [f"HTTP/1.1 {status} x", f"Content-Length: {len(content)}", "x-amz-request-id: 0"] + [f"{name}: {value}" for name, value in more.items()]
            connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + (b"" if method == "HEAD" else content))
        return text

    def answer(self, method, target, headers, body):
        scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/", headers.get("authorization", ""))
        region = scope.group(1) if scope else ""
        if "x-amz-target" in headers:
            return self.cloudtrail(headers["x-amz-target"].split(".")[-1], region, json.loads(body or b"{}"))
        path, _, query = target.partition("?")
        asked = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        bucket, _, key = urllib.parse.unquote(path).lstrip("/").partition("/")
        if key:
            return self.object(method, region, bucket, key)
        return self.listing(region, bucket, asked)

    def refusal(self, status, code, operation):
        return status, {"Content-Type": "application/xml"}, f"<Error><Code>{code}</Code><Message>{operation}</Message></Error>".encode()

    def object(self, method, region, bucket, key):
        operation = "s3:HeadObject" if method == "HEAD" else "s3:GetObject"
        self.asked.append((operation, region, key))
        if operation in self.refused or key in self.refused:
            return self.refusal(403, "AccessDenied", operation)
        if key not in self.buckets.get(bucket, {}):
            return self.refusal(404, "NoSuchKey", operation)
        content, metadata = self.buckets[bucket][key]
        return 200, {"x-amz-meta-" + name: value for name, value in metadata.items()}, content

    def listing(self, region, bucket, asked):
        if "location" in asked:
            return 200, {}, b'<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>'
        operation = "s3:ListObjectsV2" if asked.get("list-type") == "2" else "s3:ListObjects"
        self.asked.append((operation, region, asked.get("prefix", "")))
        if operation in self.refused:
            return self.refusal(403, "AccessDenied", operation)
        if bucket not in self.buckets:
            return self.refusal(404, "NoSuchBucket", operation)
        after, prefix, delimiter = asked.get("continuation-token", asked.get("marker", "")), asked.get("prefix", ""), asked.get("delimiter", "")
        below = sorted(key for key in self.buckets[bucket] if key.startswith(prefix))
        # What has the delimiter behind the prefix is told once, up to it.
        names = sorted({prefix + key[len(prefix):].split(delimiter)[0] + delimiter if delimiter and delimiter in key[len(prefix):] else key for key in below})
        names = [name for name in names if name > after]
        page = names[:self.objects_a_page]
        more = len(names) > len(page)
        token = f"<NextContinuationToken>{page[-1]}</NextContinuationToken><NextMarker>{page[-1]}</NextMarker>" if more else ""
        contents = "".join(f"<CommonPrefixes><Prefix>{name}</Prefix></CommonPrefixes>" if delimiter and name.endswith(delimiter) else
                           f"<Contents><Key>{name}</Key><Size>{len(self.buckets[bucket][name][0])}</Size></Contents>" for name in page)
        return 200, {}, (f'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>{bucket}</Name><IsTruncated>{str(more).lower()}</IsTruncated>{token}{contents}'
                         "</ListBucketResult>").encode()

    def cloudtrail(self, operation, region, asked):
        self.asked.append(("cloudtrail:" + operation, region, asked))
        sent = {"Content-Type": "application/x-amz-json-1.1"}
        if "cloudtrail:" + operation in self.refused:
            return 400, sent, json.dumps({"__type": "AccessDeniedException", "message": "not authorized to perform cloudtrail:" + operation}).encode()
        if operation != "ListPublicKeys":
            return 400, sent, json.dumps({"__type": "UnknownOperationException"}).encode()
        # Without a time only the key that is current now is given; those here are of another year.
        keys = [key for key in self.keys.get(region, {}).values()
                if "StartTime" in asked and key["ValidityStartTime"] <= asked.get("EndTime", 4e9) and key["ValidityEndTime"] >= asked["StartTime"]]
        at = int(asked.get("NextToken", 0))
        reply = {"PublicKeyList": keys[at:at + self.keys_a_page]}
        if at + self.keys_a_page < len(keys):
            reply["NextToken"] = str(at + self.keys_a_page)
        return 200, sent, json.dumps(reply).encode()
