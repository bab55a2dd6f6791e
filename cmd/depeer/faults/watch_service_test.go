package faults_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"depeer/policies/lab/testbed"
)

// manager is a service manager, as far as a service sees it.
type manager struct {
	mu   sync.Mutex
	told []string
	path string
}

func newManager(t *testing.T) *manager {
	dir, err := os.MkdirTemp("", "n") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	m := &manager{path: filepath.Join(dir, "s")}
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: m.path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := conn.Read(b)
			if err != nil {
				return
			}
			m.mu.Lock()
			m.told = append(m.told, string(b[:n]))
			m.mu.Unlock()
		}
	}()
	return m
}

// hears waits until it was told something, so often.
func (m *manager) hears(t *testing.T, text string, times int) {
	t.Helper()
	testbed.Eventually(t, testbed.Patience, func() error {
		m.mu.Lock()
		defer m.mu.Unlock()
		n := 0
		for _, told := range m.told {
			if told == text {
				n++
			}
		}
		if n < times {
			return fmt.Errorf("%q was told %d times of %d: %q", text, n, times, m.told)
		}
		return nil
	})
}

// get asks the watch's server, and returns status and body.
func get(t *testing.T, url string) (int, string) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// metricsOf returns the address at which a watch serves metrics, of its log.
func metricsOf(t testing.TB, r *watcher) string {
	t.Helper()
	at := regexp.MustCompile(`serving metrics"[ ,]"?address"?[=:]"?([0-9.:]+)`).FindStringSubmatch(r.log.String())
	if at == nil {
		t.Fatal("the log does not say where metrics are served")
	}
	return at[1]
}

// The service manager is told what it wants to know; metrics say what was done, and
// how things stand, and so does /healthz.
func TestWatchService(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.write("depeer.yaml", strictly)
	w.replace("ours.yaml", strings.Replace(lists["a.yaml"], "updated: 2026-01-01",
		fmt.Sprintf("updated: %s, max_age: 30d", time.Now().UTC().Format(time.DateOnly)), 1))
	m := newManager(t)
	cmd := w.command("watch", "--target", w.target, "--listen", "127.0.0.1:0", "--log-format", "json")
	cmd.Env = append(cmd.Env, "NOTIFY_SOCKET="+m.path, "WATCHDOG_USEC=300000")
	r := w.watchAs(cmd)
	m.hears(t, "READY=1", 1)
	m.hears(t, "STATUS="+w.target+" in-sync", 1)
	m.hears(t, "WATCHDOG=1", 5)
	url := "http://" + metricsOf(t, r)
	metric := func(line string) {
		t.Helper()
		line = strings.ReplaceAll(line, "TARGET", `target="`+w.target+`"`)
		testbed.Eventually(t, testbed.Patience, func() error {
			if _, body := get(t, url+"/metrics"); !strings.Contains(body, "\n"+line) {
				return fmt.Errorf("no metric %s in:\n%s", line, body)
			}
			return nil
		})
	}
	first := w.Members[0]
	for _, line := range []string{
		`depeer_target_state{state="in-sync",TARGET} 1`, `depeer_target_state{state="refused",TARGET} 0`,
		`depeer_target_entries{kind="prefix",TARGET} 4`, `depeer_target_members{session="up",TARGET} 3`,
		`depeer_target_unanchored_members{TARGET} 0`,
		`depeer_routes{TARGET} 10`, `depeer_routes_refused{TARGET} 1`,
		fmt.Sprintf(`depeer_member_routes_refused{asn="64496",member="%s",name="",TARGET} 1`, first.Address),
		`depeer_provider_routes_refused{list="ours",provider="inner",TARGET,treatment="depeer"} 1`,
		`depeer_guard_refusing{guard="guard-max-member-routes",TARGET} 0`,
		`depeer_changes_total{action="change",outcome="applied",TARGET} 1`,
		`depeer_list_providers{list="ours"} 4`, `depeer_list_max_age_seconds{list="ours"} 2.592e+06`,
		`depeer_list_updated_timestamp_seconds{list="ours"} 1.`,
		`depeer_broken_files 0`,
	} {
		metric(line)
	}
	health := func(code int, state string) {
		t.Helper()
		testbed.Eventually(t, testbed.Patience, func() error {
			got, body := get(t, url+"/healthz")
			var h struct {
				OK      bool `json:"ok"`
				Targets []struct{ Name, State, Why string }
			}
			if err := json.Unmarshal([]byte(body), &h); err != nil {
				return err
			}
			if got != code || h.OK != (code == 200) || len(h.Targets) != 1 || h.Targets[0].State != state {
				return fmt.Errorf("%d %s", got, body)
			}
			return nil
		})
	}
	health(200, "in-sync")
	w.replace("ours.yaml", "nothing: [")
	metric("depeer_broken_files 1")
	w.replace("ours.yaml", strings.Replace(lists["b.yaml"], "match: exact", "ge: 16", 1))
	metric(`depeer_guard_refusing{guard="guard-max-member-routes",TARGET} 1`)
	metric(`depeer_guard_refusals_total{guard="guard-max-member-routes",TARGET} 1`)
	health(503, "refused")
	w.Daemon.Kill()
	metric(`depeer_target_lost_total{TARGET} 1`)
	health(503, "unreachable")
	w.restart()
	metric(`depeer_changes_total{action="repair",outcome="applied",TARGET} 1`)
	health(503, "refused")
	r.ends()
	m.hears(t, "STOPPING=1", 1)
}

// Metrics tell who is listed, and are for this machine, unless it is said otherwise.
func TestWatchListens(t *testing.T) {
	t.Parallel()
	s := newShell(t, "127.0.0.1:1")
	for _, address := range []string{":9179", "0.0.0.0:9179", "[::]:9179", "192.0.2.1:9179", "example.net:9179",
		"9179"} {
		s.on("watch", "a.yaml", "--listen", address).exits(64).says("--listen")
	}
	s.depeer("watch", "a.yaml").exits(64).says("no target")
	s.on("watch", "--no-such-flag").exits(64)
}
