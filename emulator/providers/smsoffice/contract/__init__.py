"""What smsoffice.ge documents and what is known beyond it, row by row."""
