"""The service cognito-idp: user pools as clients and administrators call them.

One file per resource; each operation is one function of (idp, request[, call]). What they share: `context.Idp` (what
they work with), `users` of the room above (a user as a value), `errors` and `model` (the wire).
"""
