"""For test suites: handles on an emulator in this process or elsewhere, and what the pytest plugin does with them."""
