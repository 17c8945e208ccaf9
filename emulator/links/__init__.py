"""SMPP sessions as the house sees them: whose they are, a PDU's whole way, receipts on theirs. No sockets here."""
