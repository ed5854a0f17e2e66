#!/usr/bin/env python3
"""Signatures held against what is published: the test suite of AWS's C and Rust clients (crate aws-sigv4), and the example of a chunked
upload in the Amazon S3 API Reference.

    python3 tests/sigv4.py [--reeve PROGRAM]

Each vector is signed in its header and in its query form; canonical request, signature and what is sent must be the published ones. Requests
that botocore signs beside it cover what the vectors lack: ports, empty values, repeated parameters, S3's paths.
"""

import argparse
import hashlib
import json
import pathlib
import random
import re
import sys
import urllib.parse

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_crates import crate_folder  # noqa: E402
from lib_probe import Probe  # noqa: E402
from lib_reeve import Checks  # noqa: E402

CRATE = ("aws-sigv4", "1.6.4")
VECTORS = {"header": 40, "query": 38}  # that the crate has
# The suite's context does not say so, but its expectation encodes this path once (the crate itself passes the vector over).
ENCODED_ONCE = {"get-space-normalized"}
# Two older vectors without a context: whose keys, when.
BARE = {
    "double-encode-path": {"access_key_id": "ANOTREAL", "secret_access_key": "notrealrnrELgWzOk3IfjzDKtFBhDby", "region": "us-east-1", "service": "service", "time": "2015-08-30T12:36:00Z"},
    "double-url-encode": {"access_key_id": "AKIDEXAMPLE", "secret_access_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "region": "us-east-2", "service": "lambda", "time": "2021-05-11T15:40:45Z"},
}  # fmt: skip
# Amazon S3 API Reference, "Signature calculations for the Authorization header: transferring payload in multiple chunks", Example: PUT Object.
EXAMPLE = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "region": "us-east-1", "service": "s3", "time": "2013-05-24T00:00:00Z",
           "double": False, "normalize": False}  # fmt: skip
SEED = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
CHUNKS = [("10000", 65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"), ("400", 1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"),
          ("0", 0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9")]  # fmt: skip
SIGNED_BESIDE_S3 = "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class"


def parse(text):
    """(method, path, [(name, value)], [(name, value)], body) of a request as the vectors write it: folded lines stay folded."""
    head, _, body = text.partition("\n\n")
    first, *lines = head.split("\n")
    method, target = re.match(r"(\S+) (.*?)(?: HTTP/1\.1)?$", first).groups()
    path, mark, query = target.partition("?")
    headers = []
    for line in lines:
        if line[:1] in " \t":
            headers[-1][1] += "\n" + line
        elif line:
            headers.append(list(line.split(":", 1)))
    pairs = [[urllib.parse.unquote(part) for part in (each.split("=", 1) + [""])[:2]] for each in query.split("&")] if mark and query else []
    return method, path, pairs, headers, body


def vectors(checks, probe, folder):
    seen = {"header": 0, "query": 0}
    for vector in sorted(path for path in folder.iterdir() if path.is_dir()):
        name = vector.name
        method, path, query, headers, body = parse((vector / "request.txt").read_text())
        host = next(value for key, value in headers if key.lower() == "host").strip()
        asked = {"method": method, "origin": f"https://{host}", "path": path, "query": query, "headers": [each for each in headers if each[0].lower() not in ("host", "x-amz-date")], "body": body}
        token_after = None
        if name in BARE:
            asked |= BARE[name]
        else:
            context = json.loads((vector / "context.json").read_text())
            keys = context["credentials"]
            asked |= {"access_key_id": keys["access_key_id"], "secret_access_key": keys["secret_access_key"], "region": context["region"], "service": context["service"], "time": context["timestamp"],
                      "normalize": context["normalize"], "expires": context["expiration_in_seconds"], "digest": context["sign_body"], "double": name not in ENCODED_ONCE}  # fmt: skip
            if context.get("omit_session_token"):
                token_after = keys["token"]  # sent beside the signature, not under it: for those who ask so, which Reeve never does
            elif "token" in keys:
                asked["session_token"] = keys["token"]
        for form in ("header", "query"):
            if not (vector / f"{form}-canonical-request.txt").exists():
                continue
            seen[form] += 1
            canonical = (vector / f"{form}-canonical-request.txt").read_text()
            sent = (vector / f"{form}-signed-request.txt").read_text()
            stored = vector / f"{form}-signature.txt"
            signature = stored.read_text().strip() if stored.exists() else re.search(r"Signature=([0-9a-f]{64})", sent).group(1)

            def held(answer, name=name, form=form, canonical=canonical, sent=sent, signature=signature, token=token_after):
                ours = answer["canonical"]
                if name == "double-encode-path":  # its canonical request is of another day than its signature
                    ours, canonical = ours.replace("20150830T123600Z", "20210511T154045Z"), canonical
                checks.check(ours == canonical, f"{name}, {form}: the canonical request", f"{ours!r} not {canonical!r}")
                _, _, query, headers, _ = parse(sent)
                if form == "query":
                    made = dict(map(tuple, answer["query"]))
                    checks.check(made.get("X-Amz-Signature") == signature, f"{name}, query: the signature", made.get("X-Amz-Signature"))
                    wanted = sorted(map(tuple, query))
                    wanted = wanted if token is None else [each for each in wanted if each[0] != "X-Amz-Security-Token"]
                    checks.check(sorted(map(tuple, answer["query"])) == wanted, f"{name}, query: what is sent", (answer["query"], wanted))
                    return
                made = sorted((key.lower(), " ".join(value.split())) for key, value in answer["headers"])
                wanted = sorted((key.lower(), " ".join(value.split())) for key, value in headers if key.lower() != "host" and not (token and value == token))
                checks.check(signature in dict(made).get("authorization", ""), f"{name}, header: the signature", dict(made).get("authorization"))
                checks.check(made == wanted, f"{name}, header: what is sent", (made, wanted))

            probe.ask(asked | {"form": form}, held)
    checks.check(seen == VECTORS, "as many vectors as are published", seen)
    return seen


def chunked(checks, probe):
    def held(answer):
        headers = {key.lower(): value for key, value in answer["headers"]}
        checks.check(headers["authorization"] == f"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders={SIGNED_BESIDE_S3}, Signature={SEED}",
                     "chunked: the seed signature", headers["authorization"])  # fmt: skip
        checks.check(headers["content-length"] == "66824" and headers["x-amz-decoded-content-length"] == "66560", "chunked: both lengths", headers)
        checks.check(len(answer["chunks"]) == len(CHUNKS), "chunked: three chunks", len(answer["chunks"]))
        for (size, length, signature), chunk in zip(CHUNKS, answer["chunks"]):
            checks.check(chunk == f"{size};chunk-signature={signature}\r\n{'a' * length}\r\n", f"chunked: the chunk of {length} bytes", chunk[:100])
        checks.check(sum(map(len, answer["chunks"])) == 66824, "chunked: as long as was said", sum(map(len, answer["chunks"])))

    probe.ask(EXAMPLE | {"form": "chunked", "method": "PUT", "origin": "https://s3.amazonaws.com", "path": "/examplebucket/chunkObject.txt", "headers": [["x-amz-storage-class", "REDUCED_REDUNDANCY"]], "body": "a" * 66560, "chunk": 65536}, held)


# The same book's examples of requests in one piece, and of a presigned one: (request, signature).
SINGLE = [
    ({"path": "/test.txt", "headers": [["Range", "bytes=0-9"]]}, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
    ({"method": "PUT", "path": "/test%24file.text", "headers": [["Date", "Fri, 24 May 2013 00:00:00 GMT"], ["x-amz-storage-class", "REDUCED_REDUNDANCY"]], "body": "Welcome to Amazon S3."}, "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
    ({"query": [["lifecycle", ""]]}, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
    ({"query": [["max-keys", "2"], ["prefix", "J"]]}, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ({"form": "query", "path": "/test.txt", "expires": 86400, "unsigned": True}, "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"),
]  # fmt: skip


def single(checks, probe):
    for request, signature in SINGLE:
        what = f"S3 example {request.get('method', 'GET')} {request.get('path', '/')} {request.get('query', '')} {request.get('form', 'header')}"
        probe.ask(EXAMPLE | {"origin": "https://examplebucket.s3.amazonaws.com", "digest": request.get("form") != "query"} | request,
                  lambda answer, what=what, signature=signature: checks.check(signature in json.dumps([answer["headers"], answer["query"]]), what, answer["canonical"]))  # fmt: skip


def beside_botocore(checks, probe):
    try:
        import botocore.auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials
    except ImportError:
        checks.skip("requests that botocore signs", "no package botocore", "that ports, empty values and S3's paths are signed as botocore does")
        return 0
    random_ = random.Random(4)
    letters = "abz09-._~ /+%&=?:@!$'()*,;é漢\U0001f511"

    def word(most):
        return "".join(random_.choice(letters) for _ in range(random_.randint(0, most)))

    moment = "2026-11-29T12:34:56Z"
    count = 0
    for number in range(300):
        s3 = number % 2 == 0
        path = "/" + urllib.parse.quote(word(12), safe="/~")
        query = [[word(6) or "k", word(6)] for _ in range(random_.randint(0, 4))]
        origin = random_.choice(["https://example.amazonaws.com", "https://example.amazonaws.com:443", "http://127.0.0.1:4566", "http://localhost:80"])
        headers = [["X-Amz-" + str(each), " ".join(word(8).split()) or "v"] for each in range(random_.randint(0, 3))]
        headers = [[key, value.encode("ascii", "ignore").decode() or "v"] for key, value in headers]
        body = word(30)
        token = random_.choice(["", "token/+="])
        url = f"{origin}{path}" + ("?" + "&".join(f"{urllib.parse.quote(k, safe='-_.~')}={urllib.parse.quote(v, safe='-_.~')}" for k, v in query) if query else "")
        request = AWSRequest(method="POST", url=url, data=body.encode(), headers=dict(map(tuple, headers)))
        keys = Credentials("AKIDEXAMPLE", "secret", token or None)
        request.context["timestamp"] = re.sub(r"[-:]", "", moment)
        signer = (botocore.auth.S3SigV4Auth if s3 else botocore.auth.SigV4Auth)(keys, "s3" if s3 else "lambda", "eu-west-1")
        if token:
            request.headers["X-Amz-Security-Token"] = token
        request.headers["X-Amz-Date"] = request.context["timestamp"]
        if s3:
            request.headers["X-Amz-Content-SHA256"] = hashlib.sha256(body.encode()).hexdigest()
        theirs_text = signer.canonical_request(request)
        theirs = signer.signature(signer.string_to_sign(request, theirs_text), request)
        asked = {"method": "POST", "origin": origin, "path": path, "query": query, "headers": headers, "body": body, "access_key_id": "AKIDEXAMPLE", "secret_access_key": "secret", "session_token": token, "region": "eu-west-1",
                 "service": "s3" if s3 else "lambda", "time": moment, "double": not s3, "normalize": not s3, "digest": s3}  # fmt: skip
        probe.ask(asked, lambda answer, theirs=theirs, text=theirs_text, url=url: checks.check(theirs in dict(map(tuple, answer["headers"]))["Authorization"], f"as botocore signs {url}", f"{answer['canonical']!r} not {text!r}"))
        count += 1
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    options = parser.parse_args()
    checks = Checks()
    program = pathlib.Path(options.reeve).resolve().parent / "aws_probe"
    if not program.exists():
        checks.skip("everything", f"{program} is not built", "that requests are signed as AWS publishes")
        return checks.end()
    probe = Probe(program, "sign")
    chunked(checks, probe)
    single(checks, probe)
    beside = beside_botocore(checks, probe)
    crate = crate_folder(*CRATE)
    seen = {}
    if crate is None:
        checks.skip("the published vectors", f"the crate {' '.join(CRATE)} could not be fetched", "that requests are signed as it expects")
    else:
        seen = vectors(checks, probe, crate / "aws-signing-test-suite" / "v4")
    probe.run(checks)
    print(f"vectors: {seen.get('header', 0)} header, {seen.get('query', 0)} query; chunked example: {len(CHUNKS)} chunks; S3 examples: {len(SINGLE)}; requests beside botocore: {beside}")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
