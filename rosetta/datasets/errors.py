"""Name what can go wrong with data, so that a caller can tell it from a bug."""


class DataError(Exception):
    """Data cannot be used: the message names the file, and says what to do next."""


def cannot_write(path, error):
    """Turn the system's refusal to write, a full disk for example, into a DataError."""
    return DataError(
        f"{path}: cannot be written ({error.strerror or error}). Free some space or mend the "
        "permissions, or set ROSETTA_DATA to another folder."
    )
