"""Question -> cited answer. Knows nothing of Gradio.

`import qa` is quick: what is heavy is imported when it is first used.
"""

from qa.answer import ask
from qa.retrieve import retrieve
from qa.types import Answer, BrokenCitation, Citation

__all__ = ["Answer", "BrokenCitation", "Citation", "ask", "retrieve"]
