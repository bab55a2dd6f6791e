package gobgpconf_test

import (
	"strings"
	"testing"

	"depeer/policies/gobgpconf"
)

const secretText = "s3cr3t ABC"

func TestHideSecrets(t *testing.T) {
	for _, file := range []string{
		`auth-password = "s3cr3t ABC"`, `auth-password = 's3cr3t ABC'`, `auth-password = "s3cr3t ABC`,
		`auth-password "s3cr3t ABC"`, "auth-password = \"\"\"\ns3cr3t ABC\n\"\"\"", `{"auth-password": "s3cr3t ABC"}`,
		`auth-password = "s3cr3t\u0020ABC"`,
	} {
		if got := gobgpconf.HideSecrets("cannot parse s3cr3t ABC: no", []byte(file)); got != "cannot parse (hidden): no" {
			t.Errorf("%s: %s", file, got)
		}
	}
}

func TestCutSecrets(t *testing.T) {
	for _, c := range []struct{ line, file, want string }{
		{`peer-as = 1`, "", `peer-as = 1`},
		{`  auth-password = "s3cr3t ABC"`, "", `  auth-password = ...`},
		{`auth-pasword "s3cr3t ABC"`, "", `auth-pasword ...`},
		{`"s3cr3t ABC" = auth-password`, "", ""},
		{`config = {peer-as = "1", auth-password = "s3cr3t ABC"}`, "", `config = {peer-as = "1", auth-password = ...`},
		{`s3cr3t ABC`, "auth-password = \"\"\"\ns3cr3t ABC\n\"\"\"", ""},
		{`description = "s3cr3t ABC"`, `auth-password = "s3cr3t ABC"`, ""},
	} {
		got := string(gobgpconf.CutSecrets([]byte(c.line), []byte(c.file+"\n"+c.line)))
		if got != c.want || strings.Contains(got, secretText) {
			t.Errorf("%s: %q, want %q", c.line, got, c.want)
		}
	}
}
