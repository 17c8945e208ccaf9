"""The README's lines about `--state` do what they say, typed into a shell one after the other."""

import json
import shlex
import subprocess
import sys

from examples.snippets import Document


def test_the_lines_of_the_readme_keep_a_message_over_a_kill(tmp_path):
    (text,) = Document("README.md").of("sh", "state")
    server, url, answers = None, "", []
    try:
        for line in text.splitlines():
            match shlex.split(line):
                case ["sms-emulator", *words, "&"]:
                    server = subprocess.Popen(
                        [sys.executable, "-m", "emulator", *words, "--port", "0", "--quiet"], cwd=tmp_path,
                        stdout=subprocess.PIPE, text=True,
                    )  # fmt: skip
                    url = server.stdout.readline().split()[1].removeprefix("http=")
                case ["curl", target]:
                    target = target.replace("http://127.0.0.1:8775", url)
                    done = subprocess.run(["curl", "-sS", target], capture_output=True, text=True, timeout=20)
                    answers.append(json.loads(done.stdout))
                case ["kill", "-9", "%1"]:
                    server.kill()
                    server.communicate()
    finally:
        server.kill()
        server.communicate()
    assert answers[0]["Success"]
    assert [one["text"] for one in answers[1]["messages"]] == ["Kept"]
