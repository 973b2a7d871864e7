"""handoff: make handing client documents to outsourcing vendors safe enough to sign for."""

__version__ = "0.1.0"
