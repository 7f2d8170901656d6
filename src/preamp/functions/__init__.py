"""What Lambda does for an Amplify app: a registry of functions, workers that run them, and their logs.

A function is a folder of Node.js or Python code kept in the database as the ZIP that was deployed, or the URL of one
that runs elsewhere. `Functions.invoke` runs it as Lambda would: an event in, an answer or an error out, one event at a
time per worker process. A worker is a process of its own with nothing of the server's environment; it is ended when it
runs too long, takes too much memory, or has been idle. Functions are the operator's own code: a process keeps their
crashes apart, it is no wall against code that means harm.
"""

from preamp.functions.package import BadPackage, checked_package, packed
from preamp.functions.records import Function, Invocation, Outcome
from preamp.functions.registry import Exists, Functions, NoSuchFunction, Throttled, TooLarge

__all__ = [
    "BadPackage",
    "Exists",
    "Function",
    "Functions",
    "Invocation",
    "NoSuchFunction",
    "Outcome",
    "Throttled",
    "TooLarge",
    "checked_package",
    "packed",
]
