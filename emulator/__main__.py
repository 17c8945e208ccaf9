"""python -m emulator: the same as the command sms-emulator."""

from emulator.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
