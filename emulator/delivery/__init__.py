"""Delivery reports and incoming messages on their way to the client under test."""
