package testbed

import "syscall"

// dieWithParent has the kernel kill a child whose test died without cleaning up.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
