"""The images of the lab's apps, made of Debian packages from the machine's own apt sources."""

from lab.images.build import IMAGES, build_all, remove_all

__all__ = ["IMAGES", "build_all", "remove_all"]
