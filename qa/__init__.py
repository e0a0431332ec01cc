"""Question -> cited answer. Knows nothing of Gradio.

`import qa` is fast: heavy modules are imported lazily, on first use.
"""

from qa.answering.answer import ask
from qa.conversation.converse import Conversation, Turn, converse
from qa.retrieve import retrieve
from qa.types import Answer, BrokenCitation, Citation

__all__ = ["Answer", "BrokenCitation", "Citation", "Conversation", "Turn", "ask", "converse", "retrieve"]
