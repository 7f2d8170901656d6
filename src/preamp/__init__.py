"""preamp: the AWS Amplify backend you run yourself."""

__version__ = "0.1.0"
