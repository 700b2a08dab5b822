package app

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"skranke/internal/brand"
	"skranke/internal/i18n"
	"skranke/internal/mail"
)

// Settings are how one installation differs from another. Every one has a flag (--database), a variable
// (SKRANKE_DATABASE) and a line in the settings file (database = …); the first of these that is given counts.
type Settings struct {
	Listen, URL    string
	Data, Database string
	Secret         []byte
	Brand          brand.Brand
	Logo           string
	Language       i18n.L
	Zone           *time.Location
	Modules        []string
	SMTP           *url.URL
	MailFrom       mail.Address
	Files          string
	CardsListen    string
	CardsURL       string
	Stripe         stripeSettings
	TrustedProxies []netip.Prefix
	MetricsToken   string
	LogLevel       slog.Level
	LogJSON        bool
	Workers        int
	Registration   bool   // companies may register themselves
	RegistryNO     string // address of the Norwegian register of companies; empty asks none
	brandName      string
	color          string
}

// Secure reports whether browsers reach us over https.
func (s Settings) Secure() bool { return strings.HasPrefix(s.URL, "https://") }

// Has reports whether a module is switched on.
func (s Settings) Has(module string) bool { return slices.Contains(s.Modules, module) }

// Modules that can be switched off.
const (
	ModuleKeys    = "keys"
	ModuleShop    = "shop"
	ModuleService = "service"
	ModuleAlarm   = "alarm"
)

var allModules = []string{ModuleKeys, ModuleShop, ModuleService, ModuleAlarm}

// setting is one row of the table below: parse refuses a wrong value with what would be right.
type setting struct {
	name, usual, help string
	parse             func(s *Settings, v string) error
}

var table = []setting{
	{"listen", "127.0.0.1:8080", "address and port to answer on", func(s *Settings, v string) error { s.Listen = v; return hostPort(v) }},
	{"url", "", "address that browsers and mails use, such as https://portal.firm.example (default: http:// and listen)", func(s *Settings, v string) error { return address(v, &s.URL) }},
	{"data", "skranke-data", "folder for database and files", func(s *Settings, v string) error { s.Data = v; return nil }},
	{"database", "", "SQLite file, or postgres://user:password@host/name (default: skranke.db in data)", func(s *Settings, v string) error { s.Database = v; return nil }},
	{"secret", "", "64 or more hexadecimal digits that sign links (default: made once and kept in the database)", parseSecret},
	{"name", "Skranke", "the firm's name", func(s *Settings, v string) error { s.brandName = v; return nil }},
	{"color", brand.DefaultColor, "the firm's colour, # and six hexadecimal digits", func(s *Settings, v string) error { s.color = v; return nil }},
	{"logo", "", "an SVG, PNG or WebP file shown 32 pixels high", func(s *Settings, v string) error { s.Logo = v; return nil }},
	{"language", "nb", "nb, sv, da or en, for whoever has chosen none", parseLanguage},
	{"timezone", "Europe/Oslo", "time zone of the firm, such as Europe/Stockholm", parseZone},
	{"modules", strings.Join(allModules, ","), "what is switched on, of " + strings.Join(allModules, ", "), parseModules},
	{"smtp", "", "smtp://user:password@host:587, or smtps:// for port 465 (default: mails are kept in the built-in mailbox)", parseSMTP},
	{"mail-from", "Skranke <skranke@localhost.example>", "sender of mails", parseFrom},
	{"files", "", "where files are kept: file:///folder or s3://bucket?region=… (default: files in data)", parseFiles},
	{"cards-listen", "", "address of the built-in test card provider (default: one port above listen)", parseCards},
	{"cards-url", "", "address that browsers reach the test card provider on (default: http:// and cards-listen)", func(s *Settings, v string) error { return address(v, &s.CardsURL) }},
	{"registration", "on", "on or off: whether companies may register themselves", parseRegistration},
	{"registry-no", "", "address of the Norwegian register of companies, which fills in names and addresses (default: none is asked)", func(s *Settings, v string) error { return address(v, &s.RegistryNO) }},
	{"stripe-key", "", "secret key of an account at Stripe, which then takes the payments (default: the test card provider does)", parseStripeKey},
	{"stripe-webhook-secret", "", "signing secret of the webhook endpoint at Stripe", parseStripeWebhook},
	{"stripe-url", "", "address of Stripe's API, where it is not Stripe's own", func(s *Settings, v string) error { return address(v, &s.Stripe.url) }},
	{"trusted-proxies", "", "networks of the proxies in front, such as 10.0.0.0/8,127.0.0.1/32", parseProxies},
	{"metrics-token", "", "what /metrics asks for as a bearer token (default: only this machine may read it)", func(s *Settings, v string) error { s.MetricsToken = v; return nil }},
	{"log-level", "info", "debug, info, warn or error", parseLevel},
	{"log-format", "text", "text or json", parseFormat},
	{"workers", "4", "jobs at the same time, 1 to 64", parseWorkers},
}

// Load reads the settings from flags, environment and file. Arguments that are no flags come back as rest.
func Load(args []string, environ []string, usual map[string]string) (s Settings, rest []string, err error) {
	flags, rest, err := parseFlags(args)
	if err != nil {
		return s, nil, err
	}
	env := map[string]string{}
	for _, kv := range environ {
		if k, v, ok := strings.Cut(kv, "="); ok && strings.HasPrefix(k, "SKRANKE_") {
			env[strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(k, "SKRANKE_")), "_", "-")] = v
		}
	}
	path := flags["config"]
	if path == "" {
		path = env["config"]
	}
	file, err := readFile(path)
	if err != nil {
		return s, nil, err
	}
	delete(flags, "config")
	delete(env, "config")
	var errs []error
	for _, from := range []struct {
		what   string
		values map[string]string
	}{{"a flag", flags}, {"the environment", env}, {"the settings file", file}} {
		for name := range from.values {
			if !known(name) {
				errs = append(errs, fmt.Errorf("%s sets %q, which is no setting; `skranke help` lists them", from.what, name))
			}
		}
	}
	for _, t := range table {
		v, from := t.usual, "its default"
		if u, ok := usual[t.name]; ok {
			v = u
		}
		for _, x := range []struct {
			what   string
			values map[string]string
		}{{"the settings file", file}, {"SKRANKE_" + strings.ToUpper(strings.ReplaceAll(t.name, "-", "_")), env}, {"--" + t.name, flags}} {
			if g, ok := x.values[t.name]; ok {
				v, from = g, x.what
			}
		}
		if err := t.parse(&s, strings.TrimSpace(v)); err != nil {
			errs = append(errs, fmt.Errorf("setting %s (from %s): %w", t.name, from, err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return s, nil, err
	}
	return s, rest, s.complete()
}

// complete fills in what follows from the rest.
func (s *Settings) complete() (err error) {
	if err := s.Stripe.complete(); err != nil {
		return err
	}
	if s.CardsListen == "" { // always the same: payment pages that were given out lead there also after a restart
		s.CardsListen = above(s.Listen)
	}
	if s.Database == "" {
		s.Database = filepath.Join(s.Data, "skranke.db")
	}
	if s.Files == "" {
		abs, err := filepath.Abs(filepath.Join(s.Data, "files"))
		if err != nil {
			return fmt.Errorf("setting data: %w", err)
		}
		s.Files = (&url.URL{Scheme: "file", Path: abs, RawQuery: "create_dir=true&no_tmp_dir=true"}).String()
	}
	if s.URL == "" {
		s.URL = "http://" + s.Listen
	}
	if s.Brand, err = brand.New(s.brandName, s.color); err != nil {
		return fmt.Errorf("settings name and color: %w", err)
	}
	if s.Logo == "" {
		return nil
	}
	content, err := os.ReadFile(s.Logo)
	if err == nil {
		s.Brand, err = s.Brand.WithLogo(content)
	}
	if err != nil {
		return fmt.Errorf("setting logo: %w", err)
	}
	return nil
}

func known(name string) bool {
	return slices.ContainsFunc(table, func(t setting) bool { return t.name == name })
}

// parseFlags takes --name value and --name=value.
func parseFlags(args []string) (map[string]string, []string, error) {
	out := map[string]string{}
	var rest []string
	for i := 0; i < len(args); i++ {
		name, ok := strings.CutPrefix(args[i], "--")
		if !ok {
			rest = append(rest, args[i])
			continue
		}
		name, value, has := strings.Cut(name, "=")
		if !has {
			if i+1 == len(args) {
				return nil, nil, fmt.Errorf("--%s needs a value", name)
			}
			i++
			value = args[i]
		}
		out[name] = value
	}
	return out, rest, nil
}

func readFile(path string) (map[string]string, error) {
	out := map[string]string{}
	if path == "" {
		return out, nil
	}
	text, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("settings file: %w", err)
	}
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		k, v, ok := strings.Cut(line, "=")
		if !ok {
			return nil, fmt.Errorf("settings file %s, line %d: write it as name = value", path, i+1)
		}
		out[strings.TrimSpace(k)] = strings.TrimSpace(v)
	}
	return out, nil
}

// Help writes the settings for `skranke help`.
func Help(w io.Writer) {
	for _, t := range table {
		usual := ""
		if t.usual != "" {
			usual = " [" + t.usual + "]"
		}
		_, _ = fmt.Fprintf(w, "  --%-16s %s%s\n", t.name, t.help, usual)
	}
}

func hostPort(v string) error {
	_, port, err := net.SplitHostPort(v)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return fmt.Errorf("%q is no address and port; write it as 127.0.0.1:8080, or :8080 for every address", v)
	}
	return nil
}

// above is the address one port up; port 0 stays what it is.
func above(listen string) string {
	host, port, _ := net.SplitHostPort(listen) // checked when it was read
	n, _ := strconv.ParseUint(port, 10, 16)
	if n > 0 && n < 65535 {
		n++
	}
	return net.JoinHostPort(host, strconv.FormatUint(n, 10))
}

func parseCards(s *Settings, v string) error {
	if s.CardsListen = v; v == "" {
		return nil
	}
	return hostPort(v)
}

func address(v string, to *string) error {
	u, err := url.Parse(v)
	if v != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "") {
		return fmt.Errorf("%q is no address; write it as https://portal.firm.example", v)
	}
	*to = strings.TrimRight(v, "/")
	return nil
}

func parseSecret(s *Settings, v string) (err error) {
	if v == "" {
		return nil
	}
	if s.Secret, err = hex.DecodeString(v); err != nil || len(s.Secret) < 32 {
		return errors.New("it needs 64 or more hexadecimal digits; `openssl rand -hex 32` makes them")
	}
	return nil
}

func parseLanguage(s *Settings, v string) error {
	l, ok := i18n.Parse(v)
	if !ok {
		return fmt.Errorf("%q is not one of nb, sv, da, en", v)
	}
	s.Language = l
	return nil
}

func parseZone(s *Settings, v string) (err error) {
	if s.Zone, err = time.LoadLocation(v); err != nil {
		return fmt.Errorf("%q is no time zone; write it as Europe/Oslo", v)
	}
	return nil
}

func parseModules(s *Settings, v string) error {
	for m := range strings.SplitSeq(v, ",") {
		if m = strings.TrimSpace(m); m == "" {
			continue
		}
		if !slices.Contains(allModules, m) {
			return fmt.Errorf("%q is not one of %s", m, strings.Join(allModules, ", "))
		}
		s.Modules = append(s.Modules, m)
	}
	return nil
}

func parseSMTP(s *Settings, v string) error {
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return errors.New("it is no mail server; write it as smtp://user:password@mail.firm.example:587") // the value holds a password: not repeated
	}
	s.SMTP = u
	return nil
}

func parseFrom(s *Settings, v string) error {
	name, rest, ok := strings.Cut(v, "<")
	email := strings.TrimSuffix(strings.TrimSpace(rest), ">")
	if !ok {
		name, email = "", strings.TrimSpace(v)
	}
	if !mail.ValidAddress(email) {
		return fmt.Errorf("%q is no sender; write it as The Firm <post@firm.example>", v)
	}
	s.MailFrom = mail.Address{Name: strings.TrimSpace(name), Email: email}
	return nil
}

func parseProxies(s *Settings, v string) error {
	for p := range strings.SplitSeq(v, ",") {
		if p = strings.TrimSpace(p); p == "" {
			continue
		}
		n, err := netip.ParsePrefix(p)
		if err != nil {
			return fmt.Errorf("%q is no network; write it as 10.0.0.0/8", p)
		}
		s.TrustedProxies = append(s.TrustedProxies, n)
	}
	return nil
}

func parseFiles(s *Settings, v string) error {
	if v != "" && !strings.HasPrefix(v, "file:///") && !strings.HasPrefix(v, "s3://") {
		return errors.New("it is no place for files; write it as file:///folder or s3://bucket?region=eu-north-1") // the value may hold a key: not repeated
	}
	s.Files = v
	return nil
}

func parseLevel(s *Settings, v string) error {
	if s.LogLevel.UnmarshalText([]byte(v)) != nil {
		return fmt.Errorf("%q is not debug, info, warn or error", v)
	}
	return nil
}

func parseFormat(s *Settings, v string) error {
	if v != "text" && v != "json" {
		return fmt.Errorf("%q is not text or json", v)
	}
	s.LogJSON = v == "json"
	return nil
}

func parseWorkers(s *Settings, v string) (err error) {
	if s.Workers, err = strconv.Atoi(v); err != nil || s.Workers < 1 || s.Workers > 64 {
		return fmt.Errorf("%q is not a number from 1 to 64", v)
	}
	return nil
}
