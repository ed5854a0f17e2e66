"""Receivers on loopback for suites of outputs: HTTP and mail. Each keeps what it was sent and answers as it is told."""

import http.server
import socket
import socketserver
import ssl
import threading
import time


class Got:
    """One request, or one message of mail."""

    def __init__(self, **parts):
        self.__dict__.update(parts)


class Served:
    """`server`, for as long as a block lasts or until it is closed."""

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Receiver(Served):
    """HTTP. `answers`: status, or (status, headers), one for each request in turn; the last one for all behind it."""

    def __init__(self, *answers, port=0, slow_s=0, tls=None):
        self.answers, self.got, self.lock, self.slow_s = list(answers) or [200], [], threading.Lock(), slow_s
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                with outer.lock:
                    answer = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                    outer.got.append(Got(path=self.path, headers=self.headers, body=body, at=time.monotonic(), method=self.command))
                time.sleep(outer.slow_s)
                if callable(answer):
                    answer = answer(outer.got[-1])
                status, headers, text = (answer, {}, b"secret echo of " + self.path.encode()) if isinstance(answer, int) else (answer + (b"",))[:3]
                self.send_response(status)
                for key, value in headers.items():
                    self.send_header(key, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", port), Handler)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class MailServer(Served):
    """SMTP, as little as it takes. `answers`: replies to the end of DATA, in turn, the last one for all behind it. `tls`: (certificate, key): STARTTLS
    is offered, and AUTH PLAIN behind it; `implicit`: TLS from the first byte."""

    def __init__(self, *answers, tls=None, implicit=False, rcpt="250 ok"):
        self.answers, self.got, self.lines, self.logins = list(answers) or ["250 taken"], [], [], []
        outer = self
        context = None
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                try:
                    self.talk()
                except (OSError, ssl.SSLError, ValueError):
                    pass

            def talk(self):
                sock, secure = self.request, False
                if implicit:
                    sock, secure = context.wrap_socket(sock, server_side=True), True
                file = sock.makefile("rb")

                def say(text):
                    sock.sendall(text.encode() + b"\r\n")

                say("220 double")
                sender, to = "", []
                while True:
                    line = file.readline()
                    if not line:
                        return
                    text = line.decode("latin-1").rstrip("\r\n")
                    outer.lines.append((secure, text))
                    word = text.split(" ")[0].upper()
                    if word == "EHLO":
                        offers = ["double", "8BITMIME"] + (["STARTTLS"] if context and not secure else []) + (["AUTH PLAIN LOGIN"] if secure else [])
                        for number, offer in enumerate(offers):
                            say(f"250{' ' if number == len(offers) - 1 else '-'}{offer}")
                    elif word == "STARTTLS":
                        say("220 go on")
                        sock, secure = context.wrap_socket(sock, server_side=True), True
                        file = sock.makefile("rb")
                    elif word == "AUTH":
                        if text == "AUTH PLAIN":
                            say("334 ")
                            text += " " + file.readline().decode().strip()
                        outer.logins.append((secure, text))
                        say("235 welcome")
                    elif word == "MAIL":
                        sender = text
                        say("250 ok")
                    elif word == "RCPT":
                        to.append(text)
                        say(rcpt)
                    elif word == "DATA":
                        say("354 go on")
                        data = []
                        while True:
                            part = file.readline()
                            if part in (b".\r\n", b""):
                                break
                            data.append(part)
                        outer.got.append(Got(sender=sender, to=to, data=b"".join(data), secure=secure))
                        say(outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0])
                    elif word == "QUIT":
                        say("221 bye")
                        return
                    else:
                        say("250 ok")

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def closed_port():
    """A port of loopback on which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
