"""The arithmetic of a sign-in and nothing else: what no server that checks passwords and signs tokens can do without.

    python benchmarks/sign_in_floor.py srp|password COUNT      prints CPU seconds of COUNT sign-ins

SRP: g^b, v^u and S by OpenSSL; a password in clear: g^x; both: two RS256 signatures. No HTTP, no database, no JSON.
"""

import secrets
import sys
import time
import warnings

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from preamp.auth.modexp import N, power

_TOKEN = b"x" * 700


def main() -> None:
    """Do it and tell."""
    kind, count = sys.argv[1], int(sys.argv[2])
    keys = [rsa.generate_private_key(public_exponent=65_537, key_size=2048) for _ in range(2)]
    verifier, public = secrets.randbelow(N), secrets.randbelow(N)
    started = time.process_time()
    for _ in range(count):
        exponent, scramble = secrets.randbits(256), secrets.randbits(256)
        power(2, exponent)
        if kind == "srp":
            power(public * power(verifier, scramble) % N, exponent)
        for key in keys:
            key.sign(_TOKEN, PKCS1v15(), SHA256())
    print(time.process_time() - started)


if __name__ == "__main__":
    main()
