"""clients/: one file a language, run against an emulator where the language is installed, and held against what the
control API describes."""

import json
import re
import subprocess
from textwrap import dedent

import pytest
from examples.snippets import ROOT
from tools import need

import emulator
from emulator.control_api.openapi import document

SEND = "/api/v2/send/?sender=smsoffice&destination=995577123456&content=code+123456&reference=r1&key="
PROGRAMS = {
    "node": ("node", "main.mjs", f"""
        import {{ Sandbox, SmsEmulatorError }} from "./sms-emulator.mjs";
        const sms = await Sandbox.create({{ clock: "frozen" }});
        await fetch(sms.baseUrl + "{SEND}" + sms.accounts.smsoffice.key);
        const code = await sms.otp({{ to: "995577123456" }});
        await sms.settle();
        await sms.advance(60);
        const [message] = await sms.wait("messages", {{ status: "delivered" }});
        const [callback] = await sms.callbacks();
        const report = await sms.report();
        await sms.delete();
        let refused = "";
        try {{ await sms.messages(); }} catch (error) {{ refused = error instanceof SmsEmulatorError && error.code; }}
        console.log(JSON.stringify({{ code, text: message.text, accepted: callback.accepted, report, refused }}));
    """),
    "php": ("php", "main.php", f"""<?php
        require __DIR__ . '/SmsEmulator.php';
        $sms = SmsEmulator::create(['clock' => 'frozen']);
        file_get_contents($sms->baseUrl . '{SEND}' . $sms->accounts['smsoffice']['key']);
        $code = $sms->otp(['to' => '995577123456']);
        $sms->settle();
        $sms->advance(60);
        [$message] = $sms->wait('messages', ['status' => 'delivered']);
        [$callback] = $sms->callbacks();
        $report = $sms->report();
        $sms->delete();
        $refused = '';
        try {{ $sms->messages(); }} catch (SmsEmulatorError $error) {{ $refused = $error->error['code']; }}
        echo json_encode(['code' => $code, 'text' => $message['text'], 'accepted' => $callback['accepted'],
                          'report' => $report, 'refused' => $refused]);
    """),
    "go": ("go", "main.go", f"""
        package main

        import (
            "encoding/json"
            "errors"
            "fmt"
            "net/http"
            "net/url"
            "time"

            "example.test/run/smsemulator"
        )

        func must(err error) {{
            if err != nil {{
                panic(err)
            }}
        }}

        func main() {{
            sms, err := smsemulator.Create(smsemulator.Options{{"clock": "frozen"}})
            must(err)
            _, err = http.Get(sms.BaseURL + "{SEND}" + sms.Account("smsoffice", "key"))
            must(err)
            code, err := sms.OTP("995577123456")
            must(err)
            must(sms.Settle())
            must(sms.Advance(time.Minute))
            messages, err := sms.Wait(1, url.Values{{"status": {{"delivered"}}}})
            must(err)
            callbacks, err := sms.Callbacks(nil)
            must(err)
            report, err := sms.Report()
            must(err)
            must(sms.Delete())
            _, err = sms.Messages(nil)
            var refused *smsemulator.Error
            errors.As(err, &refused)
            told, _ := json.Marshal(map[string]any{{"code": code, "text": messages[0].Text,
                "accepted": callbacks[0].Accepted, "report": report, "refused": refused.Code}})
            fmt.Println(string(told))
        }}
    """),
}  # fmt: skip
FILES = {"node": "sms-emulator.mjs", "php": "SmsEmulator.php", "go": "smsemulator.go"}


@pytest.mark.parametrize("language", PROGRAMS)
def test_a_helper_does_what_its_first_lines_say(language, tmp_path, monkeypatch):
    tool, name, text = PROGRAMS[language]
    command = [need(tool), name]
    helper = (ROOT / "clients" / language / FILES[language]).read_text(encoding="utf-8")
    place = tmp_path / "smsemulator" if language == "go" else tmp_path
    place.mkdir(exist_ok=True)
    (place / FILES[language]).write_text(helper, encoding="utf-8")
    (tmp_path / name).write_text(dedent(text).lstrip(), encoding="utf-8")
    if language == "go":
        (tmp_path / "go.mod").write_text("module example.test/run\n\ngo 1.19\n", encoding="utf-8")
        command = [need(tool), "run", "."]
    with emulator.running() as sms:
        monkeypatch.setenv("SMS_EMULATOR_URL", sms.base_url)
        done = subprocess.run(command, capture_output=True, text=True, timeout=200, cwd=tmp_path)
        left = [one.id for one in sms.operation("listSandboxes")["sandboxes"]]
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert (told["code"], told["text"], told["accepted"]) == ("123456", "code 123456", True)
    assert "code 123456" in told["report"]
    assert told["refused"] == "no-such-sandbox"
    assert sorted(left) == sorted(["default", sms.id])


@pytest.mark.parametrize("language", FILES)
def test_a_helper_asks_only_for_what_is_described(language):
    text = (ROOT / "clients" / language / FILES[language]).read_text(encoding="utf-8")
    asked = set(re.findall(r"""["'](GET|POST|PUT|DELETE)["'], (?:this\.#at|\$this->at|s\.at)\(["'](.*?)["']\)""", text))
    paths = document()["paths"]
    assert len(asked) >= 8
    for method, path in asked:
        assert method.lower() in paths["/_emulator/sandboxes/{sandbox}" + path], path
