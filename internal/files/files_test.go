package files_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/db/dbtest"
	"skranke/internal/fault"
	"skranke/internal/files"
	"skranke/internal/i18n"
)

var all = []files.Kind{files.PDF, files.PNG, files.JPEG}

var somebody = authz.Actor{ID: "person-1", Kind: authz.Person}

func pdf(size int) []byte {
	body := "%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\nstartxref\n9\n%%EOF\n"
	return append([]byte(body[:9]), append(bytes.Repeat([]byte("%\n"), max(0, size-len(body))/2), body[9:]...)...)
}

func picture(t *testing.T, k files.Kind) []byte {
	t.Helper()
	var b bytes.Buffer
	img := image.NewGray(image.Rect(0, 0, 40, 30))
	err := png.Encode(&b, img)
	if k == files.JPEG {
		b.Reset()
		err = jpeg.Encode(&b, img, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// vastPNG is a few bytes that say they unfold to ten thousand million pixels.
func vastPNG(t *testing.T) []byte {
	t.Helper()
	b := picture(t, files.PNG)
	binary.BigEndian.PutUint32(b[16:], 100_000)
	binary.BigEndian.PutUint32(b[20:], 100_000)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

func open(t *testing.T, address string) *files.Store {
	t.Helper()
	s, err := files.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func disk(t *testing.T) (s *files.Store, dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "files")
	return open(t, "file://"+filepath.ToSlash(dir)+"?create_dir=1"), dir
}

// left counts the files below dir.
func left(t *testing.T, dir string) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// get serves the file and gives the answer.
func get(t *testing.T, s *files.Store, f files.File, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/x", nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	if err := s.Serve(w, r, f); err != nil {
		t.Fatal(err)
	}
	return w.Result()
}

func body(t *testing.T, res *http.Response) []byte {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// roundTrip puts files of every kind and reads them back.
func roundTrip(t *testing.T, d *db.DB, s *files.Store) {
	t.Helper()
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	for name, content := range map[string][]byte{
		"avtale.pdf": pdf(3 << 20), "plan.PNG": picture(t, files.PNG), "bilde.jpeg": picture(t, files.JPEG), "uten ending": pdf(0),
	} {
		f, err := s.Put(t.Context(), d, somebody, files.Upload{CustomerID: "customer-1", Name: name, Accept: all, Body: bytes.NewReader(content)})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		found, err := files.Find(t.Context(), d, f.ID)
		if err != nil || found != f {
			t.Errorf("%s: found %+v, %v, want %+v", name, found, err, f)
		}
		sum := sha256.Sum256(content)
		if f.Size != int64(len(content)) || f.SHA256 != hex.EncodeToString(sum[:]) || f.CreatedBy != somebody.ID || f.CustomerID != "customer-1" {
			t.Errorf("%s: %+v", name, f)
		}
		if got := body(t, get(t, s, f)); !bytes.Equal(got, content) {
			t.Errorf("%s: read %d bytes, want %d", name, len(got), len(content))
		}
		part := get(t, s, f, "Range", "bytes=2-5")
		if got := body(t, part); part.StatusCode != http.StatusPartialContent || !bytes.Equal(got, content[2:6]) {
			t.Errorf("%s: part %d %q", name, part.StatusCode, got)
		}
	}
}

func TestFilesComeBackAsTheyWerePut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		t.Run("memory", func(t *testing.T) { roundTrip(t, d, open(t, "mem://")) })
		t.Run("disk", func(t *testing.T) {
			s, dir := disk(t)
			roundTrip(t, d, s)
			if n := left(t, dir); n != 4 {
				t.Errorf("%d files on disk, want 4", n)
			}
		})
		t.Run("S3", func(t *testing.T) {
			address, _ := fakeS3(t)
			roundTrip(t, d, open(t, address))
		})
	})
}

// fakeS3 is the address of a bucket on a server that speaks S3.
func fakeS3(t *testing.T) (address string, back *s3mem.Backend) {
	t.Helper()
	back = s3mem.New()
	if err := back.CreateBucket("skranke"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(gofakes3.New(back).Server())
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it answers a HEAD of nothing twice
	server.Start()
	t.Cleanup(server.Close)
	t.Setenv("AWS_ACCESS_KEY_ID", "somebody")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "something")
	return "s3://skranke?region=eu-north-1&use_path_style=true&disable_https=true&endpoint=" + server.URL, back
}

func TestWhatIsNotTakenLeavesNothingOnS3(t *testing.T) {
	d := dbtest.Open(t, dbtest.SQLite(t))
	address, back := fakeS3(t)
	s := open(t, address)
	for _, size := range []int{2 << 20, 20 << 20} { // in one part and in several
		_, err := s.Put(t.Context(), d, somebody, files.Upload{Name: "a.pdf", Accept: all, Max: int64(size) - 100, Body: bytes.NewReader(pdf(size))})
		if fault.CodeOf(err) != "files.too_large" {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	list, err := back.ListBucket("skranke", nil, gofakes3.ListBucketPage{})
	if err != nil || len(list.Contents) != 0 {
		t.Errorf("%d objects are left, %v", len(list.Contents), err)
	}
}

func TestWhatIsNotTakenIsNamedAndLeavesNothing(t *testing.T) {
	html := []byte("<!DOCTYPE html><script>alert(1)</script>")
	for _, tt := range []struct {
		name    string
		file    string
		content []byte
		accept  []files.Kind
		max     int64
		want    string
	}{
		{"nothing in it", "a.pdf", nil, all, 0, "files.empty"},
		{"a page called PDF", "regning.pdf", html, all, 0, "files.not_what_it_claims"},
		{"a program called JPEG", "ferie.jpg", []byte("MZ\x90\x00program"), all, 0, "files.not_what_it_claims"},
		{"a PNG called JPEG", "bilde.jpg", picture(t, files.PNG), all, 0, "files.not_what_it_claims"},
		{"a page called page", "side.html", html, all, 0, "files.kind_not_allowed"},
		{"a page called nothing", "side", html, all, 0, "files.kind_not_allowed"},
		{"a PDF where pictures are wanted", "a.pdf", pdf(0), []files.Kind{files.PNG}, 0, "files.kind_not_allowed"},
		{"a nameless PDF where pictures are wanted", "a", pdf(0), []files.Kind{files.PNG}, 0, "files.kind_not_allowed"},
		{"a PDF that breaks off", "a.pdf", pdf(9000)[:8000], all, 0, "files.not_what_it_claims"},
		{"only the first bytes of a PNG", "a.png", picture(t, files.PNG)[:20], all, 0, "files.not_what_it_claims"},
		{"a JPEG beginning before a page", "a.jpg", append([]byte("\xff\xd8\xff\xe0"), html...), all, 0, "files.not_what_it_claims"},
		{"a picture that unfolds to gigabytes", "a.png", vastPNG(t), all, 0, "files.not_what_it_claims"},
		{"one byte too many", "a.pdf", pdf(5000), all, int64(len(pdf(5000)) - 1), "files.too_large"},
		{"megabytes too many", "a.pdf", pdf(3 << 20), all, 2 << 20, "files.too_large"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := dbtest.Open(t, dbtest.SQLite(t))
			s, dir := disk(t)
			_, err := s.Put(t.Context(), d, somebody, files.Upload{Field: "document", Name: "C:\\Users\\mona\\" + tt.file, Accept: tt.accept, Max: tt.max, Body: bytes.NewReader(tt.content)})
			if !fault.Is(err, fault.Invalid) || fault.CodeOf(err) != tt.want || fault.FieldsOf(err)["document"] != tt.want {
				t.Fatalf("got %v, want %s", err, tt.want)
			}
			for _, l := range i18n.All() {
				if text := files.Text(l, err); !strings.HasPrefix(text, tt.file+" ") {
					t.Errorf("%s: %q does not name the file", l, text)
				}
			}
			rows, err := db.One[int64](t.Context(), d, `SELECT COUNT(*) AS n FROM files`)
			if err != nil || rows != 0 || left(t, dir) != 0 {
				t.Errorf("%d rows and %d files are left, %v", rows, left(t, dir), err)
			}
		})
	}
}

func TestAFileOfExactlyTheLimitIsTaken(t *testing.T) {
	d := dbtest.Open(t, dbtest.SQLite(t))
	content := pdf(5000)
	f, err := open(t, "mem://").Put(t.Context(), d, somebody, files.Upload{Name: "a.pdf", Accept: all, Max: int64(len(content)), Body: bytes.NewReader(content)})
	if err != nil || f.Size != int64(len(content)) {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestAnUploadThatBreaksOffIsNoFile(t *testing.T) {
	gone := errors.New("connection reset")
	content := pdf(4 << 20)
	for name, broken := range map[string]io.Reader{
		"at once": iotest.ErrReader(gone), "on the way": io.MultiReader(bytes.NewReader(content[:3<<20]), iotest.ErrReader(gone)),
	} {
		t.Run(name, func(t *testing.T) {
			d := dbtest.Open(t, dbtest.SQLite(t))
			s, dir := disk(t)
			_, err := s.Put(t.Context(), d, somebody, files.Upload{Name: "a.pdf", Accept: all, Body: broken})
			if !errors.Is(err, gone) || left(t, dir) != 0 {
				t.Errorf("%v, %d files left", err, left(t, dir))
			}
		})
	}
}

func TestABodyOverTheRoutesLimitIsTooLarge(t *testing.T) {
	d := dbtest.Open(t, dbtest.SQLite(t))
	for _, limit := range []int64{100, 2 << 20} {
		limited := http.MaxBytesReader(nil, io.NopCloser(bytes.NewReader(pdf(3<<20))), limit)
		_, err := open(t, "mem://").Put(t.Context(), d, somebody, files.Upload{Name: "a.pdf", Accept: all, Body: limited})
		if fault.CodeOf(err) != "files.too_large" {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
}

func TestAFileWhoseRowCannotBeKeptLeavesNothing(t *testing.T) {
	d := dbtest.Open(t, dbtest.SQLite(t))
	s, dir := disk(t)
	ctx, cancel := context.WithCancel(t.Context())
	last := &lastRead{Reader: bytes.NewReader(pdf(0)), then: func() {
		if err := d.InTx(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `DROP TABLE files`)
			return err
		}); err != nil {
			t.Error(err)
		}
	}}
	defer cancel()
	if _, err := s.Put(ctx, d, somebody, files.Upload{Name: "a.pdf", Accept: all, Body: last}); err == nil || left(t, dir) != 0 {
		t.Errorf("%v, %d files left", err, left(t, dir))
	}
}

type lastRead struct {
	io.Reader
	then func()
}

func (r *lastRead) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if errors.Is(err, io.EOF) && r.then != nil {
		r.then()
		r.then = nil
	}
	return n, err
}

func TestAFileIsServedSoThatNothingInItRuns(t *testing.T) {
	d := dbtest.Open(t, dbtest.SQLite(t))
	s := open(t, "mem://")
	f, err := s.Put(t.Context(), d, somebody, files.Upload{Name: `Årsmøte "2026" – 50%.pdf`, Accept: all, Body: bytes.NewReader(pdf(0))})
	if err != nil {
		t.Fatal(err)
	}
	res := get(t, s, f)
	for name, want := range map[string]string{
		"Content-Type":                 "application/pdf",
		"Content-Disposition":          `attachment; filename="_rsm_te _2026_ _ 50_.pdf"; filename*=UTF-8''%C3%85rsm%C3%B8te%20_2026_%20%E2%80%93%2050%25.pdf`,
		"X-Content-Type-Options":       "nosniff",
		"Content-Security-Policy":      "sandbox; default-src 'none'; frame-ancestors 'none'",
		"Cache-Control":                "private, no-cache",
		"Cross-Origin-Resource-Policy": "same-origin",
	} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s: %s\nwant %s", name, got, want)
		}
	}
	if again := get(t, s, f, "If-None-Match", res.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("a file that is known: %d", again.StatusCode)
	}
	f.ContentType, f.Name = "text/html", "evil\r\nSet-Cookie: a=b\u202e.html"
	odd := get(t, s, f)
	if got := odd.Header.Get("Content-Type"); got != "application/octet-stream" {
		t.Errorf("an unknown type is served as %s", got)
	}
	if got := odd.Header.Get("Content-Disposition"); got != `attachment; filename="evilSet-Cookie_ a=b.html"` {
		t.Errorf("disposition %s", got)
	}
}

func TestAMissingFileIsAnErrorBeforeAnythingIsAnswered(t *testing.T) {
	d := dbtest.Open(t, dbtest.SQLite(t))
	if _, err := files.Find(t.Context(), d, "nothing"); !fault.Is(err, fault.NotFound) {
		t.Errorf("Find: %v", err)
	}
	w := httptest.NewRecorder()
	err := open(t, "mem://").Serve(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/x", nil), files.File{ID: "f", Key: "gone"})
	if err == nil || len(w.Header()) != 0 {
		t.Errorf("Serve: %v, headers %v", err, w.Header())
	}
}

func TestABucketThatIsNotThereIsSaidAtStart(t *testing.T) {
	for _, address := range []string{"nowhere://x", "file:///no/such/directory/of/ours", "://"} {
		if _, err := files.Open(t.Context(), address); err == nil {
			t.Errorf("%s opened", address)
		}
	}
	address, _ := fakeS3(t)
	gone := strings.Replace(address, "s3://skranke", "s3://another", 1)
	if err := open(t, gone).Ping(t.Context()); err == nil {
		t.Error("a bucket that does not exist answers")
	}
}

func TestAcceptListsTypesAndEndings(t *testing.T) {
	if got := files.Accept(files.PDF, files.JPEG); got != "application/pdf,image/jpeg,.pdf,.jpg,.jpeg,.jpe,.jfif" {
		t.Errorf("got %s", got)
	}
}
