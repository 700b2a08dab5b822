package files

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"slices"

	"gocloud.dev/blob"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/id"
)

// Upload is a file on its way in.
type Upload struct {
	CustomerID string
	Field      string // the form field that a fault is about; empty is "file"
	Name       string // as the browser sent it
	Accept     []Kind
	Max        int64 // bytes; 0 is ten megabytes
	Body       io.Reader
}

const usualMax = 10 << 20

// Refusal is why an upload was not taken. It is a fault of the form field, and knows the file's name, so that a page can
// say which of several files it is about.
type Refusal struct {
	Name  string
	Max   int64
	fault *fault.Error
}

// Error is for the log: it leaves out the name, which people choose.
func (r *Refusal) Error() string { return r.fault.Error() }

// Unwrap is the fault.
func (r *Refusal) Unwrap() error { return r.fault }

// Text says which file was refused and why, in the reader's language.
func (r *Refusal) Text(l i18n.L) string {
	switch r.fault.Code {
	case "files.empty":
		return l.FilesEmpty(r.Name)
	case "files.too_large":
		return l.FilesTooLarge(l.Int(max(r.Max>>20, 1)), r.Name)
	case "files.kind_not_allowed":
		return l.FilesKindNotAllowed(r.Name)
	}
	return l.FilesNotWhatItClaims(r.Name)
}

// Text is what to say about a failed upload: with the file's name when err is a Refusal, else the words of its code.
func Text(l i18n.L, err error) string {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Text(l)
	}
	return l.Code(fault.CodeOf(err))
}

func (u *Upload) refuse(code string) error {
	return &Refusal{Name: u.Name, Max: u.Max, fault: fault.Field(u.Field, code)}
}

// Put takes a file: first the bytes, then the row that makes them somebody's. A crash in between leaves bytes that
// nobody can reach.
func (s *Store) Put(ctx context.Context, d *db.DB, by authz.Actor, u Upload) (File, error) {
	if u.Max <= 0 {
		u.Max = usualMax
	}
	if u.Field == "" {
		u.Field = "file"
	}
	u.Name = safeName(u.Name)
	body := bufio.NewReaderSize(u.Body, headSize)
	head, err := body.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return File{}, u.reading(err)
	}
	kind, err := u.kind(head)
	if err != nil {
		return File{}, err
	}
	f := File{ID: id.New(), CreatedBy: by.ID, CustomerID: u.CustomerID, Name: u.Name, ContentType: string(kind), Key: newKey()}
	if err := s.write(ctx, &f, u, kind, body, slices.Clone(head)); err != nil {
		return File{}, err
	}
	err = d.InTx(ctx, func(tx *db.Tx) error {
		f.CreatedAt = tx.Now
		_, err := tx.Exec(ctx, `
			INSERT INTO files (id, created_at, created_by, customer_id, name, content_type, size, sha256, key)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			f.ID, f.CreatedAt, f.CreatedBy, f.CustomerID, f.Name, f.ContentType, f.Size, f.SHA256, f.Key)
		return err
	})
	if err != nil {
		return File{}, errors.Join(fmt.Errorf("keep file %s: %w", f.ID, err), s.bucket.Delete(context.WithoutCancel(ctx), f.Key))
	}
	return f, nil
}

// kind is what the upload is. Its name must say the same, or nothing; then it gets the right ending.
func (u *Upload) kind(head []byte) (Kind, error) {
	if len(head) == 0 {
		return "", u.refuse("files.empty")
	}
	is, says := sniff(head), claimed(u.Name)
	_, known := extensions[is]
	switch {
	case says != "" && !slices.Contains(u.Accept, says):
		return "", u.refuse("files.kind_not_allowed")
	case says != "" && says != is:
		return "", u.refuse("files.not_what_it_claims")
	case !known || !slices.Contains(u.Accept, is):
		return "", u.refuse("files.kind_not_allowed")
	case says == "":
		u.Name += extensions[is][0]
	}
	return is, nil
}

// write puts the bytes into the bucket and counts them. A bucket drops what was written when the writer's context ends
// before it is closed, so a refused file leaves nothing.
func (s *Store) write(ctx context.Context, f *File, u Upload, kind Kind, body io.Reader, head []byte) error {
	writing, drop := context.WithCancel(ctx)
	defer drop()
	w, err := s.bucket.NewWriter(writing, f.Key, &blob.WriterOptions{ContentType: f.ContentType, DisableContentTypeDetection: true})
	if err != nil {
		return fmt.Errorf("write file %s: %w", f.ID, err)
	}
	sum := &meter{hash: sha256.New()}
	_, err = io.Copy(io.MultiWriter(w, sum), source{io.LimitReader(body, u.Max+1)})
	switch {
	case err != nil && sourceFailed(err):
		err = u.reading(err)
	case err != nil:
		err = fmt.Errorf("write file %s: %w", f.ID, err)
	case sum.size > u.Max:
		err = u.refuse("files.too_large")
	case !sound(kind, head, sum.tail):
		err = u.refuse("files.not_what_it_claims")
	}
	if err != nil {
		drop()
		_ = w.Close() // says that it was dropped
		return err
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("write file %s: %w", f.ID, err)
	}
	f.Size, f.SHA256 = sum.size, hex.EncodeToString(sum.hash.Sum(nil))
	return nil
}

// reading is what to say of an upload whose body broke off.
func (u *Upload) reading(err error) error {
	var tooBig *http.MaxBytesError
	if errors.As(err, &tooBig) {
		return u.refuse("files.too_large")
	}
	return fmt.Errorf("read upload: %w", err)
}

// source marks the errors of the upload's side, to tell them from the bucket's.
type source struct{ io.Reader }

type sourceError struct{ error }

// Unwrap is the error as the upload gave it.
func (e sourceError) Unwrap() error { return e.error }

// Read passes on, with errors marked.
func (s source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = sourceError{err}
	}
	return n, err
}

func sourceFailed(err error) bool {
	var e sourceError
	return errors.As(err, &e)
}

// meter counts, sums and remembers the end of what flows by.
type meter struct {
	hash hash.Hash
	size int64
	tail []byte
}

// Write never fails.
func (m *meter) Write(p []byte) (int, error) {
	m.size += int64(len(p))
	m.hash.Write(p)
	m.tail = append(m.tail, p...)
	if n := len(m.tail) - tailSize; n > 0 {
		m.tail = append(m.tail[:0], m.tail[n:]...)
	}
	return len(p), nil
}
