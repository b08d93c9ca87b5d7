"""The key file of a service account: what it must have, and whether its public key verifies what it signs."""

from __future__ import annotations

import base64
import json

import pytest

pytest.importorskip("cryptography")

from ansible_collections.quorum.mesos.plugins.module_utils._http.errors import BadOption
from ansible_collections.quorum.mesos.plugins.module_utils._http.login import service_account
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PLAIN = serialization.NoEncryption()


def pem(key, encryption=PLAIN, form=serialization.PrivateFormat.PKCS8):
    return key.private_bytes(serialization.Encoding.PEM, form, encryption).decode()


def written(path, **changes):
    fields = {"uid": "deployer", "private_key": pem(KEY), "scheme": "RS256", "login_endpoint": "https://leader.mesos/l"}
    kept = {name: value for name, value in {**fields, **changes}.items() if value is not None}
    path.write_text(json.dumps(kept))
    return str(path)


def decoded(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@pytest.mark.parametrize("form", [serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL])
def test_a_signed_token_is_verified_by_the_public_key(tmp_path, form):
    account = service_account.read(written(tmp_path / "a.json", private_key=pem(KEY, form=form)))
    assert (account.uid, account.login_endpoint) == ("deployer", "https://leader.mesos/l")
    token = service_account.signed(account.uid, account.key, 1700000300)
    head, claims, signature = token.split(".")
    assert json.loads(decoded(head)) == {"alg": "RS256", "typ": "JWT"}
    assert json.loads(decoded(claims)) == {"uid": "deployer", "exp": 1700000300}
    assert "=" not in token
    checked = padding.PKCS1v15(), hashes.SHA256()
    KEY.public_key().verify(decoded(signature), f"{head}.{claims}".encode(), *checked)
    with pytest.raises(InvalidSignature):
        KEY.public_key().verify(decoded(signature), f"{head}.{claims}x".encode(), *checked)


def test_scheme_and_address_may_be_missing(tmp_path):
    account = service_account.read(written(tmp_path / "a.json", scheme=None, login_endpoint=None))
    assert account.login_endpoint is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"uid": None}, "has no uid; give the path"),
        ({"uid": "", "private_key": 5}, "has no uid and no private_key; give"),
        ({"scheme": "HS256"}, "has the scheme HS256, and only RS256 is known"),
        ({"private_key": "hunter2"}, "the private_key of .* cannot be used: give an RSA key in PEM"),
        ({"private_key": pem(ec.generate_private_key(ec.SECP256R1()))}, "give an RSA key in PEM"),
        ({"private_key": pem(KEY, serialization.BestAvailableEncryption(b"x"))}, "without a passphrase"),
    ],
)
def test_a_file_that_is_none(tmp_path, changes, words):
    path = written(tmp_path / "a.json", **changes)
    with pytest.raises(BadOption, match=words) as refused:
        service_account.read(path)
    assert path in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("text", ["$ANSIBLE_VAULT;1.1;AES256\n6162", "", '"text"', "[]"])
def test_a_file_of_another_kind(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(BadOption, match=r"is not a JSON file|has no uid"):
        service_account.read(str(tmp_path / "a.json"))


def test_a_file_that_is_missing(tmp_path):
    with pytest.raises(BadOption, match=r"/none\.json' cannot be read: No such file or directory"):
        service_account.read(str(tmp_path / "none.json"))


def test_no_key_is_shown(tmp_path):
    assert "PRIVATE" not in repr(service_account.read(written(tmp_path / "a.json")))
