"""What a sandbox holds: its messages, its scheduler, its windows, and how all of it is dumped."""
