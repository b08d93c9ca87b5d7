"""The lab's own certificate authority: one certificate for every host, made once and kept below the lab's directory."""

from __future__ import annotations

import datetime
import ipaddress
import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lab.config import Host, LabConfig

DAYS = 365


def directory(config: LabConfig) -> Path:
    return config.directory / "certificates"


def authority(config: LabConfig) -> Path:
    """The authority's certificate, which clients trust."""
    return directory(config) / "ca.pem"


def certificate(config: LabConfig, host: Host) -> Path:
    """A host's certificate; its key lies beside it as ``.key``."""
    return directory(config) / f"{host.name}.pem"


def ensure(config: LabConfig) -> None:
    """Makes what is missing of the authority and of the hosts' certificates."""
    directory(config).mkdir(parents=True, exist_ok=True, mode=0o700)
    if not authority(config).exists():
        _make_authority(config)
    for host in config.hosts:
        if not certificate(config, host).exists():
            issue(config, host)


def issue(config: LabConfig, host: Host) -> Path:
    """A new key and certificate for the host's name and address, in place of those it has; returns the certificate."""
    path = certificate(config, host)
    signer = x509.load_pem_x509_certificate(authority(config).read_bytes())
    key_of_signer = serialization.load_pem_private_key(
        authority(config).with_suffix(".key").read_bytes(), password=None
    )
    # What libprocess offers by default knows RSA only.
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    names = [
        x509.DNSName(host.name),
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address(host.address)),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    ]
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    built = (
        _builder(_name(host.name), signer.subject, key)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key_of_signer.public_key()), critical=False)
        .sign(key_of_signer, hashes.SHA256())
    )
    _write(path, key, built)
    return path


def _make_authority(config: LabConfig) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = _name(f"{config.name} authority")
    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    built = (
        _builder(name, name, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(authority(config), key, built)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # The hosts' clocks may differ from this one.
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=DAYS))
    )


def _write(path: Path, key: rsa.RSAPrivateKey, built: x509.Certificate) -> None:
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    # The certificate comes last: where it is, the key is complete.
    for target, content in (path.with_suffix(".key"), text), (path, built.public_bytes(serialization.Encoding.PEM)):
        temporary = target.with_suffix(".new")
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        temporary.replace(target)
