"""The two services of this room."""

from preamp.wire import Service

identity_service = Service("cognito-identity", version="2014-06-30", target="AWSCognitoIdentityService")
sts_service = Service("sts", version="2011-06-15")
