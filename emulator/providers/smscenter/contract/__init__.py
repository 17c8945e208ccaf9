"""What SMS Center documents, row by row, and what is left out."""
