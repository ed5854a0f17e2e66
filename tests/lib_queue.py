"""An SQS of one queue, on loopback: it gives messages, hides what it gave for as long as it was told, and deletes. What it was asked is counted.
Beside it S3's objects: `objects` has their bytes by `bucket/key`, or the refusal (status, code).

    with Queue() as queue:
        queue.put({"detail": …})
        subprocess.run(["reeve", "collect", "--queue", queue.url, …], env=dict(environment, AWS_ENDPOINT_URL_SQS=queue.endpoint))
"""

import hashlib
import http.server
import json
import socket
import threading
import time
import urllib.parse
import uuid


def etag(data):
    return hashlib.md5(data).hexdigest()


class Queue:
    url = "https://sqs.eu-west-1.amazonaws.com/444455556666/reeve-events"

    def __init__(self):
        self.lock = threading.Condition()
        self.messages, self.asked, self.deny = {}, [], set()  # id → [body, hidden until, receipt, given]; operations; those that are denied
        self.objects, self.got, self.slow_s = {}, [], 0.0
        self.hidden = []  # how long messages were to be hidden, of each that was told so anew
        self.again = 0    # of so many messages the deleting is taken for granted and not done
        queue = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                operation = self.headers["X-Amz-Target"].split(".")[1]
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, reply = queue.answer(operation, asked, self.gone)
                body = json.dumps(reply).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.0")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def gone(self):
                """Whoever asked has hung up, and is given nothing any more."""
                try:
                    return self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
                except BlockingIOError:
                    return False
                except OSError:
                    return True

            def do_GET(self):
                name = urllib.parse.unquote(self.path.partition("?")[0]).lstrip("/")
                time.sleep(queue.slow_s)
                with queue.lock:
                    queue.got.append(name)
                    status, body = queue.object(name, self.headers.get("If-Match"))
                self.send_response(status)
                if status == 200:
                    self.send_header("ETag", f'"{etag(body)}"')
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # a follower that ends hangs up
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def put(self, body):
        with self.lock:
            name = str(uuid.uuid4())
            self.messages[name] = [body if isinstance(body, str) else json.dumps(body), 0.0, "", 0]
            self.lock.notify_all()
        return name

    def object(self, name, wanted):
        found = self.objects.get(name, (404, "NoSuchKey"))
        if isinstance(found, tuple):
            return found[0], f"<Error><Code>{found[1]}</Code><Message>said of {name}</Message><RequestId>r</RequestId></Error>".encode()
        if wanted and wanted != f'"{etag(found)}"':
            return 412, b"<Error><Code>PreconditionFailed</Code><Message>At least one of the pre-conditions you specified did not hold</Message></Error>"
        return 200, found

    def left(self):
        with self.lock:
            return set(self.messages)

    def answer(self, operation, asked, gone=lambda: False):
        with self.lock:
            self.asked.append(operation)
            if asked.get("QueueUrl") != self.url:
                return 400, {"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "The specified queue does not exist."}
            if operation in self.deny:
                return 403, {"__type": "com.amazonaws.sqs#AccessDeniedException", "message": f"not authorized to perform sqs:{operation}"}
            if operation == "ReceiveMessage":
                return 200, self.receive(asked, gone)
            if operation == "DeleteMessageBatch":
                return 200, self.delete(asked)
            if operation == "ChangeMessageVisibilityBatch":
                return 200, self.hide(asked)
        return 400, {"__type": "com.amazon.coral.service#UnknownOperationException", "message": operation}

    def receive(self, asked, gone):
        until = time.monotonic() + asked.get("WaitTimeSeconds", 0)
        while True:
            now, given = time.monotonic(), []
            for name, message in self.messages.items():
                if message[1] <= now and len(given) < asked.get("MaxNumberOfMessages", 1):
                    message[1], message[2] = now + asked.get("VisibilityTimeout", 30), str(uuid.uuid4())
                    message[3] += 1
                    given.append({"MessageId": name, "ReceiptHandle": message[2], "Body": message[0], "Attributes": {"ApproximateReceiveCount": str(message[3])}})
            if given:
                return {"Messages": given}
            if now >= until:
                return {}
            self.lock.wait(min(until - now, 0.1))
            if gone():
                return {}

    def delete(self, asked):
        done, failed = [], []
        for entry in asked["Entries"]:
            name = next((name for name, message in self.messages.items() if message[2] == entry["ReceiptHandle"]), None)
            if name and self.again > 0:
                self.again -= 1
                self.messages[name][1] = 0.0  # at least once
                done.append({"Id": entry["Id"]})
            elif name:
                del self.messages[name]
                done.append({"Id": entry["Id"]})
            else:
                failed.append({"Id": entry["Id"], "SenderFault": True, "Code": "ReceiptHandleIsInvalid"})
        return {"Successful": done, "Failed": failed}

    def hide(self, asked):
        done = []
        for entry in asked["Entries"]:
            self.hidden.append(entry["VisibilityTimeout"])
            for message in self.messages.values():
                if message[2] == entry["ReceiptHandle"]:
                    message[1] = time.monotonic() + entry["VisibilityTimeout"]
                    done.append({"Id": entry["Id"]})
        self.lock.notify_all()
        return {"Successful": done, "Failed": []}
