"""What uBill documents and what is known beyond it, row by row."""
