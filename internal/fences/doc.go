// Package fences holds no code, only tests that read the project's own files: who imports whom, how long files and functions
// are, whose tables are touched, which texts are missing or unused. A linter sees one package at a time; these see them all.
package fences
