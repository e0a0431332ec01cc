"""Numbers and dates in one form, however they are written: digits, words, months of every tradition.

«ألف وتسعمئة وست وخمسين», "nineteen fifty-six" and ١٩٥٦ are "1956"; «كانون الثاني», «يناير», «جانفي» and
"January" are one term, the analyzer's own of the English name. A date in digits is its day, month and year.
Hijri months are other terms than those of the solar calendar.

`quantities` are those that become one term of the analyzer. `stated` are all numbers, ordinals, months and
days of the week in a text, for comparing two texts.
"""

from index.text.numerals.statements import Stated, stated
from index.text.numerals.terms import is_quantity, one_form, quantities
from index.text.numerals.words import Quantity

__all__ = ["Quantity", "Stated", "is_quantity", "one_form", "quantities", "stated"]
