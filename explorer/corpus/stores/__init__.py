"""Where the bytes of a corpus are: folders, HTTP, object stores, and the cache on disk."""
