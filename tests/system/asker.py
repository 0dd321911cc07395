"""Asks the application 100 times a second until a file is there, then prints what became of it.
Usage: asker.py PORT FILE"""
import os
import sys
import time
import types

import steady

steady.EVERY = 0.01
with steady.Steady(types.SimpleNamespace(port=int(sys.argv[1]))) as client:
    while not os.path.exists(sys.argv[2]):
        time.sleep(0.05)
answers = " ".join(f"{status}/{version}:{count}"
                   for (status, version), count in sorted(client.answers.items()))
print(f"failed:{len(client.failed)} longest:{client.longest:.1f} {answers}")
for reason in sorted(set(client.failed)):
    print(reason)
