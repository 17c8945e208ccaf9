"""Connections that come in: what is said over them, how long they may take, what a fault does to a reply."""
