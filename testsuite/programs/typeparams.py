# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
# needs: python 3.12
"""Type parameters: their scopes are functions of their own, some of them run late."""
import truth


def bound(number):
    type Alias[T: truth.hold(number)] = list[T]
    return Alias.__type_params__[0].__bound__


def lazily(number):
    type Alias = list[truth.hold(number)]
    return Alias.__value__


def function(number):
    def inner[T](argument: truth.hold(number) = 1) -> T:
        return argument
    return inner.__annotations__


def class_base(number):
    class Generic[T](truth.hold(number)):
        pass


def default(number):
    def inner[T](argument=truth.hold(number)) -> T:
        return argument
    return inner


for index, called in enumerate((bound, lazily, function, class_base, default)):
    truth.start(called, index)


class Outer[T]:
    class Inner[U]:
        def method[V](self, value=(lambda: truth.tell())()):
            return value
