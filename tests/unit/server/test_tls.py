"""The local CA and the server's certificate."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store

from preamp.server.install import StartError
from preamp.server.tls import LOCAL_HOSTS, Certificate, given_certificate, local_certificate

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def leaf(files: Certificate) -> x509.Certificate:
    return x509.load_pem_x509_certificates(files.chain.read_bytes())[0]


def test_the_chain_verifies_for_every_host(tmp_path: Path) -> None:
    files = local_certificate(tmp_path, (*LOCAL_HOSTS, "preamp.test"), NOW)

    ca = x509.load_pem_x509_certificate(files.ca.read_bytes())
    policy = PolicyBuilder().store(Store([ca])).time(NOW + timedelta(days=365))
    verified = policy.build_server_verifier(x509.DNSName("preamp.test")).verify(leaf(files), [])

    assert verified[-1] == ca
    names = leaf(files).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(name.value) for name in names] == ["localhost", "*.s3.localhost", "127.0.0.1", "::1", "preamp.test"]


def test_lives_are_what_browsers_take(tmp_path: Path) -> None:
    """397 days for the certificate, ten years for the CA."""
    files = local_certificate(tmp_path, LOCAL_HOSTS, NOW)
    ca = x509.load_pem_x509_certificate(files.ca.read_bytes())

    assert leaf(files).not_valid_after_utc - leaf(files).not_valid_before_utc == timedelta(days=397)
    assert ca.not_valid_after_utc - ca.not_valid_before_utc == timedelta(days=3650)


@pytest.mark.parametrize(("days", "renewed"), [(300, False), (366, False), (368, True), (500, True)])
def test_it_is_renewed_in_its_last_30_days_under_the_same_ca(tmp_path: Path, days: int, renewed: bool) -> None:
    first = leaf(local_certificate(tmp_path, LOCAL_HOSTS, NOW))
    ca = (tmp_path / "ca.pem").read_bytes()

    second = leaf(local_certificate(tmp_path, LOCAL_HOSTS, NOW + timedelta(days=days)))

    assert (second != first) is renewed
    assert (tmp_path / "ca.pem").read_bytes() == ca


def test_it_is_renewed_when_hosts_change(tmp_path: Path) -> None:
    first = leaf(local_certificate(tmp_path, LOCAL_HOSTS, NOW))

    second = leaf(local_certificate(tmp_path, (*LOCAL_HOSTS, "other.test"), NOW))

    assert second != first


def test_a_key_of_another_certificate_is_replaced(tmp_path: Path) -> None:
    """A crash between writing key and certificate leaves a pair that does not fit."""
    local_certificate(tmp_path, LOCAL_HOSTS, NOW)
    (tmp_path / "server.key").write_bytes((tmp_path / "ca.key").read_bytes())

    files = local_certificate(tmp_path, LOCAL_HOSTS, NOW)

    assert files.key.read_bytes() != (tmp_path / "ca.key").read_bytes()


def test_broken_files_are_told(tmp_path: Path) -> None:
    local_certificate(tmp_path, LOCAL_HOSTS, NOW)
    (tmp_path / "ca.pem").write_text("nonsense")

    with pytest.raises(StartError, match="remove it"):
        local_certificate(tmp_path, LOCAL_HOSTS, NOW)


def test_a_given_certificate_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="there is no file"):
        given_certificate(str(tmp_path / "a.pem"), str(tmp_path / "a.key"))
