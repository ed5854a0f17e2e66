"""An SQS of one queue, on loopback: it gives messages, hides what it gave for as long as it was told, and deletes. What it was asked is counted.

    with Queue() as queue:
        queue.put({"detail": …})
        subprocess.run(["reeve", "collect", "--queue", queue.url, …], env=dict(environment, AWS_ENDPOINT_URL_SQS=queue.endpoint))
"""

import http.server
import json
import threading
import time
import uuid


class Queue:
    url = "https://sqs.eu-west-1.amazonaws.com/444455556666/reeve-events"

    def __init__(self):
        self.lock = threading.Condition()
        self.messages, self.asked, self.deny = {}, [], set()  # id → [body, hidden until, receipt]; operations; those that are denied
        queue = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                operation = self.headers["X-Amz-Target"].split(".")[1]
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, reply = queue.answer(operation, asked)
                body = json.dumps(reply).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.0")
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
            self.messages[name] = [body if isinstance(body, str) else json.dumps(body), 0.0, ""]
            self.lock.notify_all()
        return name

    def left(self):
        with self.lock:
            return set(self.messages)

    def answer(self, operation, asked):
        with self.lock:
            self.asked.append(operation)
            if asked.get("QueueUrl") != self.url:
                return 400, {"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "The specified queue does not exist."}
            if operation in self.deny:
                return 403, {"__type": "com.amazonaws.sqs#AccessDeniedException", "message": f"not authorized to perform sqs:{operation}"}
            if operation == "ReceiveMessage":
                return 200, self.receive(asked)
            if operation == "DeleteMessageBatch":
                return 200, self.delete(asked)
        return 400, {"__type": "com.amazon.coral.service#UnknownOperationException", "message": operation}

    def receive(self, asked):
        until = time.monotonic() + asked.get("WaitTimeSeconds", 0)
        while True:
            now, given = time.monotonic(), []
            for name, message in self.messages.items():
                if message[1] <= now and len(given) < asked.get("MaxNumberOfMessages", 1):
                    message[1], message[2] = now + asked.get("VisibilityTimeout", 30), str(uuid.uuid4())
                    given.append({"MessageId": name, "ReceiptHandle": message[2], "Body": message[0]})
            if given:
                return {"Messages": given}
            if now >= until:
                return {}
            self.lock.wait(until - now)

    def delete(self, asked):
        done, failed = [], []
        for entry in asked["Entries"]:
            name = next((name for name, message in self.messages.items() if message[2] == entry["ReceiptHandle"]), None)
            if name:
                del self.messages[name]
                done.append({"Id": entry["Id"]})
            else:
                failed.append({"Id": entry["Id"], "SenderFault": True, "Code": "ReceiptHandleIsInvalid"})
        return {"Successful": done, "Failed": failed}
