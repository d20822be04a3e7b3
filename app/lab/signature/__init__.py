"""What an analysis takes: its parameters, read from its file, and values bound to them.

Callers need these names alone; how a file is read is in the modules.
"""

from app.lab.signature.binding import arguments, bind, canonical, literal
from app.lab.signature.parameters import Parameter, Signature
from app.lab.signature.reading import read
from app.lab.signature.texts import as_text, bind_text, in_words, retyped, way_to_none
from app.unseen import visible

__all__ = [
    "Parameter",
    "Signature",
    "arguments",
    "as_text",
    "bind",
    "bind_text",
    "canonical",
    "in_words",
    "literal",
    "read",
    "retyped",
    "visible",
    "way_to_none",
]
