"""The Presidio engine, the recognizers of legal identifiers, propagation."""

import os

# Documents are spread over processes; a second level of threads inside the matrix product would
# only make them wait for each other. Read by numpy when it is first imported, hence here.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
