"""What can go wrong when survey rows are weighted or estimated; every message says where, what and what to do."""


class WeightingError(Exception):
    """The base of all errors raised in `weighting`."""


class RecipeError(WeightingError):
    """A recipe that cannot be read or carried out."""


class MarginError(WeightingError):
    """Control totals that do not fit the data."""


class ConvergenceError(WeightingError):
    """Calibration that does not reach its control totals."""


class EstimationError(WeightingError):
    """An estimate that cannot be made from these rows."""


class DispositionError(WeightingError):
    """A final disposition that is missing or no AAPOR code."""
