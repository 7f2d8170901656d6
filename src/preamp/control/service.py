"""The two services of this room: AWS's, and preamp's own extensions (signed for the same service name)."""

from preamp.wire import Service

service = Service("amplifybackend", version="2020-08-11")
extension = Service("preamp", version="2026-11-23", signing_name="amplifybackend")
