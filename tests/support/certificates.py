"""A test's authority, and certificates as terminals have them, made by the openssl program; and a client that shows one."""

import datetime
import http.client
import os
import socket
import ssl
import subprocess

from kordond import PATIENCE, Client

SETTINGS = """[ca]
default_ca = post
[post]
dir = {folder}
database = {folder}/index
serial = {folder}/serial
crlnumber = {folder}/crlnumber
new_certs_dir = {folder}
certificate = {folder}/ca.pem
private_key = {folder}/ca.key
default_md = sha256
policy = any
unique_subject = no
copy_extensions = copy
[any]
commonName = supplied
"""


def openssl(*arguments):
    outcome = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr


def stamp(days):
    return (datetime.datetime.utcnow() + datetime.timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")


class Authority:
    """days: from when to when, from now."""

    def __init__(self, folder, name="post-ca", lasts=400):
        self.folder, self.name = str(folder), name
        os.makedirs(self.folder, exist_ok=True)
        self.certificate, self.key = f"{self.folder}/ca.pem", f"{self.folder}/ca.key"
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", self.key)
        self.renew(lasts)
        for file, text in (("index", ""), ("serial", "1000\n"), ("crlnumber", "01\n"), ("settings", SETTINGS.format(folder=self.folder))):
            with open(f"{self.folder}/{file}", "w", encoding="ascii") as stream:
                stream.write(text)
        self.list = f"{self.folder}/list.pem"
        self.publish()

    def ca(self, *arguments):
        openssl("ca", "-batch", "-notext", "-config", f"{self.folder}/settings", *arguments)

    def renew(self, lasts=400):
        """Its certificate, anew for the same name and key."""
        openssl("req", "-x509", "-new", "-key", self.key, "-out", self.certificate, "-subj", f"/CN={self.name}", "-days", str(lasts),
                "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def publish(self, since=-1, until=30):
        self.ca("-gencrl", "-crl_lastupdate", stamp(since), "-crl_nextupdate", stamp(until), "-out", f"{self.list}.new")
        os.rename(f"{self.list}.new", self.list)

    def issue(self, name, alternative, usage="clientAuth", days=(-1, 100)):
        """(certificate, key)"""
        path = f"{self.folder}/{name}"
        with open(f"{path}.ext", "w", encoding="ascii") as stream:
            stream.write(f"subjectAltName={alternative}\nextendedKeyUsage={usage}\nbasicConstraints=critical,CA:FALSE\n"
                         "authorityKeyIdentifier=keyid\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{path}.key", "-out",
                f"{path}.csr", "-subj", f"/CN={name}")
        self.ca("-in", f"{path}.csr", "-out", f"{path}.pem", "-startdate", stamp(days[0]), "-enddate", stamp(days[1]), "-extfile",
                f"{path}.ext")
        os.chmod(f"{path}.key", 0o600)
        return f"{path}.pem", f"{path}.key"

    def revoke(self, certificate):
        self.ca("-revoke", certificate)


def self_signed(folder, name, alternative):
    path = f"{folder}/{name}"
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{path}.key", "-out",
            f"{path}.pem", "-subj", f"/CN={name}", "-addext", f"subjectAltName={alternative}", "-addext", "extendedKeyUsage=clientAuth")
    return f"{path}.pem", f"{path}.key"


def settings_of(authority, pair=None):
    settings = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    settings.load_verify_locations(authority.certificate)
    if pair is not None:
        settings.load_cert_chain(*pair)
    return settings


class TlsConnection(http.client.HTTPSConnection):
    def __init__(self, port, settings, timeout=PATIENCE):
        super().__init__("localhost", port, timeout=timeout, context=settings)

    def connect(self):
        self.sock = shake_hands(self.port, self._context, self.timeout)


def shake_hands(port, settings, timeout=PATIENCE):
    """A client's side of TLS 1.3 ends before it knows whether it is let in."""
    plain = socket.create_connection(("127.0.0.1", port), timeout)
    return settings.wrap_socket(plain, server_hostname="localhost")


class TlsClient(Client):
    """As Client, over the network."""

    def __init__(self, port, settings):  # pylint: disable=super-init-not-called
        self.path = None
        self.connection = TlsConnection(port, settings)


class MemoryTls:
    """A client's side of TLS whose records the test moves itself: it may cut, delay or keep them."""

    def __init__(self, port, settings, timeout=PATIENCE):
        self.plain = socket.create_connection(("127.0.0.1", port), timeout)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = settings.wrap_bio(self.incoming, self.outgoing, server_hostname="localhost")
        while not self._is_done(self.tls.do_handshake):
            self.plain.sendall(self.outgoing.read())
            self._take()
        self.plain.sendall(self.outgoing.read())

    @staticmethod
    def _is_done(step):
        try:
            step()
            return True
        except ssl.SSLWantReadError:
            return False

    def _take(self):
        """More of what the other side sends; its end is an OSError."""
        part = self.plain.recv(65536)
        if not part:
            raise ConnectionResetError("the other side has ended")
        self.incoming.write(part)

    def sealed(self, data):
        """The records of data, not yet sent."""
        self.tls.write(data)
        return self.outgoing.read()

    def send(self, data):
        self.plain.sendall(self.sealed(data))

    def receive(self):
        """The next bytes of what the other side says; its end is an OSError."""
        while True:
            try:
                got = self.tls.read(65536)
            except ssl.SSLWantReadError:
                self._take()
                continue
            if not got:
                raise ConnectionResetError("the other side has ended")
            return got

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.plain.close()


HELD_PORTS = []


def free_port():
    """Nobody else is given it while this process lives: it is held by a socket that does not listen, beside which kordond may."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    HELD_PORTS.append(held)
    return held.getsockname()[1]
