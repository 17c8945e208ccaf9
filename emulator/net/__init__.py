"""Host names, where connections may go, connecting, listening, limits."""
