"""For all tests: pytest inside pytest."""

import os

pytest_plugins = ["pytester"]

os.environ["PYTEST_ADDOPTS"] = "-p no:schemathesis"  # an inner pytest has no use for it, and would wait 0.7 s for it
