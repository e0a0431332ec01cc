"""The console script `dalil`: makes streams and signals ready, then loads the commands and runs one."""

from __future__ import annotations

import _thread
import os
import resource
import signal
import sys
import time
from types import FrameType
from typing import Any, Final

from cli import exit_codes, streams

# Bytes of address space: on two cores `dalil ask` takes 1.1 GB, of which 150 MB are in use. With less than
# this numpy's and onnxruntime's native code was seen to end in a segmentation fault.
_MIN_MEMORY: Final = 1 << 30


def main() -> None:
    """Runs the command line, and exits with its code."""
    _on_interrupt(_leave, signal.default_int_handler)
    streams.prepare()
    if _has_too_little_memory():
        sys.exit(exit_codes.no_memory())
    try:
        _watch_callbacks()
        # Imported here: it takes a second, in which Ctrl-C and a lack of memory are no tracebacks either.
        from cli.app import app

        _on_interrupt(signal.default_int_handler, _leave)
        app(prog_name="dalil")
        code: Any = exit_codes.DONE
    except SystemExit as wanted:
        code = wanted.code
    except BaseException as error:
        code = exit_codes.report_error(error)
    _on_interrupt(_leave, signal.default_int_handler)
    try:
        sys.stdout.flush()
    except streams.OutputLost as error:
        code = exit_codes.report_error(error)
    sys.exit(code)


def _has_too_little_memory() -> bool:
    """Whether the process may have less memory than the libraries take, some of which crash then."""
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return soft != resource.RLIM_INFINITY and soft < _MIN_MEMORY


def _on_interrupt(handler: Any, instead_of: Any) -> None:
    """Sets what Ctrl-C does, unless it is ignored, as in a shell's background job."""
    if signal.getsignal(signal.SIGINT) is instead_of:
        signal.signal(signal.SIGINT, handler)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    """Ends the process immediately: there is nothing to clean up while modules load or at the end.

    A KeyboardInterrupt would be lost or reported where it comes inside an import's own callbacks.
    """
    os._exit(exit_codes.INTERRUPTED)


def _watch_callbacks() -> None:
    """Keeps Ctrl-C from being lost where it comes inside a destructor or a callback."""
    report = sys.unraisablehook

    def hook(unraisable: Any) -> None:
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            _thread.start_new_thread(_interrupt_soon, ())
        else:
            report(unraisable)

    sys.unraisablehook = hook


def _interrupt_soon() -> None:
    time.sleep(0.05)  # after the hook has ended
    _thread.interrupt_main()
