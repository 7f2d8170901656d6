"""`preamp api`: get, apply, delete."""

from preamp.cli.resources import API, group_of

api = group_of(API, "The GraphQL API of an environment.")
