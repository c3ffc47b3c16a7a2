"""What can go wrong when a sample is planned or drawn; every message says where, what and what to do."""


class SamplingError(Exception):
    """The base of all errors raised in `sampling`."""


class PlanError(SamplingError):
    """A plan that cannot be read or carried out."""


class FrameError(SamplingError):
    """A frame with missing columns, duplicates, or sizes that cannot be sizes."""


class DesignError(SamplingError):
    """A design whose columns do not fit the data."""
