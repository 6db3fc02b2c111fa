# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""A package that imports its own module before it is ready."""
VALUE = 1

from . import telling  # noqa: E402
