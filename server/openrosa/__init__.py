"""Tablets: the OpenRosa addresses that ODK Collect uses."""
