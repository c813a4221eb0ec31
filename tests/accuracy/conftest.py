"""The tests here start a real kordond with the same fixtures' parts as tests/protocol."""

import os
import sys

sys.path.insert(0, f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/support")
