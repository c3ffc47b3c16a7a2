"""Who is asked: frames, plans and draws with known probabilities."""
