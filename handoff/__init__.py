"""handoff: make handing client documents to outsourcing vendors safe enough to sign for."""

import os

__version__ = "0.1.0"

# ONNX Runtime, which reads pictures and runs the second model, otherwise tells its maker when it
# is loaded, and leaves a session file among the temporary ones. Here, so that it holds in every
# process before anything can import it.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
