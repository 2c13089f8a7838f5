"""A Python that has imported what DVC and the stages import, and whose copies run them: a test does not wait for that.

`Warm.python` is a program to start in place of `sys.executable`. It asks a process, which has imported the libraries and
done nothing else, for a fork that runs `python -m dvc …` or `python -m corpus.prepared …` with the arguments, folder,
environment and files that it was given, and ends as that ends. If it is killed, so is the fork. Whatever else it is asked
for, or in an environment that decides how Python starts, it becomes Python itself. `CORPUS_TESTS_FRESH=1` starts all anew.
"""

from __future__ import annotations

import atexit
import fcntl
import gc
import importlib
import marshal
import os
import runpy
import secrets
import selectors
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[1]
_PYTHON = sys.executable
# Imported by a copy first, they would cost each a second.
_LIBRARIES = (
    "dvc.cli", "dvc.cli.parser", "dvc.commands.repro", "dvc.repo", "dvc.repo.reproduce", "dvc.repo.index", "dvc.repo.status",
    "dvc.repo.push", "dvc.repo.checkout", "dvc.repo.add", "dvc.stage.run", "dvc.stage.cache", "dvc.dvcfile", "dvc.output",
    "dvc.fs", "dvc.cachemgr", "dvc.data_cloud", "dvc.ignore", "dvc.info", "dvc_data.index", "dvc_data.hashfile.build",
    "dvc_data.index.checkout", "dvc_data.index.push", "dvc_objects.fs.local", "dvc.scm", "scmrepo.git", "pygit2", "dulwich.repo",
    "dvc.repo.artifacts", "dvc.repo.datasets", "dvc.repo.graph", "dvc.repo.metrics", "dvc.repo.params", "dvc.repo.plots",
    "dvc.repo.stage", "dvc.repo.trie", "dvc.repo.open_repo", "dvc.rwlock", "dvc.lock", "dvc.utils.strictyaml",
    "dvc_data.hashfile.status", "dvc_data.hashfile.db.local", "ruamel.yaml", "configobj", "flufl.lock", "zc.lockfile",
    "fsspec.implementations.memory", "networkx", "corpus.cli", "corpus.pipeline.ingest", "corpus.pipeline.validate", "corpus.pipeline.resolve",
    "corpus.pipeline.write", "corpus.pipeline.report",
)  # fmt: skip
_MODULES = ("dvc", "corpus.prepared")
# What decides how Python and the libraries start. Where it is another than here, they must start.
_DECIDING = ("PYTHON", "LC_", "LANG", "TZ", "HOME", "XDG_", "LD_", "MALLOC", "COVERAGE_RUN", "ARROW_", "POLARS_", "OMP_", "FSSPEC_")  # fmt: skip
# As our commands start DVC and its stages.
LOCALE = {"LC_ALL": "C.UTF-8", "LANGUAGE": ""}
# Above all that a program is started with.
_ABOVE = 512

_PROGRAM = """#!{python} -IS
import marshal, os, sys
from _socket import AF_UNIX, MSG_WAITALL, SCM_RIGHTS, SOCK_STREAM, SOL_SOCKET, socket

def ask():
    here = {{name: value for name, value in os.environ.items() if name.startswith({deciding!r}) and value}}
    if sys.argv[1:2] != ["-m"] or sys.argv[2] not in {modules!r} or here != {expected!r}:
        return
    numbers = []
    for number in map(int, os.listdir("/proc/self/fd")):
        try:
            os.fstat(number)
        except OSError:
            continue
        numbers.append(number)
    # As many as can be passed on, and none where the fork has them for a moment.
    if len(numbers) > 200 or max(numbers, default=0) >= {above}:
        return
    umask = os.umask(0o022)
    os.umask(umask)
    message = marshal.dumps((sys.argv[2:], dict(os.environ), os.getcwd(), numbers, umask))
    asked = socket(AF_UNIX, SOCK_STREAM)
    try:
        asked.connect({address!r})
    except OSError:
        return
    files = b"".join(number.to_bytes(4, sys.byteorder) for number in numbers)
    asked.sendmsg([len(message).to_bytes(8, "big")], [(SOL_SOCKET, SCM_RIGHTS, files)])
    asked.sendall(message)
    # The program at the other end has them; whoever waits for the end of a pipe waits for that one alone.
    for number in numbers:
        os.close(number)
    answer = asked.recv(4, MSG_WAITALL)
    status = int.from_bytes(answer, "big", signed=True) if answer else -9
    if status < 0:
        import _signal
        _signal.signal(-status, _signal.SIG_DFL) if -status not in (9, 19) else None
        os.kill(os.getpid(), -status)
    os._exit(status)

ask()
os.execv({python!r}, [{python!r}, *sys.argv[1:]])
"""


class Warm:
    """The process of one worker that is copied; started when it is asked for first."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def python(self) -> str:
        """The program to start in place of Python; Python itself where it must start anew."""
        if not is_possible():
            return _PYTHON
        if self._folder is None:
            self._folder = self._begin()
        return str(self._folder / "python")

    def _begin(self) -> Path:
        folder = Path(tempfile.mkdtemp(prefix="warm-"))
        address = f"\0newscorpus-tests-{secrets.token_hex(16)}"
        environment = {**os.environ, **LOCALE}
        expected = {name: value for name, value in environment.items() if name.startswith(_DECIDING) and value}
        program = folder / "python"
        program.write_text(
            _PROGRAM.format(
                python=_PYTHON, deciding=_DECIDING, modules=_MODULES, expected=expected, address=address, above=_ABOVE
            )
        )
        program.chmod(0o755)
        for path in Path(_PYTHON).parent.iterdir():
            if path.name != program.name:
                (folder / path.name).symlink_to(program if path.name.startswith("python") else path)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
            listening.bind(address)
            listening.listen(64)
            self._process = subprocess.Popen(
                [_PYTHON, "-m", "tests.warm", str(listening.fileno())],
                cwd=ROOT, env=environment, pass_fds=(listening.fileno(),), stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        atexit.register(self.end)
        return folder

    def end(self) -> None:
        """End the process, if it runs."""
        if self._process is not None and self._folder is not None:
            self._process.kill()
            self._process.wait()
            shutil.rmtree(self._folder, ignore_errors=True)
            self._process = self._folder = None


def is_possible() -> bool:
    """Return whether programs can be copied here, and are to be."""
    return (
        sys.platform == "linux"
        and os.environ.get("CORPUS_TESTS_FRESH") != "1"
        and not any(os.environ.get(name) for name in ("COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START"))
    )


def _serve(listening: socket.socket) -> tuple[list[str], list[int], dict[str, str], str, list[int], int]:
    """Answer until the worker has ended. Returns only in a fork: what it is to run, and where."""
    waiting: dict[int, socket.socket] = {}
    woken, wake = socket.socketpair()
    for end in (woken, wake):
        end.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
    selector = selectors.DefaultSelector()
    for one in (0, listening, woken):
        selector.register(one, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj == 0:
                sys.exit()
            elif key.fileobj is listening:
                connection, _ = listening.accept()
                head, files, _, _ = socket.recv_fds(connection, 8, 253)
                arguments, environment, folder, numbers, umask = marshal.loads(  # noqa: S302 - of our own program
                    connection.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL)
                )
                child = os.fork()
                if child == 0:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    selector.close()
                    return arguments, files, environment, folder, numbers, umask
                for file in files:
                    os.close(file)
                waiting[child] = connection
                selector.register(connection, selectors.EVENT_READ, child)
            elif key.fileobj is woken:
                with suppress(BlockingIOError):
                    woken.recv(4096)
                _tell(waiting, selector)
            elif key.data in waiting:
                # Who started it has gone: it was killed.
                selector.unregister(key.fileobj)
                os.kill(key.data, signal.SIGKILL)


def _tell(waiting: dict[int, socket.socket], selector: selectors.BaseSelector) -> None:
    with suppress(ChildProcessError):
        while True:
            child, status = os.waitpid(-1, os.WNOHANG)
            if child == 0:
                return
            connection = waiting.pop(child)
            with suppress(KeyError):
                selector.unregister(connection)
            with suppress(OSError):
                connection.sendall(struct.pack(">i", os.waitstatus_to_exitcode(status)))
            connection.close()


def _begin(files: list[int], environment: dict[str, str], folder: str, numbers: list[int], umask: int) -> None:
    """Become what `python -m …` is when it starts."""
    above = [fcntl.fcntl(file, fcntl.F_DUPFD, _ABOVE) for file in files]
    os.closerange(0, _ABOVE)
    for file, number in zip(above, numbers, strict=True):
        os.dup2(file, number)
        os.close(file)
    os.umask(umask)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[0] = folder


WARM = Warm()

if __name__ == "__main__":
    for library in _LIBRARIES:
        with suppress(ImportError):
            importlib.import_module(library)
    # They stay as they are: a copy that looked through them for garbage would have its own of each page.
    gc.collect()
    gc.freeze()
    asked, *place = _serve(socket.socket(fileno=int(sys.argv[1])))
    _begin(*place)
    sys.argv = asked
    runpy.run_module(asked[0], run_name="__main__", alter_sys=True)
