"""What the process that workers are forked from has loaded, and that it may be forked."""

import subprocess
import sys
from pathlib import Path

import pytest

_COUNTED = """
import sys
from pathlib import Path
import handoff.pipeline.preload
loaded = {"handoff.documents.pdf", "handoff.documents.docx", "handoff.documents.eml"}
sys.exit(len(list(Path("/proc/self/task").iterdir())) if loaded <= set(sys.modules) else 99)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="no /proc to count threads in")
def test_workers_are_forked_from_a_process_of_one_thread_with_every_format_loaded() -> None:
    """A fork takes one thread along: locks that another one holds would stay held for ever."""
    done = subprocess.run([sys.executable, "-c", _COUNTED], check=False, timeout=120)
    assert done.returncode == 1
