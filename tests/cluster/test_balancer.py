"""The parts of the compose file of docs/cluster.md, as processes in place of containers: three nodes with their words,
and haproxy with its configuration as it stands there."""

import asyncio
import os
import re
import signal
import sys
from contextlib import asynccontextmanager
from urllib.error import URLError

import pytest
import yaml
from cluster.test_kills import PAUSE, PLAN, Node, judged, load, told
from examples.snippets import Document
from storage.customer import Customer, Process
from support import PATIENCE, free_port
from tools import need

PAGE = Document("docs/cluster.md")


class Balancer(Process):
    """haproxy, in front of nodes by their names."""

    def __init__(self, folder, nodes):
        super().__init__()
        self.haproxy = need("haproxy")
        self.port, self.smpp_port = free_port(), free_port()
        self.url, self.token = f"http://127.0.0.1:{self.port}", next(iter(nodes.values())).token
        (text,) = PAGE.of("text")
        for name, node in nodes.items():
            text = text.replace(f"{name}:8775", f"127.0.0.1:{node.port}").replace(
                f"{name}:2775", f"127.0.0.1:{node.smpp_port}"
            )
            text = re.sub(rf"(server {name} .* check) port 8775", rf"\1 port {node.port}", text)
        text = text.replace("bind :8775", f"bind 127.0.0.1:{self.port}")
        self.file = folder / "haproxy.cfg"
        self.file.write_text(text.replace("bind :2775", f"bind 127.0.0.1:{self.smpp_port}"))

    async def begin(self):
        self.process = await asyncio.create_subprocess_exec(
            self.haproxy, "-db", "-f", str(self.file), stdout=asyncio.subprocess.DEVNULL
        )
        async with asyncio.timeout(PATIENCE):
            while not await self._answers():  # noqa: ASYNC110
                await asyncio.sleep(0.1)

    async def _answers(self):
        try:
            return await self.ask("health")
        except URLError:  # and 503, until haproxy has seen a node
            return None


class Named(Node):
    """One of the nodes of the compose file, on ports that stay its own."""

    def __init__(self, service, database, options):
        self.port, self.smpp_port = free_port(), free_port()
        words = [word.replace("0.0.0.0", "127.0.0.1") for word in service["command"][1:]]
        words[words.index("--state") + 1] = database
        words[words.index("--node-url") + 1] = f"http://127.0.0.1:{self.port}"
        super().__init__(*words, "--port", str(self.port), "--smpp-port", str(self.smpp_port), *options)
        self.token = service["environment"]["SMS_EMULATOR_TOKEN"]


@asynccontextmanager
async def composed(folder, database):
    """The customer, the nodes by name, and the balancer before them."""
    (text,) = PAGE.of("yaml", "compose")
    services = yaml.safe_load(text)["services"]
    customer = Customer(PAUSE)
    async with customer.listening() as options:
        nodes = {name: Named(one, database, options) for name, one in services.items() if name.startswith("node-")}
        balancer = Balancer(folder, nodes)
        try:
            await asyncio.gather(*(one.begin() for one in nodes.values()))
            await balancer.begin()
            await balancer.fund(PLAN)
            yield customer, nodes, balancer
        finally:
            for one in (balancer, *nodes.values()):
                await one.kill()


@pytest.mark.long
async def test_the_parts_of_the_compose_file_serve_while_each_node_is_stopped_begun_again_and_killed(
    tmp_path, database
):
    async with composed(tmp_path, database) as (customer, nodes, balancer):
        for node in nodes.values():
            async with load(customer, [balancer]):
                node.process.send_signal(signal.SIGTERM)
                assert await asyncio.wait_for(node.process.wait(), PATIENCE) == 0
            await node.begin()
            await judged(customer, balancer)
        for node in nodes.values():
            async with load(customer, [balancer]):
                await node.kill()
            await node.begin()
            await judged(customer, balancer)


@pytest.mark.long
async def test_our_own_tests_pass_through_a_balancer_over_three_nodes(tmp_path, database, capsys):
    """Those whose emulator comes from a fixture, and that is all of them that an emulator elsewhere can serve: whoever
    makes an emulator of its own (by `serving`, a desk of a provider, or the command) looks into it."""
    async with composed(tmp_path, database) as (_, _, balancer):
        suite = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "tests",
            "--sms-emulator-url", balancer.url, stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "SMS_EMULATOR_TOKEN": balancer.token},
        )  # fmt: skip
        out, _ = await suite.communicate()
        told(capsys, out.decode()[-400:])
        assert suite.returncode == 0, out.decode()
