"""The demonstration: a real census as population, a survey drawn from it, and simulated tablets that speak HTTP."""
