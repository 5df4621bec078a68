"""The graph of primitive operations that parts write and readers read."""

from resspec.ir.builder import OUTSIDE, Builder, Given, TooLargeError, Value
from resspec.ir.graph import Argument, Facts, Graph, Node, Scope
from resspec.ir.law import CHECKS, broken, verify
from resspec.ir.op import Arg, Call, Op, Saved, Shape, Weight, Window, Work

__all__ = [
    "CHECKS",
    "OUTSIDE",
    "Arg",
    "Argument",
    "Builder",
    "Call",
    "Facts",
    "Given",
    "Graph",
    "Node",
    "Op",
    "Saved",
    "Scope",
    "Shape",
    "TooLargeError",
    "Value",
    "Weight",
    "Window",
    "Work",
    "broken",
    "verify",
]
