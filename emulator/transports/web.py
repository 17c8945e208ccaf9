"""What we use of aiohttp's server, by its names there: all of aiohttp.web would bring routing, applications and files,
which cost a tenth of the time from the command to the ready line."""

from aiohttp.web_request import BaseRequest
from aiohttp.web_response import Response, StreamResponse
from aiohttp.web_server import Server

__all__ = ["BaseRequest", "Response", "Server", "StreamResponse"]
