import os

# The port is the machine's business, not the repository's: a file that git does not track.
_port = "5000"
if os.path.exists("port"):
    with open("port", encoding="ascii") as file:
        _port = file.read().strip()
bind = os.environ.get("BIND", "127.0.0.1:" + os.environ.get("PORT", _port))
workers = 1
