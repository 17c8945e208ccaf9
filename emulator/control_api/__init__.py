"""The control API: verbs in process, the same over HTTP, and the client of both."""
