package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/i18n"
)

func TestOPS1_StoppingCutsNeitherARequestNorAJob(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		furnish(t, dsn, false)
		address := freeAddress(t)
		post := openPostOffice(t, address, 2*time.Second)
		s := start(t, "serve", t.TempDir(), dsn, "--smtp", "smtp://"+address+"?tls=none")
		h := s.findHouse(wanted{l: i18n.NB})

		// A job: a letter that the mail server takes its time with.
		res, err := http.PostForm(s.URL+"/keys/requisition", url.Values{"agreement": {h.AgreementID}, "email": {h.Approvers[0].Email}})
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		select {
		case <-post.reached:
		case <-time.After(10 * time.Second):
			t.Fatal("the letter never came")
		}

		// A request: half of a form, over a slow line.
		form := url.Values{"email": {"nobody@firm.example"}, "password": {"a wrong password"}}.Encode()
		c, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprintf(c, "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", len(form), form[:10])
		time.Sleep(100 * time.Millisecond) // until it lies before the handler
		s.goingToStop()
		time.Sleep(500 * time.Millisecond) // it is stopping now
		if _, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://")); err == nil {
			t.Error("a server that stops still lets new visitors in")
		}
		fmt.Fprint(c, form[10:])
		answer, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatalf("the request was cut: %v", err)
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(string(body), "</html>") {
			t.Errorf("the slow request is answered with %d (%v)", answer.StatusCode, err)
		}
		s.await()
		state, err := db.One[string](t.Context(), s.open(), `SELECT state FROM mails`)
		if err != nil || state != "sent" || post.received(h.Approvers[0].Email) != 1 {
			t.Errorf("the letter is %s (%v), and arrived %d times", state, err, post.received(h.Approvers[0].Email))
		}
	})
}

func TestOPS1_OpenLivePagesDoNotHoldUpAStop(t *testing.T) {
	s := small(t, dbtest.SQLite(t))
	r := s.resident(t, s.findHouse(wanted{l: i18n.NB}), inNorwegian)
	r.fillIn()
	r.orderAndPay()
	r.Allow("net::ERR_", "NetworkError", "status of 0")
	if took := s.stop(); took > 5*time.Second {
		t.Errorf("stopping took %s while a page listened for news", took)
	}
}
