"""What goes on beside a test."""
import threading


class Background(threading.Thread):
    """From the beginning of a with block to its end, when `_over` is set."""

    def __init__(self):
        super().__init__(daemon=True)
        self._over = threading.Event()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self.join()
