package main

import "context"

func serve(context.Context, options, *report) error { return nil }
