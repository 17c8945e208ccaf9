// Package smsemulator is a sandbox of a running sms-emulator, for tests: one file, the standard library alone. Copy it.
//
//	sms := smsemulator.New(t, smsemulator.Options{"clock": "frozen"})  // deleted with the test; a failure logs its report
//	... your app sends to sms.BaseURL with sms.Account("smsoffice", "key") ...
//	code, err := sms.OTP("995577123456")
package smsemulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// Options are what POST /_emulator/sandboxes takes.
type Options map[string]any

// Message is a message as the control API tells it.
type Message struct {
	ID        string  `json:"id"`
	Provider  string  `json:"provider"`
	To        string  `json:"to"`
	Sender    string  `json:"sender"`
	Text      string  `json:"text"`
	Reference *string `json:"reference"`
	Status    string  `json:"status"`
	Parts     int     `json:"parts"`
	Cost      float64 `json:"cost"`
}

// Callback is one attempt; Accepted is nil while it is under way.
type Callback struct {
	ID        string         `json:"id"`
	MessageID string         `json:"message_id"`
	Status    string         `json:"status"`
	Attempt   int            `json:"attempt"`
	Accepted  *bool          `json:"accepted"`
	Verdict   string         `json:"verdict"`
	Sent      map[string]any `json:"sent"`
}

// Error is a refusal of the control API.
type Error struct {
	Status  int
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

func (e *Error) Error() string {
	return strings.TrimSuffix(fmt.Sprintf("%d %s: %s. %s", e.Status, e.Code, e.Message, e.Hint), " ")
}

// Sandbox has accounts, messages and a clock of its own.
type Sandbox struct {
	BaseURL  string
	ID       string                    `json:"id"`
	Accounts map[string]map[string]any `json:"accounts"`
	token    string
}

// TB is what Sandbox needs of *testing.T.
type TB interface {
	Helper()
	Cleanup(func())
	Failed() bool
	Logf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// New is a fresh sandbox for a test: deleted when it ends, its report logged when it fails.
func New(t TB, options Options) *Sandbox {
	t.Helper()
	made, err := Create(options)
	if err != nil {
		t.Fatalf("sms-emulator: %v", err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			report, _ := made.Report()
			t.Logf("sms-emulator\n%s", report)
		}
		_ = made.Delete()
	})
	return made
}

// Create is a fresh sandbox of the emulator at SMS_EMULATOR_URL (its token: SMS_EMULATOR_TOKEN).
func Create(options Options) (*Sandbox, error) {
	base := os.Getenv("SMS_EMULATOR_URL")
	if base == "" {
		base = "http://127.0.0.1:8775"
	}
	if options == nil {
		options = Options{}
	}
	made := &Sandbox{BaseURL: strings.TrimSuffix(base, "/"), token: os.Getenv("SMS_EMULATOR_TOKEN")}
	return made, made.call("POST", "/_emulator/sandboxes", options, nil, made)
}

// Account is a credential: Account("smsoffice", "key").
func (s *Sandbox) Account(provider, name string) string { return fmt.Sprint(s.Accounts[provider][name]) }

// Messages that fit the filters (to, contains, status, provider), oldest first.
func (s *Sandbox) Messages(filters url.Values) ([]Message, error) {
	var told struct{ Messages []Message }
	err := s.call("GET", s.at("/messages"), nil, filters, &told)
	return told.Messages, err
}

// Callbacks that fit the filters (message, status, accepted), oldest first.
func (s *Sandbox) Callbacks(filters url.Values) ([]Callback, error) {
	var told struct{ Callbacks []Callback }
	err := s.call("GET", s.at("/callbacks"), nil, filters, &told)
	return told.Callbacks, err
}

// OTP is the code in the newest message to that number.
func (s *Sandbox) OTP(to string) (string, error) {
	var told struct{ Code string }
	err := s.call("GET", s.at("/otp"), nil, url.Values{"to": {to}}, &told)
	return told.Code, err
}

// Wait returns as soon as count messages fit the filters.
func (s *Sandbox) Wait(count int, filters url.Values) ([]Message, error) {
	query := url.Values{"for": {"messages"}, "count": {fmt.Sprint(count)}}
	for name, values := range filters {
		query[name] = values
	}
	var told struct{ Messages []Message }
	err := s.call("GET", s.at("/wait"), nil, query, &told)
	return told.Messages, err
}

// Settle moves time on until nothing is due.
func (s *Sandbox) Settle() error { return s.call("POST", s.at("/settle"), Options{"timeout": 10}, nil, nil) }

// Advance moves time on.
func (s *Sandbox) Advance(by time.Duration) error {
	return s.call("POST", s.at("/clock"), Options{"advance": by.Seconds()}, nil, nil)
}

// PutRules replaces the rules put in by hand.
func (s *Sandbox) PutRules(rules ...Options) error {
	return s.call("PUT", s.at("/rules"), Options{"rules": rules}, nil, nil)
}

// Report is what a failed test should print.
func (s *Sandbox) Report() (report string, err error) {
	err = s.call("GET", s.at("/report"), nil, nil, &report)
	return report, err
}

// Delete forgets the sandbox.
func (s *Sandbox) Delete() error { return s.call("DELETE", s.at(""), nil, nil, nil) }

func (s *Sandbox) at(path string) string { return "/_emulator/sandboxes/" + s.ID + path }

func (s *Sandbox) call(method, path string, body any, query url.Values, into any) error {
	octets := []byte{}
	if body != nil {
		octets, _ = json.Marshal(body)
	}
	target := s.BaseURL + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	request, err := http.NewRequest(method, target, bytes.NewReader(octets))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if s.token != "" {
		request.Header.Set("Authorization", "Bearer "+s.token)
	}
	answer, err := (&http.Client{Timeout: time.Minute}).Do(request)
	if err != nil {
		return fmt.Errorf("no emulator answers at %s: %w; start one with sms-emulator serve", s.BaseURL, err)
	}
	defer answer.Body.Close()
	told, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode >= 400 {
		var wrong struct{ Error *Error }
		if json.Unmarshal(told, &wrong) != nil || wrong.Error == nil {
			wrong.Error = &Error{Code: "no-control-api", Message: string(told)}
		}
		wrong.Error.Status = answer.StatusCode
		return wrong.Error
	}
	if text, plain := into.(*string); plain {
		*text = string(told)
		return nil
	}
	if into == nil || len(told) == 0 {
		return nil
	}
	return json.Unmarshal(told, into)
}
