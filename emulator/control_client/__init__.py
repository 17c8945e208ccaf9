"""The control API as Python objects: a sandbox with its calls as methods."""
