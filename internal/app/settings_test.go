package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheFirstOfFlagEnvironmentAndFileCounts(t *testing.T) {
	file := filepath.Join(t.TempDir(), "skranke.conf")
	if err := os.WriteFile(file, []byte("# ours\nname = From File\nlanguage = sv\nworkers = 2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, rest, err := Load([]string{"--config", file, "--name=From Flag", "word"}, []string{"SKRANKE_NAME=From Env", "SKRANKE_LANGUAGE=da", "HOME=/x"}, map[string]string{"data": "usual"})
	if err != nil {
		t.Fatal(err)
	}
	if s.Brand.Name != "From Flag" || s.Language.Tag() != "da" || s.Workers != 2 || s.Data != "usual" || len(rest) != 1 || rest[0] != "word" {
		t.Errorf("%q %s %d %q %v", s.Brand.Name, s.Language, s.Workers, s.Data, rest)
	}
	if s.URL != "http://127.0.0.1:8080" || s.CardsListen != "127.0.0.1:8081" || s.Database != filepath.Join("usual", "skranke.db") || !strings.HasPrefix(s.Files, "file:///") {
		t.Errorf("%s %s %s %s", s.URL, s.CardsListen, s.Database, s.Files)
	}
}

func TestAWrongSettingIsRefusedWithItsNameAndWhatWouldBeRight(t *testing.T) {
	for _, tt := range []struct{ arg, says string }{
		{"--language=xx", "nb, sv, da, en"},
		{"--listen=8080", "127.0.0.1:8080"},
		{"--color=green", "hexadecimal"},
		{"--timezone=Oslo", "Europe/Oslo"},
		{"--modules=keys,shoes", "keys, shop, service, alarm"},
		{"--smtp=http://x", "smtp://user"},
		{"--mail-from=nobody", "post@firm.example"},
		{"--secret=short", "64"},
		{"--url=portal.example", "https://"},
		{"--trusted-proxies=10.0.0.1", "10.0.0.0/8"},
		{"--workers=0", "1 to 64"},
		{"--log-format=xml", "text or json"},
		{"--stripe-key=pk_live_0123456789", "publishable"},
		{"--stripe-key=0123456789", "sk_live_"},
		{"--stripe-webhook-secret=0123456789", "whsec_"},
		{"--colour=#ffffff", "no setting"},
	} {
		_, _, err := Load([]string{tt.arg}, nil, nil)
		name := strings.TrimPrefix(strings.SplitN(tt.arg, "=", 2)[0], "--")
		if err == nil || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", tt.arg, err)
		}
	}
	if _, _, err := Load([]string{"--smtp=ftp://user:hunter2@mail.example"}, nil, nil); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the password is repeated: %v", err)
	}
	if _, _, err := Load([]string{"--name"}, nil, nil); err == nil {
		t.Error("a flag without its value was taken")
	}
}
