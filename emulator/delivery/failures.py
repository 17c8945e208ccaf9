"""What of ours failed while something was on its way: it is told, and what is behind it goes out all the same."""

import asyncio


def told(what: str, error: Exception) -> None:
    """Hand a failure to the loop's exception handler, which logs it unless somebody set another."""
    asyncio.get_running_loop().call_exception_handler({"message": what, "exception": error})
