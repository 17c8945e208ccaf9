"""The example that people are shown first: as it stands it is caught, and with the line that it lacks it passes."""

EXAMPLE = '''
import pytest
from aiohttp import ClientSession, web


@pytest.fixture
async def parcels(aiohttp_server, sms_emulator):  # your app: here it only keeps what it hears of its parcels
    state = {}

    async def hook(request):
        state[request.query["reference"]] = request.query["status"]
        return web.Response(text="OK")

    app = web.Application()
    app.router.add_get("/sms", hook)
    server = await aiohttp_server(app)
    await sms_emulator.patch_account("smsoffice", callback_url=str(server.make_url("/sms")))
    return state


@pytest.mark.sms_histories(max_examples=50, seconds=20)
async def test_delivered_is_an_end(sms_emulator, sms_history, parcels):
    fields = {"key": sms_emulator.smsoffice.key, "sender": sms_emulator.smsoffice.sender, "destination": "995577123456",
              "content": "Your parcel is here", "reference": "p1"}
    async with ClientSession() as http, http.get(f"{sms_emulator.base_url}/api/v2/send/", params=fields):
        pass
    await sms_emulator.settle()
    if sms_history.statuses[:1] == ("delivered",):
        assert parcels["p1"] == "Delivered"
'''

NAIVE = '        state[request.query["reference"]] = request.query["status"]\n'
CAREFUL = '        state.setdefault(request.query["reference"], request.query["status"])\n'


def test_it_is_caught_as_it_stands_and_told_how_to_replay(histories):
    result = histories(ini="asyncio_mode = auto", test_parcels=EXAMPLE)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- sms delivery history -*",
            "reordered, the shortest that fails of * tried",
            "1. delivered reported 2 s after the send; 2. pending reported 3 s after the send, as of 1 s after it",
            "replay: pytest 'test_parcels.py::test_delivered_is_an_end' --sms-history=delivered@2,pending@3/1",
        ]
    )


def test_it_passes_once_an_end_is_an_end(histories):
    assert NAIVE in EXAMPLE
    result = histories(ini="asyncio_mode = auto", test_parcels=EXAMPLE.replace(NAIVE, CAREFUL))
    result.assert_outcomes(passed=1)
