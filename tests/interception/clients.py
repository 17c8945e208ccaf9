"""Programs written for the real providers, in the languages that people use, with the addresses in the code. Run by
`sms-emulator run`, this file runs those that are named and prints what came of each as JSON."""

import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

URLS = (
    "https://smsoffice.ge/api/getBalance?key=a-key-of-its-own",
    "https://api.ubill.dev/v1/sms/balance?key=a-key-of-its-own",
    "https://smsc.ru/sys/send.php?login=emulator&psw=emulator&phones=79001234567&mes=From-NUMBER&cost=1&fmt=3",
)
WSDL = "https://smsc.ru/sys/soap.php?wsdl"
SECONDS = 60

_PYTHON_URLLIB = f"""
from urllib.request import urlopen
for url in {URLS!r}:
    print(urlopen(url, timeout=20).read().decode())
"""
_PYTHON_REQUESTS = f"""
import requests
for url in {URLS!r}:
    print(requests.get(url, timeout=20).text)
"""
_PYTHON_HTTPX = f"""
import httpx
for url in {URLS!r}:
    print(httpx.get(url, timeout=20).text)
"""
_PYTHON_AIOHTTP = f"""
import asyncio, aiohttp
async def main():
    async with aiohttp.ClientSession(TRUST) as session:
        for url in {URLS!r}:
            async with session.get(url) as answer:
                print(await answer.text())
asyncio.run(main())
"""
_PYTHON_HTTP_CLIENT = f"""
from http.client import HTTPSConnection
from urllib.parse import urlsplit
for url in {URLS!r}:
    parts = urlsplit(url)
    connection = HTTPSConnection(parts.hostname, timeout=20)
    connection.request("GET", parts.path + "?" + parts.query)
    print(connection.getresponse().read().decode())
"""
_PYTHON_ZEEP = f"""
from zeep import Client
print(Client({WSDL!r}).service.get_balance("emulator", "emulator"))
"""
_PYTHON_SMTPLIB = """
import smtplib
with smtplib.SMTP("send.smsc.ru", timeout=20) as gate:
    gate.sendmail("api@smsc.ru", "send@send.smsc.ru", "\\n\\nemulator:emulator:::0,0,,1:79001234567:By mail\\n")
print("mailed")
"""
_PYTHON_SMPPLIB = """
import ssl, smpplib.client
context = ssl.create_default_context()
context.check_hostname = False  # smpplib tells no name
client = smpplib.client.Client("smpp.smsc.ru", 3443, ssl_context=context, timeout=20)
client.connect()
client.bind_transceiver(system_id="emulator", password="emulator")
print("bound")
client.unbind()
"""
_NODE_FETCH = f"""
(async () => {{
  for (const url of {json.dumps(URLS)}) console.log(await (await fetch(url)).text());
}})();
"""
_NODE_HTTPS = f"""
const https = require("node:https");
for (const url of {json.dumps(URLS)}) {{
  https.get(url, (answer) => answer.on("data", (data) => console.log(String(data))));
}}
"""
_NODE_AXIOS = f"""
const axios = require("axios");
(async () => {{
  for (const url of {json.dumps(URLS)}) console.log(JSON.stringify((await axios.get(url)).data));
}})();
"""
_PHP_CURL = f"""<?php
foreach ({json.dumps(URLS)} as $url) {{
    $curl = curl_init($url);
    curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
    $answer = curl_exec($curl);
    echo $answer === false ? exit(curl_error($curl)) : $answer, "\\n";
}}
"""
_PHP_FILE = f"""<?php
foreach ({json.dumps(URLS)} as $url) echo file_get_contents($url), "\\n";
"""
_PHP_CONTEXT = f"""<?php
$own = stream_context_create(['http' => ['timeout' => 20, 'header' => "X-Own: 1\\r\\n"]]);
foreach ({json.dumps(URLS)} as $url) echo file_get_contents($url, false, $own), "\\n";
"""
_PHP_SOAP = f"""<?php
$client = new SoapClient({json.dumps(WSDL)}, ['cache_wsdl' => WSDL_CACHE_NONE]);
var_dump($client->get_balance(['login' => 'emulator', 'psw' => 'emulator']));
"""
_GO = f"""package main

import ("fmt"; "io"; "net/http"; "os")

func main() {{
	for _, url := range []string{{{", ".join(map(json.dumps, URLS))}}} {{
		answer, err := http.Get(url)
		if err != nil {{ fmt.Fprintln(os.Stderr, err); os.Exit(1) }}
		body, _ := io.ReadAll(answer.Body)
		fmt.Println(string(body))
	}}
}}
"""
_JAVA = f"""
import java.net.URI;
import java.net.http.*;
import java.net.URL;
import java.io.*;

public class Sends {{
    public static void main(String[] args) throws Exception {{
        HttpClient client = HttpClient.newHttpClient();
        for (String url : new String[] {{{", ".join(map(json.dumps, URLS))}}}) {{
            HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
            System.out.println(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
            try (InputStream old = new URL(url).openStream()) {{ System.out.println(new String(old.readAllBytes())); }}
        }}
    }}
}}
"""
_RUBY = f"""
require "net/http"
{json.dumps(URLS)}.each {{ |url| puts Net::HTTP.get(URI(url)) }}
"""


class Client(NamedTuple):
    """A program: what it needs (a row of tests/tools.py), its source with the file's name, how it is run. `led`:
    variables alone lead it here; `shows`: what stands in its output when the emulator answered."""

    needs: str | None
    file: str
    source: str
    command: tuple[str, ...]
    led: bool = True
    shows: tuple[str, ...] = ("1000", '"statusID":0', '"cost":')


_PY = (sys.executable,)
CLIENTS = {
    "curl": Client("curl", "urls.txt", "".join(f'url = "{url}"\n' for url in URLS), ("curl", "-sS", "-K")),
    "wget": Client("wget", "urls.txt", "\n".join(URLS), ("wget", "-qO-", "--tries=1", "-i")),
    "Python urllib": Client(None, "a.py", _PYTHON_URLLIB, _PY),
    "Python requests": Client(None, "a.py", _PYTHON_REQUESTS, _PY),
    "Python httpx": Client(None, "a.py", _PYTHON_HTTPX, _PY),
    "Python aiohttp": Client(None, "a.py", _PYTHON_AIOHTTP.replace("TRUST", ""), _PY),
    "Python aiohttp, trust_env": Client(None, "a.py", _PYTHON_AIOHTTP.replace("TRUST", "trust_env=True"), _PY),
    "Python http.client": Client(None, "a.py", _PYTHON_HTTP_CLIENT, _PY),
    "Python zeep": Client(None, "a.py", _PYTHON_ZEEP, _PY, shows=("1000.00",)),
    "Python smpplib over TLS": Client(None, "a.py", _PYTHON_SMPPLIB, _PY, shows=("bound",)),
    "Python smtplib": Client(None, "a.py", _PYTHON_SMTPLIB, _PY, shows=("mailed",)),
    "Node fetch": Client("node", "a.cjs", _NODE_FETCH, ("node",)),
    "Node https": Client("node", "a.cjs", _NODE_HTTPS, ("node",)),
    "Node axios": Client("npm's axios", "a.cjs", _NODE_AXIOS, ("node",)),
    "PHP curl": Client("php-curl", "a.php", _PHP_CURL, ("php",)),
    "PHP file_get_contents": Client("php", "a.php", _PHP_FILE, ("php",)),
    "PHP own context": Client("php", "a.php", _PHP_CONTEXT, ("php",), led=False),
    "PHP SoapClient": Client("php-soap", "a.php", _PHP_SOAP, ("php",), led=False, shows=("1000.00",)),
    "Go": Client("go", "a.go", _GO, ("go", "run")),
    "Java": Client("java", "Sends.java", _JAVA, ("java",)),
    "Ruby": Client("ruby", "a.rb", _RUBY, ("ruby",)),
}


def _run(name: str) -> dict[str, object]:
    client = CLIENTS[name]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / client.file
        # a text of its own: the same one from all of them would be refused as a duplicate
        file.write_text(client.source.replace("NUMBER", str(list(CLIENTS).index(name))))
        try:
            done = subprocess.run([*client.command, str(file)], cwd=folder, text=True, capture_output=True,
                                  timeout=SECONDS, check=False)  # fmt: skip
        except subprocess.TimeoutExpired:
            return {"status": None, "out": "", "error": f"nothing after {SECONDS} s"}
    return {"status": done.returncode, "out": done.stdout, "error": done.stderr}


if __name__ == "__main__":
    with ThreadPoolExecutor(2) as pool:
        print(json.dumps(dict(zip(sys.argv[1:], pool.map(_run, sys.argv[1:]), strict=True))))
