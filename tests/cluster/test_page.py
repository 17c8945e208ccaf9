"""docs/cluster.md: what its files start is what the command takes, and it names what is refused."""

import yaml
from examples.schemas import hold_against
from examples.snippets import Document

from emulator.app.settings import settings

PAGE = Document("docs/cluster.md")
DATABASE = "postgresql://sms:secret@db/sms"


def started(command, environment):
    """The settings of `serve` with these words."""
    assert command[0] == "serve"
    pairs = zip(command[1::2], command[2::2], strict=True)
    return settings({flag.lstrip("-").replace("-", "_"): value for flag, value in pairs}, environment)


def test_the_compose_file_starts_three_nodes_that_share_a_database_and_are_reached_by_their_names():
    (text,) = PAGE.of("yaml", "compose")
    hold_against("compose-spec", text)
    services = yaml.safe_load(text)["services"]
    nodes = {name: one for name, one in services.items() if name.startswith("node-")}
    assert len(nodes) == 3
    (balancer,) = PAGE.of("text")
    for name, one in nodes.items():
        told = started(one["command"], one["environment"])
        assert (told.database, told.node_url, told.token) == (DATABASE, f"http://{name}:8775", "change-me")
        assert f"server {name} {name}:8775 check" in balancer
        assert f"server {name} {name}:2775 check port 8775" in balancer
    user = services["db"]["environment"]
    assert f"postgresql://{user['POSTGRES_USER']}:{user['POSTGRES_PASSWORD']}@db/{user['POSTGRES_USER']}" == DATABASE


def test_the_manifest_starts_nodes_that_a_balancer_can_ask():
    (text,) = PAGE.of("yaml", "kubernetes")
    deployment, budget, service = yaml.safe_load_all(text)
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    given = {"$(POD_IP)": "10.0.0.7"}
    words = [word.replace(*next(iter(given.items()))) for word in container["args"]]
    told = started(words, {"SMS_EMULATOR_STATE": DATABASE, "SMS_EMULATOR_TOKEN": "t"})
    assert (told.database, told.node_url) == (DATABASE, "http://10.0.0.7:8775")
    assert {one["name"] for one in container["env"]} == {"POD_IP", "SMS_EMULATOR_STATE", "SMS_EMULATOR_TOKEN"}
    assert container["readinessProbe"]["httpGet"] == {"path": "/_emulator/health", "port": 8775}
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert labels == budget["spec"]["selector"]["matchLabels"] == service["spec"]["selector"]
