"""The first version of Amplify's transformer: @key, @connection and @versioned, and its own names and rules.

Unlike the second version each directive changes the schema at once, in the order of the document.
"""

from .transform import transform_v1

__all__ = ["transform_v1"]
