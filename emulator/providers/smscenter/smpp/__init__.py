"""SMS Center over SMPP."""
