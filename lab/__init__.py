"""A Mesos and Marathon cluster on one machine, for trying playbooks and for tests."""

import sys
from pathlib import Path

# The engine is a package of its own, which a checkout does not install.
sys.path.append(str(Path(__file__).resolve().parent.parent / "engine" / "src"))
