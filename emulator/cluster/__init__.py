"""One emulator on many nodes (`--state postgresql://…`): which node owns a sandbox, and handing requests on to it.

    request ─► front ─► local? ─► dispatch as ever
                  └─► directory ─► owner ─► link ══► served, at the owner: the same connection, without a socket

node.py joins, looks round, takes over and leaves; front.py hands on; link.py carries frames between two nodes, and
served.py is the owner's end of them. placement.py, frames.py and sought.py are pure.
"""
