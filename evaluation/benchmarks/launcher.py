"""Runs a command and says in a last line what it cost: seconds, seconds of CPU, peak in KiB, code.

usage: python -I -S launcher.py COMMAND [ARGUMENT …]

Linux takes a process's peak memory to be at least what the process that started it held, which
therefore has to be one that holds next to nothing.
"""

import os
import sys
import time

started = time.perf_counter()
_, status, usage = os.wait4(os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ), 0)
seconds = time.perf_counter() - started
cpu_seconds = usage.ru_utime + usage.ru_stime
print(f"\n{seconds} {cpu_seconds} {usage.ru_maxrss} {os.waitstatus_to_exitcode(status)}")
