"""Handouts: what enumerators get on paper - a card with the code of their tablet, and a page that says how to begin."""
