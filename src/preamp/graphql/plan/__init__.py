"""From a validated document to SQL text: pure functions of the document, the model and the caller's standing.

A plan is made once per (release, document, caller's standing). What a request's values can still change about the text
(which filters, which fields of an input) is its *shape*; texts are kept by shape, so that a request costs one pass
over its values, which yields the shape and the parameters together.
"""
