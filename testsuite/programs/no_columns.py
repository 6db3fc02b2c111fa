# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
# needs: python 3.11
# options: -X no_debug_ranges
"""Code compiled without columns."""
import truth


class Plain:
    def method(self):
        return [
            value
            for value in [truth.tell()]
        ]


Plain().method()
