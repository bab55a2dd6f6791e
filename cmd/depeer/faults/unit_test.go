package faults_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"depeer/policies/lab/testbed"
)

// service is the user and the group of the unit, and reading the group of gobgpd: its user is not in it.
const service, reading = 54321, 54322

// directive returns the last value of a directive of the unit.
func directive(t *testing.T, unit, name string) string {
	t.Helper()
	all := regexp.MustCompile(`(?m)^`+name+`=(.*)$`).FindAllStringSubmatch(unit, -1)
	if len(all) == 0 {
		t.Fatalf("the unit has no %s", name)
	}
	return all[len(all)-1][1]
}

// freePort returns a port of loopback that nothing listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// Row 63: the unit of examples/watch keeps a gobgpd.conf in step as it is shipped. Its ExecStart runs as a
// user without privileges, where everything but what the unit names is read-only.
func TestUnitPersists(t *testing.T) {
	for _, tool := range []string{"unshare", "setpriv", "mount"} {
		if _, err := exec.LookPath(tool); err != nil && os.Getenv("CI") == "true" {
			t.Fatal(err)
		} else if err != nil {
			t.Skipf("%s is needed", tool)
		}
	}
	if out, err := exec.Command("unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/tmp").CombinedOutput(); err != nil {
		t.Skipf("no mounts of our own here: %s", out)
	}
	t.Parallel()
	text, err := os.ReadFile("../../../examples/watch/depeer-watch.service")
	if err != nil {
		t.Fatal(err)
	}
	unit := string(text)
	w := newWorld(t, exchange())
	root := t.TempDir()
	layOut(t, w, root)

	start := strings.Replace(directive(t, unit, "ExecStart"), "127.0.0.1:9179", freePort(t), 1)
	script := fmt.Sprintf(`set -e
mount --make-rprivate /
mount --bind %[1]s/bin /usr/local/bin
mount --bind %[1]s/etc /etc
mount --bind %[1]s/lib /var/lib
for writable in /var/lib/%[2]s %[3]s; do mount --bind $writable $writable; done
mount -t tmpfs -o mode=1777 tmpfs /tmp
for whole in / /usr/local/bin /etc /var/lib; do mount -o remount,bind,ro $whole; done
! touch /etc/depeer/depeer.yaml /var/lib/x /usr/local/bin/x 2>/dev/null
umask %[4]s
exec setpriv --reuid %[5]d --regid %[5]d --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \
	env -i PATH=/usr/bin:/bin %[6]s %[7]s
`, root, directive(t, unit, "StateDirectory"), strings.TrimPrefix(directive(t, unit, "ReadWritePaths"), "-"),
		directive(t, unit, "UMask"), service, directive(t, unit, "Environment"), start)
	r := w.watchAs(exec.Command("unshare", "-m", "sh", "-c", script))
	r.says(0, `"msg":"state"`, `"state":"in-sync"`)

	file := filepath.Join(root, "etc", "gobgpd", "gobgpd.conf")
	testbed.Eventually(t, testbed.Patience, func() error {
		text, err := os.ReadFile(file)
		if err == nil && !strings.Contains(string(text), "20.1.0.0/16") {
			err = errors.New("the file does not hold what was applied")
		}
		return err
	})
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if st := info.Sys().(*syscall.Stat_t); st.Uid != service || st.Gid != reading || info.Mode().Perm() != 0o640 {
		t.Errorf("the file belongs to %d:%d, mode %v", st.Uid, st.Gid, info.Mode())
	}
	r.ends()
}

// layOut makes what the service finds: as README.md beside the unit says.
func layOut(t *testing.T, w *world, root string) {
	t.Helper()
	at := func(name string) string { return filepath.Join(root, name) }
	var failed error
	try := func(err error) { failed = errors.Join(failed, err) }
	for _, dir := range []string{"bin", "etc/depeer", "etc/gobgpd", "lib/depeer"} {
		try(os.MkdirAll(at(dir), 0o755))
	}
	binary, err := os.ReadFile(program)
	try(err)
	try(os.WriteFile(at("bin/depeer"), binary, 0o755))
	users := fmt.Sprintf("root:x:0:0::/:/bin/sh\ndepeer:x:%[1]d:%[1]d::/:/bin/sh\n", service)
	try(os.WriteFile(at("etc/passwd"), []byte(users), 0o644))
	targets := fmt.Sprintf("targets: [{name: rs1, address: %q, persist: /etc/gobgpd/gobgpd.conf}]\n", w.target)
	try(os.WriteFile(at("etc/depeer/depeer.yaml"), []byte(watched+targets), 0o644))
	try(os.WriteFile(at("etc/depeer/ours.yaml"), []byte(refusing), 0o644))
	try(os.WriteFile(at("etc/gobgpd/gobgpd.conf"), w.Daemon.Config(), 0o640))
	try(os.Chown(at("etc/gobgpd/gobgpd.conf"), service, reading))
	try(os.Chown(at("etc/gobgpd"), service, reading))
	try(os.Chmod(at("etc/gobgpd"), 0o750|os.ModeSetgid))
	try(os.Chown(at("lib/depeer"), service, service))
	try(os.Chmod(at("lib/depeer"), 0o700))
	if failed != nil {
		t.Fatal(failed)
	}
}
