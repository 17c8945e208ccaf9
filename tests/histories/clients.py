"""Two shops that tell a customer by SMS that the parcel is here, and that hear of its delivery over a real socket."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import urlopen

TO = "995577123456"
PATIENCE = 30.0
ENDS = ("Delivered", "Undelivered")


class Shop:
    """What both have in common. `state`: what it believes of each parcel; `thanked`: whom it sent a coupon, once for
    each parcel that was delivered."""

    def __init__(self, sms):
        self._sms = sms
        self.state = {}
        self.thanked = []
        self.sent_at = {}

    def send(self, parcel, now=0.0):
        account = self._sms.smsoffice
        text = f"Parcel {parcel} is here"
        fields = {"key": account.key, "sender": account.sender, "destination": TO, "content": text, "reference": parcel}
        self.before(parcel, now)
        with urlopen(f"{self._sms.base_url}/api/v2/send/?{urlencode(fields)}") as answer:
            assert json.load(answer)["ErrorCode"] == 0
        self.after(parcel)

    def before(self, parcel, now):
        self.sent_at[parcel] = now

    def after(self, parcel):
        pass


class Naive(Shop):
    """Trusts that reports come once, in order and in time, and after the reply."""

    def after(self, parcel):
        self.state[parcel] = "Pending"

    def heard(self, parcel, status):
        self.state[parcel] = status
        if status == "Delivered":
            self.thanked.append(parcel)

    def tick(self, now):
        for parcel, at in list(self.sent_at.items()):
            if self.state[parcel] not in ENDS and now - at >= PATIENCE:
                self.send(parcel, now)


class Careful(Shop):
    """Knows the parcel before it sends; the first end that it hears stays; silence is no reason to send again."""

    def before(self, parcel, now):
        super().before(parcel, now)
        self.state.setdefault(parcel, "Pending")

    def heard(self, parcel, status):
        if self.state[parcel] in ENDS or status not in ENDS:
            return
        self.state[parcel] = status
        if status == "Delivered":
            self.thanked.append(parcel)

    def tick(self, now):
        pass


class Ear:
    """The callback endpoint of a shop, on a free port until `close`."""

    def __init__(self, shop):
        class Hook(BaseHTTPRequestHandler):
            def do_GET(self):
                fields = dict(parse_qsl(urlsplit(self.path).query))
                shop.heard(fields["reference"], fields["status"])
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"OK")

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
