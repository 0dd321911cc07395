"""A site whose versions run side by side, and the nginx that asks one of them."""
import glob
import json
import os
import signal
import socket
import subprocess

from app import DEMO, Site, free_port
from servers import wait_for_port

UPSTREAM = "upstream nutricount_application {{ server 127.0.0.1:{port}; }}\n"


class BlueGreenSite(Site):
    """`port` is nginx's; each colour has one of its own. With `plain`, a port, it is not blue-green yet."""

    def __init__(self, root=None, plain=None):
        self.plain = plain
        self.ports = {"blue": free_port(), "green": free_port()}
        super().__init__(root)
        os.chmod(self.root, 0o755)  # nginx's workers are another user's
        self.upstream = os.path.join(self.root, "upstream.conf")
        self.write_upstream(plain or self.ports["blue"])
        with open(os.path.join(DEMO, "..", "nginx.conf"), encoding="ascii") as file:
            text = file.read()
        with open(f"{self.root}/nginx.conf", "w", encoding="ascii") as file:
            file.write(text.replace("@root@", self.root).replace("@port@", str(self.port)))
        self.start_nginx()

    def start_nginx(self):
        self.nginx = subprocess.Popen([*self.nginx_command(), "-g", "daemon off;"],
                                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL)
        wait_for_port(self.port, self.nginx)

    def stop_nginx(self):
        self.nginx.send_signal(signal.SIGTERM)
        self.nginx.wait(timeout=30)

    def write_upstream(self, port):
        with open(self.upstream, "w", encoding="ascii") as file:
            file.write(UPSTREAM.format(port=port))

    def nginx_command(self):
        return ["nginx", "-c", f"{self.root}/nginx.conf", "-e", f"{self.root}/nginx.log"]

    def start_command(self):
        words = super().start_command()[2:]
        return ["/usr/bin/env", f"PORT={self.plain}", *words] if self.plain else words

    def configure(self, **sections):
        ours = {
            "update": f'strategy = "{"restart" if self.plain else "blue-green"}"\n',
            "database": "backward_compatible = true\n",
            "blue_green": f'unit = "demo@.service"\nupstream = "{self.root}/upstream.conf"\n'
                          f'blue_port = {self.ports["blue"]}\ngreen_port = {self.ports["green"]}\n'
                          f'test = {json.dumps([*self.nginx_command(), "-t"])}\n'
                          f'reload = {json.dumps([*self.nginx_command(), "-s", "reload"])}\n',
        }
        super().configure(**ours | sections)

    def live(self):
        """The colour that nginx asks."""
        with open(self.upstream, encoding="ascii") as file:
            text = file.read()
        return next(name for name, port in self.ports.items() if f":{port};" in text)

    def runs(self, colour):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.ports[colour])) == 0

    def may_run(self):
        return sorted(os.path.basename(path) for path in glob.glob(f"{self.state}/colours/*"))

    def kill_application(self):
        super().kill_application()
        for record in glob.glob(f"{self.state}/*/app.pid"):
            self.kill_recorded(record)

    def close(self):
        self.stop_nginx()
        super().close()
