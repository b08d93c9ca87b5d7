"""Keys and certificates for tests: an authority, and what it signs for addresses of the loopback."""

from __future__ import annotations

import datetime
import ipaddress
import subprocess
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ADDRESSES = [f"127.0.0.{number}" for number in range(1, 8)]


class Authority:
    """``ca`` is its certificate; one ``certificate`` with its ``key`` fits every program of a test."""

    def __init__(self, directory: Path, name: str = "test authority") -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.ca, self.certificate, self.key = (directory / f"{part}.pem" for part in ("ca", "certificate", "key"))
        signer, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(one)) for one in ADDRESSES])
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        root = _build(name, name, signer).add_extension(x509.BasicConstraints(True, None), True)
        root = root.add_extension(usage, True)
        leaf = _build("test", name, own).add_extension(names, False)
        self.ca.write_bytes(root.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        self.certificate.write_bytes(leaf.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        self.key.touch(mode=0o600)
        self.key.write_bytes(own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                               serialization.NoEncryption()))

    def libprocess(self, **more: str) -> dict[str, str]:
        """The environment that switches TLS on; each program proves itself to the others."""
        return {f"LIBPROCESS_SSL_{name}": value for name, value in {
            "ENABLED": "true", "KEY_FILE": str(self.key), "CERT_FILE": str(self.certificate),
            "CA_FILE": str(self.ca), "VERIFY_SERVER_CERT": "true", "HOSTNAME_VALIDATION_SCHEME": "openssl",
            "CIPHERS": "ECDHE-ECDSA-AES256-GCM-SHA384",
            **more}.items()}

    def pkcs12(self, path: Path, password: str) -> Path:
        subprocess.run(["openssl", "pkcs12", "-export", "-in", self.certificate, "-inkey", self.key, "-certfile",
                        self.ca, "-out", path, "-passout", "stdin"], input=password.encode(), check=True, timeout=60)
        return path


def _build(subject: str, issuer: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return x509.CertificateBuilder(
        subject_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]),
        issuer_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]), public_key=key.public_key(),
        serial_number=x509.random_serial_number(), not_valid_before=now - datetime.timedelta(days=1),
        not_valid_after=now + datetime.timedelta(days=1))
