// Package migrations holds the schema: numbered files, up only, one text for SQLite and PostgreSQL.
package migrations

import "embed"

// Files is every migration.
//
//go:embed *.sql
var Files embed.FS
