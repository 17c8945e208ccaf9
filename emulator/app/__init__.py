"""The parts joined (Emulator), put on sockets (Server), and their settings."""
