"""The engine: carries commands out on the state of a sandbox, and what falls due after them."""
