# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Comprehensions of each kind and lambdas, one inside the other."""
import truth


def in_list(number):
    return [truth.hold(number) if value == 2 else value for value in range(5)]


def in_set(number):
    return {(lambda: truth.hold(number))() for _ in range(2)}


def in_dict(number):
    return {
        key: value
        for key in "ab"
        for value in [truth.hold(number)]
    }


def in_expression(number):
    return list(value for value in (truth.hold(number) for _ in range(2)))


def in_condition(number):
    return [outer for outer in [1, 2] if [inner for inner in [3] if truth.hold(number)]]


class Shelf(object):
    sizes = [1, 2]
    lambdas = {"first": lambda self: [method(self) for method in [Shelf.tell]]}

    def tell(self):
        return (lambda: (lambda *words, **more: [truth.tell() for _ in words])(1, two=2))()


for index, function in enumerate((in_list, in_set, in_dict, in_expression, in_condition)):
    truth.start(function, index)
    truth.start(lambda function=function, index=index: function(index))
Shelf.lambdas["first"](Shelf())
