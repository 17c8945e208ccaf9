"""What outlives the process: the inputs of every sandbox, in a file or database, and sandboxes from them (`--state`).

    inputs ─► recording ─► writer  ─► one commit for a turn of the loop ─► store (sqlite, postgres)
                                            ▲ replies, receipts and callbacks wait for it
    store ─► recovery ─► states, clocks and credentials as they were

A sandbox stands there as its state at some moment (a checkpoint) and the inputs since. When these have grown to
half of the checkpoint, a new one takes the place of both, so that the file and the time of a start stay bounded. A
large one is written piece by piece between turns of the loop, beside the one before, which counts until all is there.
With `--keep-journal` what the journal holds stands there too, entry by entry.
"""
