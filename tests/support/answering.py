"""Real servers on loopback that answer a health request, in all the ways that one can go wrong."""
import contextlib
import os
import socket
import ssl
import subprocess
import threading
import time


def reply(status="200 OK", body=b"", kind="application/json", more=""):
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


HEALTHY = reply(body=b'{"status": "healthy"}')


class Answering:
    """A server; `speak(connection)` is called for each connection once its request was read, in a
    thread that ends with it. With `chain`, a PEM file with its key, it speaks TLS."""

    def __init__(self, speak, family=socket.AF_INET, address=None, chain=None):
        self.speak = speak if callable(speak) else lambda connection: connection.sendall(speak)
        self.ended = threading.Event()
        self.tls = None
        if chain:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(chain)
        self.listener = socket.socket(family)
        if address is None:
            address = ("::1" if family == socket.AF_INET6 else "127.0.0.1", 0)
        self.listener.bind(address)
        self.listener.listen(16)
        self.listener.settimeout(0.05)
        self.requests = []
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    @property
    def port(self):
        return self.listener.getsockname()[1]

    def _serve(self):
        speakers = []
        while not self.ended.is_set():
            with contextlib.suppress(TimeoutError):
                connection = self.listener.accept()[0]
                speakers.append(threading.Thread(target=self._answer, args=(connection,)))
                speakers[-1].start()
        for speaker in speakers:
            speaker.join()

    def _answer(self, connection):
        connection.settimeout(10)
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.enter_context(connection)
            if self.tls:
                connection = stack.enter_context(self.tls.wrap_socket(connection, server_side=True))
            request = b""
            while b"\r\n\r\n" not in request:
                more = connection.recv(65536)
                if not more:
                    return
                request += more
            self.requests.append(request)
            self.speak(connection)
            connection.shutdown(socket.SHUT_RDWR)

    def rest(self):
        """Says nothing until the server ends, ten seconds at most."""
        self.ended.wait(10)

    def drip(self, connection, data, pause=0.02):
        """A byte at a time, again and again."""
        for _ in range(int(10 / pause)):
            for byte in data:
                if self.ended.wait(pause):
                    return
                connection.sendall(bytes([byte]))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        self.listener.close()


@contextlib.contextmanager
def never_accepting():
    """The port of a server whose queue is full: nobody connects to it any more."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        time.sleep(0.05)
        yield listener.getsockname()[1]


class Authority:
    """An authority of its own, and what it signs for 127.0.0.1 and localhost."""

    def __init__(self, directory):
        self.directory = directory
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                      "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj",
                      "/CN=Test authority")
        self._write("san", "subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        self._write("index", "")
        self._write("serial", "01\n")
        self._write("ca.conf", "[ca]\ndefault_ca=all\n[all]\ndatabase=index\nserial=serial\n"
                    "new_certs_dir=.\ndefault_md=sha256\npolicy=any\nunique_subject=no\n"
                    "[any]\ncommonName=supplied\n")

    @property
    def certificate(self):
        return os.path.join(self.directory, "ca.pem")

    def signed(self, name, start="20200101000000Z", end="20490101000000Z", subject="san"):
        """The path of a certificate with its key."""
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                      "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        self._openssl("ca", "-batch", "-config", "ca.conf", "-in", f"{name}.csr", "-cert", "ca.pem",
                      "-keyfile", "ca.key", "-out", f"{name}.crt", "-startdate", start, "-enddate",
                      end, "-extfile", subject, "-notext")
        chain = os.path.join(self.directory, f"{name}.pem")
        with open(chain, "w", encoding="ascii") as file:
            for part in (f"{name}.crt", f"{name}.key"):
                with open(os.path.join(self.directory, part), encoding="ascii") as piece:
                    file.write(piece.read())
        return chain

    def _write(self, name, text):
        with open(os.path.join(self.directory, name), "w", encoding="ascii") as file:
            file.write(text)

    def _openssl(self, *args):
        subprocess.run(["openssl", *args], cwd=self.directory, check=True, capture_output=True)
