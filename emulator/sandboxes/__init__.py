"""One isolated sandbox (state, clock, events, snapshots, SMPP sessions), and all of them."""
