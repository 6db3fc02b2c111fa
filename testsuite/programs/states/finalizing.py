# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
# needs: python 3.7
"""A main thread that blocks in the middle of Py_Finalize(), and a daemon that was never told.

states.json in the work directory: {native id of the main thread: "finalizing"}.
"""
import json
import os
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import truth  # noqa: E402


class Last(object):
    """Dies with its module, which is taken down after the runtime said that it ends."""

    def __del__(self, write=os.write, read=os.read, leave=os._exit):
        write(1, b'{"threads": []}\n')
        read(0, 1)
        leave(0)


last = Last()
thread = threading.Thread(target=os.read, args=(os.pipe()[0], 1), daemon=True)
thread.start()
with open(os.path.join(truth.work_directory(), "states.json"), "w") as file:
    json.dump({truth.native_id(): "finalizing"}, file)
