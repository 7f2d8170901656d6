"""The services of this room: AWS's two, and preamp's own extensions (signed for the first one's name)."""

from preamp.wire import Service

service = Service("amplifybackend", version="2020-08-11")
hosting_service = Service("amplify", version="2017-07-25")
extension = Service("preamp", version="2026-11-23", signing_name="amplifybackend")
