"""A client that asks every 20 ms, whatever became of its earlier requests."""
import collections
import json
import selectors
import socket
import time

from background import Background

REQUEST = b"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n"
EVERY = 0.02
PATIENCE = 30.0  # of somebody in front of a browser


class _Call:
    def __init__(self, address):
        self.since, self.heard, self.asked = time.monotonic(), b"", False
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.connect_ex(address)

    def fileno(self):
        return self.socket.fileno()

    def go_on(self):
        """Whether it is over."""
        if not self.asked:
            error = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error:
                raise OSError(error, "connect")
            self.socket.sendall(REQUEST)
            self.asked = True
            return False
        part = self.socket.recv(65536)
        self.heard += part
        return not part

    def answer(self):
        """Its status and the version that gave it."""
        head, _, body = self.heard.partition(b"\r\n\r\n")
        said = json.loads(body)  # what broke off is no JSON
        return int(head.split()[1]), said["version"]


class Steady(Background):
    """`answers` counts (status, version); `failed` says what became of the others; `longest` is the
    longest time that a request took, `outage` the longest between two answers, in seconds."""

    def __init__(self, site):
        super().__init__()
        self.address = ("127.0.0.1", site.port)
        self.answers, self.failed = collections.Counter(), []
        self.longest = self.outage = 0.0
        self._waiting = selectors.DefaultSelector()
        self._last = None

    @property
    def asked(self):
        return sum(self.answers.values()) + len(self.failed)

    def run(self):
        next_call = self._last = time.monotonic()
        while not self._over.is_set() or self._waiting.get_map():
            now = time.monotonic()
            if now >= next_call and not self._over.is_set():
                call = _Call(self.address)
                self._waiting.register(call, selectors.EVENT_WRITE)
                next_call = max(next_call + EVERY, now - 1)  # not all of a second lost at once
            for key, _ in self._waiting.select(max(0.001, min(EVERY, next_call - now))):
                self._attend(key.fileobj)
            self._give_up(time.monotonic() - PATIENCE)

    def _attend(self, call):
        try:
            if call.go_on():
                self.answers[call.answer()] += 1
                now = time.monotonic()
                self.longest = max(self.longest, now - call.since)
                self.outage, self._last = max(self.outage, now - self._last), now
                self._end(call)
            else:
                self._waiting.modify(call, selectors.EVENT_READ)
        except (OSError, ValueError, LookupError) as error:
            self.failed.append(repr(error))
            self._end(call)

    def _give_up(self, before):
        for call in [key.fileobj for key in self._waiting.get_map().values()]:
            if call.since < before:
                self.failed.append(f"no answer within {PATIENCE} s")
                self._end(call)

    def _end(self, call):
        self._waiting.unregister(call)
        call.socket.close()

    def __exit__(self, *_):
        super().__exit__()
        self._waiting.close()
