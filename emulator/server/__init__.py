"""Connections that come in: what is said over them, how long they are borne with, what a fault does to a reply."""
