"""What a user's mistake raises; a module of its own, for the modules of tables and of their parts use it alike."""


class InputError(Exception):
    """A mistake in the user's data or configuration: shown as one message, never as a traceback."""
