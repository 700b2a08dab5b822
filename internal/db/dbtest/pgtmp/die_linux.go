package pgtmp

import "syscall"

// dieWithParent lets the kernel end the server when the keeper is killed.
func dieWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGQUIT }
