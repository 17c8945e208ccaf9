"""Where requests over HTTP come in: each one's whole way, and the shorter one of those that come again and again."""
