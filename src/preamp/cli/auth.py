"""`preamp auth`: get, apply, delete."""

from preamp.cli.resources import AUTH, group_of

auth = group_of(AUTH, "The user pool of an environment.")
