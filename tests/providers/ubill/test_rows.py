"""The contract table of uBill as a whole."""

from contracts import named_rows

from emulator.providers.ubill import PROVIDER

ROWS = PROVIDER.contract()


def test_every_row_that_says_what_we_do_has_a_test() -> None:
    """Not the documented ones alone: whatever is emulated."""
    assert [row.id for row in ROWS if not row.left_out and row.id not in named_rows()] == []


def test_every_status_id_of_every_table_is_a_row_of_its_own() -> None:
    ids = {row.id for row in ROWS}
    for operation, prefix in (("send", "ubill.code"), ("brands", "ubill.brand-code")):
        codes = [code for code in PROVIDER.profile.errors[operation].codes if code != 401]
        assert {f"{prefix}.{code}" for code in (0, *codes)} <= ids
