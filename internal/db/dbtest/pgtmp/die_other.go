//go:build !linux

package pgtmp

import "syscall"

// dieWithParent has no twin here: after killing a keeper, end its server by hand.
func dieWithParent(*syscall.SysProcAttr) {}
