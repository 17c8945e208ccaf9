package login

import (
    "encoding/json"
    "errors"
    "net/http"
    "net/url"
    "os"
    "strings"
    "testing"
    "time"

    "example.test/login/smsemulator"
)

func TestTheRest(t *testing.T) {
    must := func(err error) {
        t.Helper()
        if err != nil {
            t.Fatal(err)
        }
    }
    sms, err := smsemulator.Create(smsemulator.Options{"clock": "frozen"})
    must(err)
    var rule smsemulator.Options
    must(json.Unmarshal([]byte(`{"name": "slow", "when": {"operation": "send"}, "then": {"reports": {"late": 60}}}`), &rule))
    must(sms.PutRules(rule))
    _, err = http.Get(sms.BaseURL + "/api/v2/send/?sender=smsoffice&destination=995577123456&content=a%22b%5C%E1%83%90&reference=r1&key=" + sms.Account("smsoffice", "key"))
    must(err)
    must(sms.Advance(62500 * time.Millisecond))
    messages, err := sms.Wait(1, url.Values{"status": {"delivered"}})
    must(err)
    callbacks, err := sms.Callbacks(url.Values{"accepted": {"true"}})
    must(err)
    if messages[0].Text != `a"b\ა` || len(callbacks) != 1 {
        t.Fatal(messages, callbacks)
    }
    must(sms.Delete())
    _, err = sms.Messages(nil)
    var refused *smsemulator.Error
    if !errors.As(err, &refused) || refused.Code != "no-such-sandbox" {
        t.Fatal(err)
    }
    t.Setenv("SMS_EMULATOR_URL", os.Getenv("NOBODY"))
    if _, err = smsemulator.Create(nil); err == nil || !strings.Contains(err.Error(), "no emulator answers at http") {
        t.Fatal(err)
    }
}
