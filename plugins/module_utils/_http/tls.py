# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS as a client: what it trusts, what it shows, and what a failure means in words."""

from __future__ import annotations

import os
import ssl

from .errors import BadOption

# X509_V_ERR_*: those that have a remedy of their own.
_NOT_YET_VALID, _EXPIRED, _OTHER_HOST, _OTHER_ADDRESS = 9, 10, 62, 64
_UNKNOWN_AUTHORITY = (2, 18, 19, 20, 21)
# What a server says to a client certificate that is missing or that it does not trust.
_CLIENT_REFUSED = ("CERTIFICATE_REQUIRED", "UNKNOWN_CA", "BAD_CERTIFICATE", "HANDSHAKE_FAILURE", "CERTIFICATE_UNKNOWN")
_PLAIN_HTTP = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL", "HTTP_REQUEST")


def check_files(ca_path: str | None, client_cert: str | None, client_key: str | None) -> None:
    """Raises BadOption for files that cannot be used. ca_path is a file, or a directory with hashed names."""
    try:
        context = _trusting(ca_path)
    except (OSError, ssl.SSLError) as error:
        raise BadOption(f"ca_path '{ca_path}' cannot be used: {_cause(error)}; give a PEM file") from error
    if client_key is not None and client_cert is None:
        raise BadOption("client_key is set without client_cert: give the certificate of the key too")
    if client_cert is None:
        return
    try:
        # Without a password OpenSSL would ask at the terminal for that of an encrypted key.
        context.load_cert_chain(client_cert, client_key, password="")
    except (OSError, ssl.SSLError, ValueError) as error:
        named = client_cert if client_key is None else f"{client_cert}' with client_key '{client_key}"
        raise BadOption(
            f"client_cert '{named}' cannot be used: {_cause(error)}; give PEM files of a certificate and of the "
            "key that belongs to it, without a passphrase"
        ) from error


def ends_handshake(error: ssl.SSLError) -> bool:
    """Nothing behind the handshake was read as a request, and a repetition will fail the same way."""
    reasons = (*_CLIENT_REFUSED, *_PLAIN_HTTP)
    return isinstance(error, ssl.SSLCertVerificationError) or any(word in (error.reason or "") for word in reasons)


def in_words(error: ssl.SSLError) -> str:
    """With the options by which a module asks."""
    return "".join(failure(error))


def failure(error: ssl.SSLError) -> tuple[str, str]:
    """What is wrong, and what to do about it, with the options of modules."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _mistrust(error)
    reason = error.reason or str(error)
    if any(word in reason for word in _CLIENT_REFUSED):
        what = f"TLS failed ({reason}): it requires a client certificate that it trusts"
        return what, ", see client_cert and client_key"
    if any(word in reason for word in _PLAIN_HTTP):
        return f"TLS failed ({reason}): it does not speak HTTPS there, use http:// or the port of HTTPS", ""
    return f"TLS failed ({reason})", ""


def _trusting(ca_path: str | None) -> ssl.SSLContext:
    if ca_path is not None and os.path.isdir(ca_path):
        return ssl.create_default_context(capath=ca_path)
    return ssl.create_default_context(cafile=ca_path)


def _mistrust(error: ssl.SSLCertVerificationError) -> tuple[str, str]:
    reason = error.verify_message.rstrip(".")
    if error.verify_code == _EXPIRED:
        return f"its certificate has expired ({reason})", ": renew it there"
    if error.verify_code == _NOT_YET_VALID:
        return f"its certificate is not valid yet ({reason})", ": compare the clocks"
    if error.verify_code in (_OTHER_HOST, _OTHER_ADDRESS):
        return f"its certificate is for another name ({reason})", ": give the name that it is for in url"
    if error.verify_code in _UNKNOWN_AUTHORITY:
        return f"its certificate is not trusted ({reason})", ": give the certificate of its authority in ca_path"
    return f"its certificate is not trusted ({reason})", ": see ca_path and validate_certs"


def _cause(error: BaseException) -> str:
    if isinstance(error, ssl.SSLError):
        return error.reason or str(error)
    return getattr(error, "strerror", None) or str(error)
