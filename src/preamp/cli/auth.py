"""`preamp auth`: get, apply, delete; keys and users of its pool."""

from preamp.cli.resources import AUTH, group_of
from preamp.cli.user_pools import import_users, rotate_key

auth = group_of(AUTH, "The user pool of an environment.")
auth.add_command(rotate_key)
auth.add_command(import_users)
