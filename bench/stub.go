package main

import "context"

func list(context.Context, options, *report) error  { return nil }
func serve(context.Context, options, *report) error { return nil }
