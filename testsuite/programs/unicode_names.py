# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
# needs: python 3.6
"""Names and files outside ASCII and outside the basic plane; surrogates in a file name."""
import importlib.util
import os

import truth


class Größe:
    def tëxt(self, ärg):
        naïve = "é" * 3; return [naïve, "日本語", self.日本(ärg)]

    def 日本(self, 引数):
        return "𠀀𠀁", self.Ω(引数), "after"

    @staticmethod
    def Ω(λ):
        """The name of the next function is outside the basic plane, and has no simpler form."""
        def 𠮷野家(𐐀):
            return {"🐍🐍": λ(𐐀)}["🐍🐍"]
        return 𠮷野家(1)


SOURCE = """
def ünter(hold, number):
    "ééééé"; ("日本", hold(number))

def 𐐀𐐁(hold, number): return "🐍", ünter(hold, number)
"""


def from_file(directory, stem, number):
    folder = os.path.join(truth.work_directory(), directory)
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, stem + ".py")
    with open(path, "w", encoding="utf-8") as file:
        file.write(SOURCE)
    specification = importlib.util.spec_from_file_location("module_%d" % number, path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    truth.start(getattr(module, "𐐀𐐁"), truth.hold, number)


def from_text(filename, number):
    scope = {}
    exec(compile(SOURCE, filename, "exec"), scope)
    truth.start(scope["ünter"], truth.hold, number)


from_file("naïve", "modülé", 0)
from_file("日本語", "モジュール", 1)
from_file("🐍 astral 𠮷", "𐐀𐐁", 2)
from_file("bytes \udcff\udce9", "not-utf8-\udc80", 3)
from_text("\udcff\udcfe.py", 4)
from_text("<\U0010ffff\u2028\u0301>", 5)
Größe().tëxt(lambda whatever: truth.tell())
