"""From the people asked to the people meant: weights, their ledger, and estimates with their error."""
