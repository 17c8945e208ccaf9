"""HTTP as a protocol: octets to requests, replies to octets. No sockets, no clock."""
