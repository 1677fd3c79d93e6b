"""The version, for the package, its wheel and the indexes it writes."""

__version__ = "0.1.0"
