"""From the people asked to the people meant: weights, their ledger, and estimates with their error.

from weighting import estimates, recipe
from weighting.margins import Margins

census = Margins.read("households.csv")                                    # variable, code, total
weighted = recipe.apply(recipe.read("recipe.toml"), survey, {"households": census})
weighted.ledger                                                            # what each step did to the weights
estimates.proportion(weighted.survey, "emi_gate", value=1, by=["region"])  # estimate, se, ci_low, ci_high, ...
"""
