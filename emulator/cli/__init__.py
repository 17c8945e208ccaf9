"""The command sms-emulator."""
