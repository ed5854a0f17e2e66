"""What stands between a client and moto, and counts: each HTTP request by service and operation, whatever became of it.

    with Counter(moto.endpoint) as counter:
        subprocess.run([...], env=dict(..., AWS_ENDPOINT_URL=counter.endpoint))
    counter.calls["ec2:DescribeSnapshotAttribute"]
"""

import collections
import http.client
import http.server
import re
import sys
import threading
import urllib.parse

DROPPED = {"connection", "transfer-encoding", "content-length", "keep-alive", "date", "server"}


def name_of(method, path, headers, body):
    """`ec2:DescribeVpcs`; for REST, whose operations have no name on the wire, the method and the path without what looks like an id."""
    scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request", headers.get("Authorization", ""))
    service = scope[1] if scope else "unsigned"
    target = headers.get("X-Amz-Target", "")
    if target:
        return f"{service}:{target.rsplit('.', 1)[-1]}"
    action = re.search(rb"(?:^|&)Action=(\w+)", body)
    if action:
        return f"{service}:{action[1].decode()}"
    parts = urllib.parse.urlsplit(path)
    keys = sorted(key for key, _ in urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
    return f"{service}:{method} {parts.path.count('/')} {','.join(keys)}"


class Counter:
    def __init__(self, behind):
        self.calls, self.statuses, lock = collections.Counter(), collections.Counter(), threading.Lock()
        host = urllib.parse.urlsplit(behind)
        counter, local = self, threading.local()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if (self.headers.get("Transfer-Encoding") or "").lower() == "chunked":
                    self.send_error(411)
                    return
                name = name_of(self.command, self.path, self.headers, body)
                headers = {key: value for key, value in self.headers.items() if key.lower() not in ("connection", "expect")}
                for attempt in (1, 2):
                    if getattr(local, "connection", None) is None:
                        local.connection = http.client.HTTPConnection(host.hostname, host.port, timeout=300)
                    try:
                        local.connection.request(self.command, self.path, body, headers)
                        reply = local.connection.getresponse()
                        data = reply.read()
                        break
                    except (OSError, http.client.HTTPException):
                        local.connection.close()
                        local.connection = None
                        if attempt == 2:
                            raise
                with lock:
                    counter.calls[name] += 1
                    counter.statuses[reply.status] += 1
                self.send_response_only(reply.status, reply.reason)
                for key, value in reply.getheaders():
                    if key.lower() not in DROPPED:
                        self.send_header(key, value)
                self.send_header("Content-Length", str(len(data)) if self.command != "HEAD" else reply.getheader("Content-Length", "0"))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = answer

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, request, client_address):
                if not isinstance(sys.exc_info()[1], ConnectionError):  # a client that waited no longer
                    super().handle_error(request, client_address)

        self.server = Server(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def total(self, without=()):
        return sum(count for name, count in self.calls.items() if name not in without)
