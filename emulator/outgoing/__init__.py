"""What goes out to the client: made, sent the way it goes, callbacks carried and judged by their answers."""
