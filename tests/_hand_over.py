"""Hands a command to a server of `_forked.py` and ends with its exit code; imports next to nothing."""

import json
import os
import socket
import sys


def hand_over(path: str, arguments: list[str], folder: str, environment: dict[str, str], streams: list[int]) -> int:
    """Exit code of a command of the server at a socket; `streams` become its standard streams."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asked:
        asked.connect(path)
        socket.send_fds(asked, [json.dumps([arguments, folder, environment]).encode()], streams)
        return int(asked.recv(16) or 1)


if __name__ == "__main__":
    sys.exit(hand_over(sys.argv[1], sys.argv[2:], os.getcwd(), dict(os.environ), [0, 1, 2]))  # noqa: PTH109
