"""What only HTTP can have done to a reply, as words of a plan: shapes that the protocol allows and clients stumble
over, and some that it does not. Over SMPP they are passed over."""

from typing import Literal

HttpFaultName = Literal["http-1.0", "until-close", "chunked", "interim", "bom", "endless"]

HTTP_FAULTS: dict[HttpFaultName, tuple[bool, str]] = {
    "http-1.0": (True, "done; answered as by HTTP/1.0, and the connection is closed"),
    "until-close": (True, "done; the answer has no length: it ends where the connection does"),
    "chunked": (True, "done; the answer comes in chunks, and the connection is closed behind the last"),
    "interim": (True, "done; 103 Early Hints goes before the answer"),
    "bom": (True, "done; a byte order mark stands before the body"),
    "endless": (True, "done; the answer comes in chunks of which there is never a last one"),
}
"""Each fault: is the command executed, and what the client sees."""
