# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
# needs: python 3.6
"""Hooks that run while a class is made: __init_subclass__, __set_name__, __prepare__, bases."""
import truth


class Base:
    def __init_subclass__(cls, number=None, **more):
        super().__init_subclass__(**more)
        if number is not None:
            truth.hold(number)


class Descriptor:
    def __set_name__(self, owner, name):
        self.name = name
        truth.hold(1)


class Meta(type):
    @classmethod
    def __prepare__(mcs, name, bases, **more):
        truth.tell()
        return {}


def subclass(number):
    class Derived(Base, number=number):
        pass


def descriptor():
    class Holder:
        attribute = Descriptor()


truth.start(subclass, 0)
truth.start(subclass, 1)
truth.start(descriptor)


def prepare():
    class Prepared(
        Base,
        metaclass=Meta,
    ):
        pass


prepare()
