"""Questionnaires as data: read a form folder, compile it for the tablet, read back what was filled in."""
