"""Real git servers on loopback: nginx + fcgiwrap + git http-backend, sshd, and two that misbehave."""
import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time

from app import free_port

NGINX_MODULES = "daemon off; pid {root}/nginx.pid; error_log {root}/error.log; worker_processes 1;"


def wait_for_port(port, process):
    for _ in range(400):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.025)
    raise RuntimeError(f"nothing listens on port {port}")


class Server:
    """Its processes end with it, by PID; its files lie in a temporary directory."""

    def __init__(self):
        self.root = tempfile.mkdtemp(prefix="nutricount-server-")
        os.chmod(self.root, 0o755)
        self.port = free_port()
        self.processes = []

    def run(self, *argv, **more):
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, **more)
        self.processes.append(process)
        return process

    def close(self):
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.root, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Http(Server):
    """git http-backend behind nginx; https with an authority of its own; a token where one is given."""

    def __init__(self, repositories, tls=False, token=None):
        super().__init__()
        self.tls, self.token = tls, token
        if tls:
            self._make_certificates()
        with open(f"{self.root}/nginx.conf", "w", encoding="ascii") as file:
            file.write(self._configuration(repositories))
        socket_path = f"{self.root}/fcgi.sock"
        self.run("fcgiwrap", "-s", f"unix:{socket_path}",
                 env=dict(os.environ, GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="safe.directory",
                          GIT_CONFIG_VALUE_0="*"))
        wait_for_port(self.port, self.run("nginx", "-c", f"{self.root}/nginx.conf",
                                          "-e", f"{self.root}/error.log"))

    @property
    def ca_file(self):
        return f"{self.root}/ca.pem"

    def url(self, name):
        return f"{'https' if self.tls else 'http'}://localhost:{self.port}/{name}"

    def _make_certificates(self):
        def openssl(*args):
            subprocess.run(["openssl", *args], cwd=self.root, check=True, capture_output=True)
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out",
                "ca.pem", "-days", "2", "-subj", "/CN=Test authority")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "server.key", "-out",
                "server.csr", "-subj", "/CN=localhost")
        with open(f"{self.root}/san", "w", encoding="ascii") as file:
            file.write("subjectAltName=DNS:localhost\n")
        openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                "-CAcreateserial", "-out", "server.pem", "-days", "2", "-extfile", "san")

    def _configuration(self, repositories):
        secure = ""
        if self.tls:
            secure = f"ssl_certificate {self.root}/server.pem; " \
                     f"ssl_certificate_key {self.root}/server.key;"
        if self.token:
            hashed = subprocess.run(["openssl", "passwd", "-apr1", self.token], check=True,
                                    capture_output=True, text=True).stdout.strip()
            with open(f"{self.root}/users", "w", encoding="ascii") as file:
                file.write(f"x-access-token:{hashed}\n")
            secure += f" auth_basic git; auth_basic_user_file {self.root}/users;"
        return f"""user root; {NGINX_MODULES.format(root=self.root)}
events {{}}
http {{
  access_log off; client_body_temp_path {self.root}/body; fastcgi_temp_path {self.root}/fastcgi;
  proxy_temp_path {self.root}/proxy; uwsgi_temp_path {self.root}/uwsgi; scgi_temp_path {self.root}/scgi;
  server {{
    listen 127.0.0.1:{self.port} {'ssl' if self.tls else ''}; {secure}
    location / {{
      fastcgi_pass unix:{self.root}/fcgi.sock;
      fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend;
      fastcgi_param GIT_PROJECT_ROOT {repositories}; fastcgi_param GIT_HTTP_EXPORT_ALL "";
      fastcgi_param PATH_INFO $uri; fastcgi_param QUERY_STRING $query_string;
      fastcgi_param REQUEST_METHOD $request_method; fastcgi_param CONTENT_TYPE $content_type;
      fastcgi_param CONTENT_LENGTH $content_length; fastcgi_param REMOTE_USER $remote_user;
    }}
  }}
}}
"""


class Ssh(Server):
    """sshd with a host key of its own; takes the key of the given type for the current user."""

    def __init__(self, kind):
        super().__init__()
        self.key = f"{self.root}/id_{kind}"
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", self.key], check=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", f"{self.root}/host"],
                       check=True)
        shutil.copy(f"{self.key}.pub", f"{self.root}/authorized_keys")
        with open(f"{self.root}/sshd_config", "w", encoding="ascii") as file:
            file.write(f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self.root}/host\n"
                       f"AuthorizedKeysFile {self.root}/authorized_keys\nStrictModes no\n"
                       f"UsePAM no\nPasswordAuthentication no\nPidFile {self.root}/pid\n"
                       "PermitRootLogin yes\n")
        os.makedirs("/run/sshd", exist_ok=True)
        wait_for_port(self.port, self.run("/usr/sbin/sshd", "-D", "-f",
                                          f"{self.root}/sshd_config"))

    def known_host(self):
        with open(f"{self.root}/host.pub", encoding="ascii") as file:
            kind, key = file.read().split()[:2]
        return f"[127.0.0.1]:{self.port} {kind} {key}\n"

    @contextlib.contextmanager
    def known(self):
        """Among the known hosts of this user: libgit2 reads those of the tree's owner."""
        path = os.path.expanduser("~/.ssh/known_hosts")
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        before = None
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                before = file.read()
        with open(path, "a", encoding="utf-8") as file:
            file.write(self.known_host())
        try:
            yield
        finally:
            if before is None:
                os.remove(path)
            else:
                with open(path, "w", encoding="utf-8") as file:
                    file.write(before)

    def url(self, path):
        user = subprocess.run(["id", "-un"], check=True, capture_output=True, text=True)
        return f"ssh://{user.stdout.strip()}@127.0.0.1:{self.port}{path}"


class Misbehaving(Server):
    """Accepts connections; says nothing, or a byte of an endless header at a time."""

    def __init__(self, drips):
        super().__init__()
        self._socket = socket.create_server(("127.0.0.1", self.port))
        self._socket.settimeout(0.2)
        self._drips, self._over, self._clients = drips, threading.Event(), []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def url(self, name):
        return f"http://127.0.0.1:{self.port}/{name}"

    def _serve(self):
        while not self._over.is_set():
            try:
                self._clients.append(self._socket.accept()[0])
            except TimeoutError:
                pass
            if not self._drips:
                continue
            for client in self._clients:
                try:
                    client.send(b"H")
                except OSError:
                    pass

    def close(self):
        self._over.set()
        self._thread.join()
        for client in [*self._clients, self._socket]:
            client.close()
        super().close()
