# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The key file of a DC/OS service account, and what is signed with it."""

from __future__ import annotations

import base64
import json
import traceback
from dataclasses import dataclass, field
from typing import Any

from ..errors import BadOption

try:
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
except ImportError:
    hashes = serialization = padding = rsa = None
    CRYPTOGRAPHY_IMPORT_ERROR = traceback.format_exc()
else:
    CRYPTOGRAPHY_IMPORT_ERROR = None

_SCHEME = "RS256"
_REMEDY = "give the path of the service account's key file, a JSON object with uid and private_key"


@dataclass(frozen=True)
class ServiceAccount:
    uid: str
    key: Any = field(repr=False)
    login_endpoint: str | None = None


def read(path: str) -> ServiceAccount:
    """Raises BadOption, which quotes nothing of the file but the name of its scheme."""
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
    except OSError as error:
        raise BadOption(f"url_service_account '{path}' cannot be read: {error.strerror}; {_REMEDY}") from error
    except (ValueError, RecursionError):
        raise BadOption(f"url_service_account '{path}' is not a JSON file; {_REMEDY}") from None
    fields = data if isinstance(data, dict) else {}
    missing = [name for name in ("uid", "private_key") if not (isinstance(fields.get(name), str) and fields[name])]
    if missing:
        raise BadOption(f"url_service_account '{path}' has no {' and no '.join(missing)}; {_REMEDY}")
    scheme = fields.get("scheme", _SCHEME)
    if scheme != _SCHEME:
        raise BadOption(
            f"url_service_account '{path}' has the scheme {scheme}, and only {_SCHEME} is known; {_REMEDY}"
        )
    endpoint = fields.get("login_endpoint")
    return ServiceAccount(fields["uid"], _loaded(fields["private_key"], path), str(endpoint) if endpoint else None)


def signed(uid: str, key: Any, expires: int) -> str:
    """A JSON Web Token (RFC 7519) of type RS256."""
    parts = ({"alg": _SCHEME, "typ": "JWT"}, {"uid": uid, "exp": expires})
    text = ".".join(_encoded(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    return f"{text}.{_encoded(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _loaded(text: str, path: str) -> Any:
    try:
        key = serialization.load_pem_private_key(text.encode(), password=None)
    except Exception:
        # The library has no common class for what it says of a wrong key.
        key = None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise BadOption(
            f"the private_key of url_service_account '{path}' cannot be used: give an RSA key in PEM, without a "
            "passphrase"
        )
    return key


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
