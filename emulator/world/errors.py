"""What ends a world early: each names what it met and what to do instead. None is an Exception, so that no application
takes it for a failed request and goes on."""


class WorldError(BaseException):
    """Not the application's failure: the world cannot go on."""


class OutOfWorld(WorldError):
    """The application reached for something that is not in the world: a thread, a real connection, a blocking sleep."""


class Stuck(WorldError):
    """Nothing can happen any more, and somebody still waits; the text names who, and where."""


class Spinning(WorldError):
    """One moment never ended; the text names who runs, and where."""


class WorldFailed(AssertionError):
    """A test failed in a world. The text has the error, the fewest faults that lead to it, the timeline, the token."""

    def __init__(self, text: str, token: str, timeline: str) -> None:
        super().__init__(text)
        self.token = token
        self.timeline = timeline
