"""The answers that receivers of callbacks give, in whatever pieces they come."""

import pytest

from emulator.delivery.response_parser import MOST_READ, NoAnswer, ResponseParser

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

WHOLE = {
    "a length": (OK + b"Content-Length: 2\r\n\r\nOK", 200, b"OK", True),
    "no reason, no space": (b"HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", 404, b"", True),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b"", True),
    "not modified, with a length": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", 304, b"", True),
    "chunks": (CHUNKED + b"1\r\nO\r\n1;a=b\r\nK\r\n0\r\n\r\n", 200, b"OK", True),
    "chunks and trailers": (
        OK + b"transfer-encoding: Chunked\r\n\r\n2\r\nOK\r\n0\r\nX: y\r\nZ: z\r\n\r\n", 200, b"OK", True,
    ),
    "chunks and a length": (
        OK + b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nOK\r\n0\r\n\r\n", 200, b"OK", False,
    ),
    "it will close": (OK + b"Connection: Close\r\nContent-Length: 2\r\n\r\nOK", 200, b"OK", False),
    "1.0": (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nOK", 200, b"OK", False),
    "1.0 that stays": (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nOK", 200, b"OK", True),
    "after a 100": (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK", 200, b"OK", True),
    "the same length twice": (OK + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\nx", 200, b"x", True),
}  # fmt: skip


def read(pieces):
    """The answer, and whether the connection may go on."""
    answer = ResponseParser()
    for piece in pieces:
        reply = answer.feed(piece)
        if reply is not None:
            return reply, answer.again
    return answer.end(), answer.again


@pytest.mark.parametrize("name", WHOLE)
def test_an_answer_is_the_same_in_one_piece_and_octet_by_octet(name):
    octets, status, body, again = WHOLE[name]
    for pieces in ([octets], [bytes((one,)) for one in octets], [octets[:20], octets[20:]]):
        reply, goes_on = read(pieces)
        assert (reply.status, reply.body, goes_on) == (status, body, again)


def test_a_body_without_length_ends_with_the_connection():
    reply, again = read([OK + b"X-Some: thing\r\n\r\nO", b"K"])
    assert (reply.body, reply.headers, again) == (b"OK", (("X-Some", "thing"),), False)


@pytest.mark.parametrize("how", [b"Content-Length: 99999999", b"Transfer-Encoding: chunked", b"X: y"])
def test_a_long_body_is_cut_and_the_connection_goes(how):
    begin = b"" if b"chunked" not in how else b"FFFFFF\r\n"
    reply, again = read([OK + how + b"\r\n\r\n" + begin, *[b"x" * 10_000] * 10])
    assert MOST_READ < len(reply.body) <= MOST_READ + 10_000
    assert again is False


def test_what_comes_behind_an_answer_ends_the_connection():
    reply, again = read([OK + b"Content-Length: 2\r\n\r\nOKHTTP/1.1 200"])
    assert (reply.body, again) == (b"OK", False)


@pytest.mark.parametrize("octets", [
    b"SSH-2.0-OpenSSH_9\r\n\r\n", b"HTTP/2 200\r\n\r\n", b"HTTP/1.1 abc OK\r\n\r\n", b"HTTP/1.1 20\r\n\r\n",
    b"HTTP/1.1 101 Switching\r\n\r\n", OK + b"no header\r\n\r\n", OK + b" folded: x\r\n\r\n",
    OK + b"Content-Length: -1\r\n\r\n", OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
    OK + b"Transfer-Encoding: gzip\r\n\r\n", CHUNKED + b"zz\r\n",
    CHUNKED + b"1\r\nxyz\r\n", b"x" * 70_000,
    CHUNKED + b"1" * 300,
    CHUNKED + b"0\r\n" + b"x" * 70_000,
    OK + b"Content-Length: 5\r\n\r\nOK", b"HTTP/1.1 200",
])  # fmt: skip
def test_what_is_no_answer_is_told(octets):
    with pytest.raises(NoAnswer):
        read([octets])
