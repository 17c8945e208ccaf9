"""For all tests: pytest inside pytest, and what `make test-long` draws examples by."""

import os

from hypothesis import HealthCheck, settings

pytest_plugins = ["pytester", "tools"]

os.environ["PYTEST_ADDOPTS"] = "-p no:schemathesis"  # an inner pytest has no use for it, and would wait 0.7 s for it

settings.register_profile("fresh", derandomize=False, deadline=None, suppress_health_check=[HealthCheck.too_slow])
