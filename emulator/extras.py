"""What an extra of the package brings and is not installed, said in one sentence that can be pasted.

It names the library itself: we are on no index, so `pip install sms-emulator[...]` would get somebody else's package.
"""


class NotInstalled(ImportError):
    """Says what needs which library, and how to get it."""

    def __init__(self, what: str, library: str) -> None:
        super().__init__(f"{what} needs {library}, which is not installed: pip install {library}")
