"""For all tests: pytest inside pytest."""

pytest_plugins = ["pytester"]
