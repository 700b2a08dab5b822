// Package files keeps what people upload. The bytes lie in a bucket – a directory, S3 or memory – under random names;
// the database knows whose they are. Only kinds that can be told by their content are taken, and all are served as
// downloads that a browser does not run. Who may see a file is the calling module's matter.
package files

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"time"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/fileblob" // file:///var/lib/skranke/files
	_ "gocloud.dev/blob/memblob"  // mem://
	_ "gocloud.dev/blob/s3blob"   // s3://bucket?region=eu-north-1

	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/id"
)

// Store is an open bucket.
type Store struct{ bucket *blob.Bucket }

// File is what the database knows of a file.
type File struct {
	ID          string
	CreatedAt   time.Time
	CreatedBy   string
	CustomerID  string
	Name        string // safe to show and to download as
	ContentType string
	Size        int64
	SHA256      string
	Key         string // where the bytes lie
}

// Open opens the bucket of an address: file:///path?create_dir=1, s3://bucket?region=…&endpoint=… with the usual AWS
// environment for its keys, or mem:// for tests.
func Open(ctx context.Context, address string) (*Store, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the address of the files cannot be read; it is such as file:///var/lib/skranke/files")
	}
	if u.Scheme == "file" {
		q := u.Query()
		// The type is in our table; a temporary file beside the final one can be renamed on any disk.
		for k, v := range map[string]string{"metadata": "skip", "no_tmp_dir": "1", "dir_file_mode": "0700"} {
			if !q.Has(k) {
				q.Set(k, v)
			}
		}
		u.RawQuery = q.Encode()
	}
	b, err := blob.OpenBucket(ctx, u.String())
	if err != nil {
		return nil, fmt.Errorf("open the files in %s: %w", u.Redacted(), err)
	}
	return &Store{bucket: b}, nil
}

// Close lets go of the bucket.
func (s *Store) Close() error { return s.bucket.Close() }

// Ping asks whether the bucket answers, for /readyz.
func (s *Store) Ping(ctx context.Context) error {
	ok, err := s.bucket.IsAccessible(ctx)
	if err != nil {
		return fmt.Errorf("reach the files: %w", err)
	}
	if !ok {
		return errors.New("the bucket of the files is not there")
	}
	return nil
}

// Find is the file with this id. The caller has found the id on a record that the reader may see.
func Find(ctx context.Context, q db.Q, fileID string) (File, error) {
	f, err := db.One[File](ctx, q, `SELECT id, created_at, created_by, customer_id, name, content_type, size, sha256, key FROM files WHERE id = $1`, fileID)
	if db.NoRows(err) {
		return f, fault.New(fault.NotFound, "files.not_found")
	}
	if err != nil {
		return f, fmt.Errorf("find file %s: %w", fileID, err)
	}
	return f, nil
}

// newKey cannot be guessed from any other, and spreads over directories.
func newKey() string {
	_, hash := id.Token()
	h := hex.EncodeToString(hash)
	return h[:2] + "/" + h[2:]
}
