# The release that this code is, or will be once it is tagged: docs/operations.md, "Make a release".
__version__ = "0.2.0"
