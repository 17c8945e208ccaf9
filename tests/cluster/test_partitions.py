"""Nodes in network namespaces of their own, cut off from each other, from PostgreSQL, from both, and joined again:
nothing that was acknowledged is lost, there are never two writers, and who asks a node that can do nothing is told."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from urllib.error import HTTPError

import pytest
from cluster.postgres import Postgres, folder
from cluster.test_kills import Node, judged, load, progress, stage
from support import PATIENCE
from tools import NOT_INSTALLED, need, where

INSIDE = "TESTS_IN_NAMESPACES"
"""In the environment of the run that has a network of its own."""
NETS = {"database": "10.77.0", "peers": "10.77.1", "customers": "10.77.2"}
"""To each of them every node has a cable of its own; we are number 1 in all."""
REFUSED = "cannot write its database|no node that owns this sandbox|no session with the database|submit_sm_resp 0x8"


def ip(*words):
    subprocess.run([where("ip"), *words], check=True)


class Far(Node):
    """A node in a namespace of its own."""

    token = "t"

    def __init__(self, number):
        self.name = f"n{number}"
        addresses = {net: f"{first}.{10 + number}" for net, first in NETS.items()}
        ip("netns", "add", self.name)
        ip("-n", self.name, "link", "set", "lo", "up")
        for net, address in addresses.items():
            ip("link", "add", "name", f"{net}{number}", "type", "veth", "peer", "name", net, "netns", self.name)
            ip("-n", self.name, "address", "add", f"{address}/24", "dev", net)
            ip("-n", self.name, "link", "set", net, "up")
            ip("link", "set", f"{net}{number}", "up")
            self.join(net)
        self.program = (where("ip"), "netns", "exec", self.name, *self.program)
        self.host = addresses["customers"]
        self.among = f"http://{addresses['peers']}:8775"
        super().__init__(
            "--host",
            "0.0.0.0",
            "--token",
            self.token,
            "--port",
            "8775",
            "--smpp-port",
            "2775",
            "--node-url",
            self.among,
        )

    def node_url(self):
        return self.among

    def cable(self, net):
        return f"{net}{self.name[1:]}"

    def join(self, net):
        ip("link", "set", self.cable(net), "master", net)

    def cut(self, net):
        """What is sent is lost: nobody is told."""
        ip("link", "set", self.cable(net), "nomaster")


@pytest.fixture
def network():
    """A PostgreSQL that nodes reach by a cable."""
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)  # names of namespaces, seen by us alone
    for net, first in NETS.items():
        ip("link", "add", "name", net, "type", "bridge")
        ip("address", "add", f"{first}.1/24", "dev", net)
        ip("link", "set", net, "up")
    data = folder()
    server = Postgres(data, "0.0.0.0")
    yield server
    server.stop()
    shutil.rmtree(data, ignore_errors=True)


CUTS = ("peers", "database", "peers+database")

if INSIDE in os.environ:

    @pytest.mark.parametrize("nets", CUTS)
    async def test_a_node_is_cut_off_and_joined_again(network, nets):
        database = (await network.database()).replace("127.0.0.1", f"{NETS['database']}.1")
        nodes = [Far(number) for number in range(1, 4)]
        async with stage(database, nodes, f"{NETS['customers']}.1") as (customer, _):
            async with load(customer, nodes):
                owner = await nodes[0].owner(nodes)
                other = next(one for one in nodes if one is not owner)
                for net in nets.split("+"):
                    owner.cut(net)
                if "database" in nets:  # it can write nothing; the others take over
                    assert re.search("cannot write its database", await customer.send(owner, 1))
                    async with asyncio.timeout(PATIENCE):
                        while await customer.send(other, 1):
                            pass
                    assert await other.owner(nodes) is not owner
                    assert re.search("has no session with the database", await customer.send(owner, 1))
                else:  # it lives on, and the others cannot reach it
                    assert re.search("no node that owns this sandbox answers", await answered(customer, other))
                    assert await customer.send(owner, 1) == ""
                    assert await other.owner(nodes) is owner
                for net in nets.split("+"):
                    owner.join(net)
                async with asyncio.timeout(PATIENCE):
                    while len(await living(other)) < 3 or len(await living(owner)) < 3:  # noqa: ASYNC110
                        await asyncio.sleep(0.2)
                assert await answered(customer, owner) == await answered(customer, other) == ""
                await progress(customer)
            await judged(customer, owner, REFUSED)

    async def answered(customer, node):
        """What a send gets that is not lost on its way."""
        while (why := await customer.send(node, 1)) == "no answer":
            pass
        return why

    async def living(node):
        try:
            return [one for one in (await node.ask("cluster"))["nodes"] if one["lives"]]
        except HTTPError:  # it is not one of them
            return []

else:

    @pytest.mark.long
    @pytest.mark.parametrize("nets", CUTS)
    def test_a_node_is_cut_off_and_joined_again(nets):
        """In a run of its own, whose network goes with it."""
        ip = need("ip")
        whose = ("--map-current-user", "--keep-caps") if os.geteuid() else ()
        alone = [where("unshare"), "--net", "--mount", *whose, "sh", "-c"]
        up = f"{ip} link set lo up"
        tried = subprocess.run([*alone, up], capture_output=True, text=True)
        if tried.returncode:
            pytest.skip(f"{NOT_INSTALLED}network namespaces ({tried.stderr.strip()})")
        test = f"'{__file__}::test_a_node_is_cut_off_and_joined_again[{nets}]'"
        command = [*alone, f"{up} && exec {sys.executable} -m pytest -q -n 0 -p no:cacheprovider {test}"]
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, INSIDE: "1"})
        assert done.returncode == 0, done.stdout
