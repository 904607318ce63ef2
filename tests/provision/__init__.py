"""Real programs that the tests start themselves: found, or installed, never skipped."""
