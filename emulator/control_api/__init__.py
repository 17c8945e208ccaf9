"""The control API: one table of calls, over HTTP and in process."""
