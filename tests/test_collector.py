"""The collector of cycles in a process that serves: it leaves alone what stays, and still collects what does not."""

import subprocess
import sys

# Everything is built when the collector is spared; then cycles are made, more than it lets lie.
PROGRAM = """
import gc, weakref
from tickfolio.main import COLLECT_AFTER, spare_collector

class Node:
    pass

def cycle():
    node = Node()
    node.itself = node
    return weakref.ref(node)

kept_before = gc.get_freeze_count()
spare_collector()
first = cycle()
for _ in range(COLLECT_AFTER[0]):
    cycle()
print(kept_before == 0, gc.get_freeze_count() > 10_000, gc.isenabled(), first() is None)
"""


def test_what_was_built_is_left_alone_and_cycles_made_later_are_collected():
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)

    assert ran.stdout.split() == ["True", "True", "True", "True"]
