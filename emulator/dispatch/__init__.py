"""A request's whole way, over HTTP and over SMPP, without sockets."""
