# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Class bodies while they run, inside each other and inside functions, and metaclasses."""
import truth


class Meta(type):
    def __new__(mcs, name, bases, namespace):
        if "stop_in_new" in namespace:
            namespace["stop_in_new"](0)
        return type.__new__(mcs, name, bases, namespace)

    def __init__(cls, name, bases, namespace):
        if "stop_in_init" in namespace:
            namespace["stop_in_init"](1)
        type.__init__(cls, name, bases, namespace)

    def __call__(cls, *arguments):
        if arguments:
            arguments[0](1)
        return type.__call__(cls, *arguments)


def body(number):
    class InFunction(object):
        first = 1

        class Inner:
            second = [
                2,
                truth.hold(number),
            ]


def metaclass_new():
    Meta("Made", (object,), {"stop_in_new": truth.hold})


def metaclass_init():
    Meta("Made", (object,), {"stop_in_init": truth.hold})


def metaclass_call():
    Meta("Made", (object,), {})(truth.hold)


def default(value):
    return value


truth.start(body, 0)
truth.start(body, 1)
truth.start(metaclass_new)
truth.start(metaclass_init)
truth.start(metaclass_call)


class Outer(object):
    attribute = default(1)

    class Middle(object):
        def method(self, keyword=default(2)):
            return self, keyword

        class Inner(object):
            doubled = [value * 2 for value in range(3)]

            def method(self, keyword=(
                    default(3),
                    truth.tell(),
            )):
                return self, keyword
