package accountweb

import (
	"testing"

	"skranke/internal/i18n"
)

func TestORG8_ABrowserIsNamedByWhatItIsNotByWhatItPosesAs(t *testing.T) {
	const mozilla = "Mozilla/5.0 "
	for agent, want := range map[string]string{
		mozilla + "(Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36":                                "Chrome on Windows",
		mozilla + "(Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0":                  "Edge on Windows",
		mozilla + "(Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36":            "Samsung Internet on Android",
		mozilla + "(Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15":                          "Safari on Mac",
		mozilla + "(iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/139.0.7258.76 Mobile/15E148 Safari/604.1": "Chrome on iPhone",
		mozilla + "(iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/141.0 Mobile/15E148 Safari/605.1.15":               "Firefox on iPad",
		mozilla + "(X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0":                                                                         "Firefox on Linux",
		mozilla + "(X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36":                                 "Chrome on ChromeOS",
		mozilla + "(compatible; unknown) Firefox/1": "Firefox", "tool for Windows": "Windows", "curl/8": "Unknown device", "": "Unknown device",
	} {
		if got := device(i18n.EN, agent); got != want {
			t.Errorf("%q is %q, want %q", agent, got, want)
		}
	}
}
