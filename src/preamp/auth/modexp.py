"""Powers modulo the 3072-bit prime of RFC 3526 (group 15), without telling the exponent by the time they take.

OpenSSL's modular exponentiation is constant-time in the exponent and eight to ten times as fast as `pow`. It is
reached through the finite-field Diffie-Hellman of `cryptography`: the shared key of a private number x and a public
number y is y^x mod N. That face is marked as deprecated there; where it is gone, `pow` takes its place.
"""

import warnings
from collections.abc import Callable

N = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C"
    "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    16,
)
BYTES = 384
_TRIVIAL_BASES = frozenset({0, 1, N - 1})  # OpenSSL refuses them, as a Diffie-Hellman peer must

Power = Callable[[int, int], int]


def plain_power(base: int, exponent: int) -> int:
    """`base ** exponent mod N` by Python's integers."""
    return pow(base, exponent, N)


def openssl_power() -> Power | None:
    """`base ** exponent mod N` by OpenSSL for any base and 1 < exponent < N, None where it cannot be reached."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the deprecation is known, see above
        try:
            from cryptography.hazmat.primitives.asymmetric.dh import (  # noqa: PLC0415  may be gone one day
                DHParameterNumbers,
                DHPrivateNumbers,
                DHPublicNumbers,
            )
        except ImportError:
            return None
    group = DHParameterNumbers(N, 2)
    own = DHPublicNumbers(2, group)  # a private key must name a public one; no computation looks at it

    def power(base: int, exponent: int) -> int:
        base %= N
        if base in _TRIVIAL_BASES or exponent < 2:
            return plain_power(base, exponent)
        peer = DHPublicNumbers(base, group).public_key()
        return int.from_bytes(DHPrivateNumbers(exponent, own).private_key().exchange(peer), "big")

    return power


power: Power = openssl_power() or plain_power
"""`base ** exponent mod N` by the best means at hand."""
