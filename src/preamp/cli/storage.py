"""`preamp storage`: get, apply, delete."""

from preamp.cli.resources import STORAGE, group_of

storage = group_of(STORAGE, "The bucket of an environment.")
