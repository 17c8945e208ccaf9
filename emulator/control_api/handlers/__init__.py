"""The handlers of the control API's routes."""
