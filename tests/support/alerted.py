"""A server on loopback that takes alerts as Slack, Discord and anybody else would, and refuses what
their documents forbid."""
import http.server
import json
import ssl
import threading

SLACK_BLOCKS = {"header": {"text"}, "section": {"text", "fields"}}


def plain_text(value, most):
    assert set(value) <= {"type", "text", "emoji"} and value["type"] == "plain_text", value
    assert 0 < len(value["text"]) <= most, value


def slack(payload):
    """Incoming webhooks: text, and up to 50 blocks."""
    assert set(payload) <= {"text", "blocks"}, payload
    assert payload["text"] and not set("<>") & set(payload["text"]), payload["text"]
    assert 0 < len(payload["blocks"]) <= 50
    for block in payload["blocks"]:
        assert set(block) - {"type"} <= SLACK_BLOCKS[block["type"]], block
        if "text" in block:
            plain_text(block["text"], 150 if block["type"] == "header" else 3000)
        assert len(block.get("fields", [0])) in range(1, 11), block
        for field in block.get("fields", []):
            plain_text(field, 2000)


def discord(payload):
    """Execute Webhook: up to 10 embeds, 6,000 characters in all."""
    assert set(payload) == {"embeds", "allowed_mentions"}, payload
    assert payload["allowed_mentions"] == {"parse": []}, payload
    assert 0 < len(payload["embeds"]) <= 10
    for embed in payload["embeds"]:
        assert set(embed) <= {"title", "description", "color", "timestamp", "fields"}, embed
        assert 0 < len(embed["title"]) <= 256 and 0 <= embed["color"] <= 0xffffff, embed
        assert len(embed.get("description", "x")) in range(1, 4097), embed
        assert len(embed.get("fields", [])) <= 25
        for field in embed.get("fields", []):
            assert 0 < len(field["name"]) <= 256 and 0 < len(field["value"]) <= 1024, field
        assert len(json.dumps(embed, ensure_ascii=False)) < 6000


def generic(payload):
    assert set(payload) == {"event", "application", "host", "time", "title", "text", "facts",
                            "commands"}, payload


class Receiver:
    """Answers `status`, or what `only` says of a channel; hangs where that is None. `got` holds
    (channel, payload), `wrong` what was not as the documents have it."""
    CHECKS = {"slack": slack, "discord": discord, "json": generic}

    def __init__(self, certificate=None):
        """With the path of a certificate, and its key, over TLS."""
        self.status, self.only, self.got, self.wrong = 200, {}, [], []
        self.asked = 0
        self.ended = threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.asked += 1
                status = receiver.only.get(self.path.split("/")[1], receiver.status)
                if status is None:
                    receiver.ended.wait(20)
                    return
                if status < 300:
                    receiver.take(self.path, self.headers["Content-Type"], body)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = False
        self.scheme = "https" if certificate else "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever).start()

    def take(self, path, kind, body):
        channel = path.split("/")[1]
        try:
            assert kind == "application/json", kind
            payload = json.loads(body)
            self.CHECKS[channel](payload)
            self.got.append((channel, payload))
        except (AssertionError, KeyError, ValueError) as error:
            self.wrong.append((channel, repr(error), body))

    def url(self, channel):
        return f"{self.scheme}://127.0.0.1:{self.server.server_port}/{channel}/T0/TOPSECRET"

    def alerts(self):
        """Of the generic channel."""
        return [one for channel, one in self.got if channel == "json"]

    def events(self):
        """Of the generic channel, and forgotten."""
        events = [(one["event"], one["title"]) for one in self.alerts()]
        self.got.clear()
        return events

    def close(self):
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()
