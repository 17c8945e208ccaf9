"""Programs of others that trust our authority, and a foreign name under it, as if somebody had taken its key: they heed
the name constraints."""

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support import PATIENCE
from tools import need, needs

from emulator.tls import authority
from emulator.tls.authority import make
from emulator.tls.contexts import loaded

NOW = datetime.now(UTC)
NODE = """
const tls = require("node:tls"), fs = require("node:fs");
const [host, port, ca] = process.argv.slice(2);
const there = tls.connect({ host: "127.0.0.1", port: Number(port), servername: host, ca: fs.readFileSync(ca) },
  () => { console.log("trusted"); there.end(); });
there.on("error", (error) => { console.log(error.message); process.exit(1); });
"""
GO = """package main
import ("crypto/tls"; "crypto/x509"; "fmt"; "os")
func main() {
	pem, _ := os.ReadFile(os.Args[3])
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	_, err := tls.Dial("tcp", "127.0.0.1:"+os.Args[2], &tls.Config{ServerName: os.Args[1], RootCAs: pool})
	if err != nil { fmt.Println(err); os.Exit(1) }
	fmt.Println("trusted")
}
"""


@contextmanager
def shown(context: ssl.SSLContext) -> Iterator[int]:
    """A server that shows a certificate and says nothing; its port."""

    def serve() -> None:
        while True:
            try:
                plain, _ = listening.accept()
                with context.wrap_socket(plain, server_side=True) as client:
                    client.recv(1)
            except ssl.SSLError:
                continue
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(("language", "says"), [
    pytest.param("node", "permitted subtree violation", marks=needs("node")),
    pytest.param("go", "not permitted by any constraint", marks=[needs("go"), pytest.mark.long]),  # it is compiled
])  # fmt: skip
def test_a_foreign_name_is_refused_and_a_providers_is_taken(
    language: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = make(["smsc.ru"], NOW)[0]
    (tmp_path / "ca.pem").write_bytes(ours.pem)
    (tmp_path / "a.go").write_text(GO)
    (tmp_path / "a.cjs").write_text(NODE)
    command = [need("go"), "run", "a.go"] if language == "go" else [need("node"), "a.cjs"]
    monkeypatch.setattr(authority.Authority, "covers", lambda self, name: True)
    for name, told in (("smsc.ru", "trusted"), ("example.com", says)):
        with shown(loaded(ours.issue([name], NOW))) as port:
            done = subprocess.run([*command, name, str(port), "ca.pem"], cwd=tmp_path, capture_output=True, text=True,
                                  timeout=PATIENCE)  # fmt: skip
        assert told in done.stdout, done
