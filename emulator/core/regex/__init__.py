"""Regular expressions that come from outside, matched in time linear in the text: no expression, on no text, can hold
up the loop. Python's own engine tries again and again, and `(a+)+$` on thirty letters takes it minutes.

    text ─► parser (nodes; errors with their position) ─► compiler (instructions) ─► pattern (search)

The syntax is that of `re`; what needs trying again is left out: backreferences, lookarounds of more than one
character, possessive repetition, conditions. An expression has at most MOST_PIECES pieces once its counted repetitions
are written out, and looks at the first REACH // pieces characters of a text: 600 at least.

An own engine because the bound must hold everywhere and say the same each time: the binding of RE2 (google-re2 1.1)
has wheels for glibc, Windows and macOS from 14 on, none for musl and older systems, where pip would want a C++
compiler; and a limit of real time would make a replayed sandbox depend on how busy the machine is.
"""

from emulator.core.regex.parser import BadPattern
from emulator.core.regex.pattern import Pattern, compiled

__all__ = ["BadPattern", "Pattern", "compiled"]
