"""An unchanged program led to the emulator: what its language needs in its environment, or a network of its own.

`variables` is the table of what is set for whom, `files` makes what the variables name, `shells` prints them,
`launcher` runs a program with them, `isolation` gives it a network in which the providers' names lead here and nothing
else exists.
"""
