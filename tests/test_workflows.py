"""The workflow files of GitHub and GitLab are as their formats want, and call only what there is."""

import re
import tomllib

import pytest
from examples.schemas import hold_against
from examples.snippets import ROOT

FILES = {
    ".github/workflows/tests.yml": "github-workflows", ".github/workflows/release.yml": "github-workflows",
    ".gitlab-ci.yml": "gitlab-ci",
}  # fmt: skip


@pytest.mark.parametrize("file", FILES)
def test_a_workflow_is_written_as_its_format_wants(file):
    hold_against(FILES[file], (ROOT / file).read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", FILES)
def test_a_workflow_calls_only_what_there_is(file):
    text = (ROOT / file).read_text(encoding="utf-8")
    targets = set(re.findall(r"^([\w-]+)(?: [\w-]+)*:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert set(re.findall(r"\bmake ([\w-]+)", text)) <= targets
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = {extra for line in re.findall(r"--editable \"\.\[(.*?)\]\"", text) for extra in line.split(",")}
    assert extras <= set(project["project"]["optional-dependencies"])
    assert set(re.findall(r"--group (\w+)", text)) <= set(project["dependency-groups"])


@pytest.mark.parametrize("file", [".github/workflows/tests.yml", ".gitlab-ci.yml"])
def test_every_python_that_is_claimed_is_tried(file):
    claimed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    tried = re.findall(r'"(3\.\d+)"', (ROOT / file).read_text(encoding="utf-8"))
    assert claimed == f">={min(tried, key=lambda version: int(version[2:]))}"
    assert {"3.11", "3.12", "3.13", "3.14"} <= set(tried)
