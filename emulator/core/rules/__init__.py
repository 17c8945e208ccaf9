"""Rules of a scenario: which rule matches, under what conditions, and what it does."""
