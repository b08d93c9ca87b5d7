#!/usr/bin/env python3
"""A program of the lab engine: a stand-in for labs and tests, not the real one."""

import runpy
import sys
from pathlib import Path

# Links to this file, and the directory that was unpacked, may be anywhere.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib" / "python"))
runpy.run_module("@PACKAGE@", run_name="__main__", alter_sys=False)
