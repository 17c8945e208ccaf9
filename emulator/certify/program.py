"""The user's program: a command with places in it, run once for each case without a shell."""

import asyncio
import os
import re
import shlex
import signal
from collections.abc import Mapping

_PLACE = re.compile(r"\{(\w+)\}")


class ProgramCommand:
    """`template`: as typed, such as `php send.php {to} {text}`. Every value is also in the environment, as
    SMS_TO, SMS_TEXT, SMS_URL, SMS_KEY and so on. Exit status 0 says that the message was sent."""

    def __init__(self, template: str) -> None:
        self.words = shlex.split(template)
        if not self.words:
            raise ValueError("--send names no command")

    def check(self, values: Mapping[str, str]) -> None:
        """Raises ValueError for a place that nothing fills."""
        for word in self.words:
            for name in _PLACE.findall(word):
                if name not in values:
                    raise ValueError(f"{{{name}}} in --send: there are {', '.join(f'{{{one}}}' for one in values)}")

    async def __call__(self, values: Mapping[str, str], timeout: float) -> bool | None:
        self.check(values)
        words = [_PLACE.sub(lambda place: values[place[1]], word) for word in self.words]
        environment = {**os.environ, **{f"SMS_{name.upper()}": value for name, value in values.items()}}
        try:
            process = await asyncio.create_subprocess_exec(
                *words, env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise ValueError(f"--send: {words[0]} cannot be run: {error.strerror}") from None
        try:
            return await asyncio.wait_for(process.wait(), timeout) == 0
        except TimeoutError:
            return None
        finally:
            if process.returncode is None:
                _kill(process)
                await process.wait()


def _kill(process: asyncio.subprocess.Process) -> None:
    """With all that it has started, where processes have groups."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
