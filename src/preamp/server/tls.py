"""The local certificate authority and the server's certificate (EC P-256), where no certificate is given."""

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from msgspec import Struct

from preamp.server.install import StartError, write_private

LOCAL_HOSTS = ("localhost", "*.s3.localhost", "127.0.0.1", "::1")
_CA_LIFE = timedelta(days=3650)
_LEAF_LIFE = timedelta(days=397)  # browsers refuse more than 398
_RENEW_BEFORE = timedelta(days=30)
_BACKDATE = timedelta(hours=1)  # clocks of clients may be a little behind


class Certificate(Struct, frozen=True, kw_only=True):
    """Paths of PEM files. `ca` is what clients must trust (the certificate itself where one was given)."""

    chain: Path
    key: Path
    ca: Path


def local_certificate(folder: Path, hosts: tuple[str, ...], now: datetime | None = None) -> Certificate:
    """The certificate for `hosts` under `folder`, made or renewed if needed.

    The CA lasts ten years and stays the same, so clients that trust it go on trusting it. Raises StartError when its
    files cannot be read.
    """
    now = now or datetime.now(UTC)
    folder.mkdir(mode=0o700, exist_ok=True)
    found = Certificate(chain=folder / "server.pem", key=folder / "server.key", ca=folder / "ca.pem")
    ca_key_path = folder / "ca.key"
    try:
        if not (found.ca.exists() and ca_key_path.exists()):
            _make_ca(found.ca, ca_key_path, now)
        ca = x509.load_pem_x509_certificate(found.ca.read_bytes())
        if not _is_current(found, ca, hosts, now):
            ca_key = serialization.load_pem_private_key(ca_key_path.read_bytes(), None)
            if not isinstance(ca_key, ec.EllipticCurvePrivateKey):
                raise StartError(f"{ca_key_path} is not an EC key: remove {folder} to have its files made anew")
            _make_leaf(found, ca, ca_key, hosts, now)
    except (OSError, ValueError) as error:
        raise StartError(
            f"cannot read the certificates in {folder} ({error}): remove it to have them made anew"
        ) from None
    return found


def given_certificate(chain: str, key: str) -> Certificate:
    """The operator's own certificate. Raises StartError when a file is missing."""
    for path in (chain, key):
        if not Path(path).is_file():
            raise StartError(f"there is no file {path} (tls_cert_file, tls_key_file)")
    return Certificate(chain=Path(chain), key=Path(key), ca=Path(chain))


def _make_ca(path: Path, key_path: Path, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, f"preamp local CA {now:%Y-%m-%d}"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "preamp"),
        ]
    )
    usage = _usage(key_cert_sign=True, crl_sign=True, digital_signature=False)
    certificate = (
        _builder(name, name, key.public_key(), now, _CA_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    write_private(key_path, _pem(key))
    write_private(path, certificate.public_bytes(serialization.Encoding.PEM))


def _make_leaf(
    files: Certificate, ca: x509.Certificate, ca_key: ec.EllipticCurvePrivateKey, hosts: tuple[str, ...], now: datetime
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
    certificate = (
        _builder(name, ca.subject, key.public_key(), now, _LEAF_LIFE)
        .add_extension(x509.SubjectAlternativeName([_general_name(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(key_cert_sign=False, crl_sign=False, digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    write_private(files.key, _pem(key))
    write_private(files.chain, certificate.public_bytes(encoding) + ca.public_bytes(encoding))


def _is_current(files: Certificate, ca: x509.Certificate, hosts: tuple[str, ...], now: datetime) -> bool:
    if not (files.chain.exists() and files.key.exists()):
        return False
    leaf = x509.load_pem_x509_certificate(files.chain.read_bytes())
    key = serialization.load_pem_private_key(files.key.read_bytes(), None)
    if key.public_key() != leaf.public_key() or leaf.not_valid_after_utc - now < _RENEW_BEFORE:
        return False
    try:
        leaf.verify_directly_issued_by(ca)
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (InvalidSignature, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    return set(names) == {_general_name(host) for host in hosts}


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATE)
        .not_valid_after(now + life - _BACKDATE)
    )


def _usage(*, key_cert_sign: bool, crl_sign: bool, digital_signature: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
