package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"regexp"
	"sync/atomic"
)

// What a browser loads of a page by itself, and of a style sheet.
var (
	pageLoads  = regexp.MustCompile(`<(?:link|script|img|use|source)\b[^>]*?\b(?:href|src)="(/[^"#]*)`)
	styleLoads = regexp.MustCompile(`url\(["']?(/[^"')#]*)`)
)

// counted counts what arrives on a connection.
type counted struct {
	net.Conn
	n *atomic.Int64
}

// Read counts.
func (c counted) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.n.Add(int64(n))
	return n, err
}

// firstVisit loads a page with everything it refers to, each once, and counts the bytes that came back.
func firstVisit(ctx context.Context, addr, path string) (int64, error) {
	var n atomic.Int64
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		return counted{c, &n}, err
	}
	client := &http.Client{Transport: &http.Transport{DialContext: dial, DisableCompression: true}}
	defer client.CloseIdleConnections()
	todo, seen := []string{path}, map[string]bool{path: true}
	for i := 0; i < len(todo); i++ {
		text, err := fetch(ctx, client, "http://"+addr+todo[i])
		if err != nil {
			return 0, err
		}
		loads := styleLoads
		if bytes.HasPrefix(bytes.TrimSpace(bytes.ToLower(text)), []byte("<!doctype")) {
			loads = pageLoads
		}
		for _, m := range loads.FindAllSubmatch(text, -1) {
			if p := string(m[1]); !seen[p] {
				seen[p] = true
				todo = append(todo, p)
			}
		}
	}
	return n.Load(), nil
}

// fetch asks as a browser does, so that the server may compress; what came is counted before it is unpacked.
func fetch(ctx context.Context, client *http.Client, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept-Encoding", "gzip")
	req.Header.Set("Accept-Language", "nb")
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	raw, err := read(res)
	if err != nil || res.Header.Get("Content-Encoding") != "gzip" {
		return raw, err
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}
