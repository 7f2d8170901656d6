"""`preamp storage`: get, apply, delete."""

from preamp.cli.resources import STORAGE, group_of
from preamp.cli.stored import quota, scrub, sweep

storage = group_of(STORAGE, "The bucket of an environment.")
storage.add_command(scrub)
storage.add_command(sweep)
storage.add_command(quota)
