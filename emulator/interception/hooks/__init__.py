"""What programs of other languages, and other Pythons, load so that they are led here."""
