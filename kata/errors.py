"""What the command `kata` reports in one line."""


class UsageError(Exception):
    """The call names something that is not there; the text says what may be meant."""
