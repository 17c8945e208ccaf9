"""What nodes say to each other: frames come whole out of octets in any pieces, and a request is what it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.cluster.frames import Forwarded, Frame, Kind, Unpacker, pack, pack_value, unpack_request
from emulator.http.messages import HttpRequest

frames = st.builds(Frame, st.sampled_from(Kind), st.integers(0, 2**32 - 1), st.binary(max_size=300))


@given(st.lists(frames, max_size=8), st.integers(1, 40))
def test_frames_come_out_of_octets_in_any_pieces(said, size):
    octets = b"".join(pack(*one) for one in said)
    unpacker, heard = Unpacker(), []
    for at in range(0, len(octets), size):
        heard += unpacker.feed(octets[at : at + size])
    assert heard == said


def test_what_is_no_frame_is_refused():
    with pytest.raises(ValueError, match="99"):
        Unpacker().feed(pack(Kind.DATA, 1).replace(b"\x03", b"\x63"))


@given(st.text(max_size=20), st.binary(max_size=200), st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9))))
def test_a_request_on_its_way_stays_what_it_was(text, body, headers):
    request = HttpRequest("POST", f"/{text}", tuple(headers), body, (("a", body),), "10.0.0.1", 3, True, "https")
    asked = Forwarded("s", request, True, "1.0", True)
    assert unpack_request(pack_value(asked)) == asked
