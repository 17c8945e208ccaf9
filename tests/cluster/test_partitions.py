"""Nodes in network namespaces of their own, cut off from each other, from PostgreSQL, from both, and joined again: nothing
that was acknowledged is lost, there are never two writers, and who asks a node that can do nothing is told so."""

import asyncio
import os
import shutil
import subprocess
import sys
import time

import pytest
from cluster.postgres import Postgres, folder
from cluster.test_kills import Node, judged, load, progress, stage
from support import until
from tools import NOT_INSTALLED, where

INSIDE = "TESTS_IN_NAMESPACES"
"""In the environment of the run that has a network of its own."""
NETS = {"database": "10.77.0", "peers": "10.77.1", "customers": "10.77.2"}
"""To each of them every node has a cable of its own; we are number 1 in all."""
REFUSED = "cannot write its database|no node that owns this sandbox answers|submit_sm_resp 0x8"


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
async def far():
    """The address of a database, and nodes, each on its own."""
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)  # names of namespaces, seen by us alone
    for net, first in NETS.items():
        ip("link", "add", "name", net, "type", "bridge")
        ip("address", "add", f"{first}.1/24", "dev", net)
        ip("link", "set", net, "up")
    where_ = folder()
    server = Postgres(where_, "0.0.0.0")
    try:
        database = await server.database()
        yield database.replace("127.0.0.1", f"{NETS['database']}.1"), [Far(number) for number in range(1, 4)]
    finally:
        server.stop()
        shutil.rmtree(where_, ignore_errors=True)


CUTS = ("peers", "database", "peers+database")

if INSIDE in os.environ:

    @pytest.mark.parametrize("nets", CUTS)
    async def test_a_node_is_cut_off_and_joined_again(far, nets):
        """The owner of the sandbox, for longer than any of its time-outs."""
        database, nodes = far
        async with stage(database, nodes, f"{NETS['customers']}.1") as (customer, _), load(customer, nodes):
            owner = await nodes[0].owner(nodes)
            other = next(one for one in nodes if one is not owner)
            for net in nets.split("+"):
                owner.cut(net)
            for node in (owner, other):
                began = time.monotonic()
                refused = len(customer.refused)
                await customer.send(node, 1)
                print(nets, "owner" if node is owner else "other", time.monotonic() - began, customer.refused[refused:])
            await asyncio.sleep(15)
            for node in (owner, other):
                began = time.monotonic()
                refused = len(customer.refused)
                await customer.send(node, 1)
                print(nets, "owner" if node is owner else "other", time.monotonic() - began, customer.refused[refused:])
            print({one.partition(": ")[2] for one in customer.refused})
            print(await other.ask("cluster"))
            for net in nets.split("+"):
                owner.join(net)
            await asyncio.sleep(5)
            print(await other.ask("cluster"))
            await progress(customer)
        await judged(customer, owner, REFUSED)

else:

    @pytest.mark.long
    @pytest.mark.parametrize("nets", CUTS)
    def test_a_node_is_cut_off_and_joined_again(nets):
        """In a run of its own, whose network goes with it."""
        alone = [
            where("unshare") or "unshare",
            "--net",
            "--mount",
            *(("--map-current-user", "--keep-caps") if os.geteuid() else ()),
        ]
        tried = subprocess.run([*alone, where("ip") or "ip", "link", "set", "lo", "up"], capture_output=True, text=True)
        if tried.returncode:
            pytest.skip(f"{NOT_INSTALLED}network namespaces ({tried.stderr.strip()})")
        test = f"{__file__}::test_a_node_is_cut_off_and_joined_again[{nets}]"
        command = (
            f"{where('ip')} link set lo up && exec {sys.executable} -m pytest -q -s -n 0 -p no:cacheprovider '{test}'"
        )
        done = subprocess.run(
            [*alone, "sh", "-c", command], capture_output=True, text=True, env={**os.environ, INSIDE: "1"}
        )
        print(done.stdout)
        assert done.returncode == 0, done.stdout
