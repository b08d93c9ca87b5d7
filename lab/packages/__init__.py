"""The lab engine as Debian packages in a signed repository of the lab's own."""
