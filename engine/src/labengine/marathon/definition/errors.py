"""Refusals in the shapes of Marathon's REST API."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Failure = tuple[str, str]


class ApiError(Exception):
    """A refusal with the HTTP status and JSON body that the client receives."""

    def __init__(self, status: int, message: str, details: Any = None, **extra: Any) -> None:
        super().__init__(message)
        self.status = status
        self.media_type = "application/json"
        self.body: dict[str, Any] = {"message": message}
        if details is not None:
            self.body["details"] = details
        self.body.update(extra)


def _details(failures: Iterable[Failure], root: str = "/") -> list[dict[str, Any]]:
    by_path: dict[str, list[str]] = {}
    for path, text in failures:
        texts = by_path.setdefault(path or root, [])
        if text not in texts:
            texts.append(text)
    return [{"path": path, "errors": texts} for path, texts in by_path.items()]


def feature_off(feature: str) -> str:
    return f"Feature {feature} is not enabled. Enable with --enable_features {feature})"


def bad_request(message: str, details: str | None = None) -> ApiError:
    return ApiError(400, message, details)


def not_found(message: str) -> ApiError:
    """As the resources themselves answer; ``unknown_...`` and ``path_not_found`` are what is thrown below them."""
    return ApiError(404, message, [])


def untyped_not_found(message: str) -> ApiError:
    """Of resources that do not say what they produce."""
    error = not_found(message)
    error.media_type = "application/octet-stream"
    return error


def app_not_found(app_id: str, version: str | None = None) -> ApiError:
    suffix = f" in version {version}" if version else ""
    return not_found(f"App '{app_id}' does not exist{suffix}")


def pod_not_found(pod_id: str) -> ApiError:
    return not_found(f"Pod '{pod_id}' does not exist")


def group_not_found(group_id: str) -> ApiError:
    return not_found(f"Group '{group_id}' does not exist")


def unknown_app(app_id: str) -> ApiError:
    return ApiError(404, f"App '{app_id}' does not exist")


def unknown_group(group_id: str) -> ApiError:
    return ApiError(404, f"Group '{group_id}' does not exist")


def path_not_found(path: str) -> ApiError:
    return ApiError(404, f"Path '{path}' does not exist")


def conflict(message: str) -> ApiError:
    return ApiError(409, message)


def app_exists(app_id: str) -> ApiError:
    return ApiError(409, f"An app with id [{app_id}] already exists.")


def pod_exists(pod_id: str) -> ApiError:
    return ApiError(409, f"A pod with id [{pod_id}] already exists.")


def shared_id(places: Iterable[str]) -> ApiError:
    return invalid_object((place, "Applications and Pods may not share the same id") for place in places)


def locked(deployment_ids: Iterable[str]) -> ApiError:
    return ApiError(
        409,
        "App is locked by one or more deployments. Override with the option '?force=true'. "
        "View details at '/v2/deployments/<DEPLOYMENT_ID>'.",
        deployments=[{"id": deployment_id} for deployment_id in deployment_ids],
    )


def invalid_json(failures: Iterable[Failure]) -> ApiError:
    """422 of the type layer."""
    return ApiError(422, "Invalid JSON", _details(failures, ""))


def invalid_object(failures: Iterable[Failure]) -> ApiError:
    """422 of the validation layer."""
    return ApiError(422, "Object is not valid", _details(failures))


def unprocessable(message: str) -> ApiError:
    """422 with a message alone."""
    return ApiError(422, message)


def internal(message: str) -> ApiError:
    return ApiError(500, message)
