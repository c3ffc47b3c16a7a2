"""The web process: the application that a WSGI server loads."""

import gc
import os
import threading
import time

from server.app import create_app
from server.config import Config


def end_with_parent() -> None:
    """Leave when the process that started this one is gone: else it would hold the port that its successor needs."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


app = create_app(Config.from_env(os.environ))
threading.Thread(target=end_with_parent, daemon=True).start()

gc.freeze()  # what is loaded now stays; the collector need not walk through it at every turn
gc.set_threshold(20_000, 20, 20)
