package metrics

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"depeer/filters"
)

// Metrics are the metrics of a watch. They are safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	health   health

	state, entries, members, unanchored, file *prometheus.GaugeVec
	outOfReach                                *prometheus.GaugeVec
	routes, routesRefused, routesCounted      *prometheus.GaugeVec
	memberRefused, providerRefused            *prometheus.GaugeVec
	memberPolluted                            *prometheus.GaugeVec
	routesNear, routesUndelivered             *prometheus.GaugeVec
	guard                                     *prometheus.GaugeVec
	guardRefusals, changes, failures, lost    *prometheus.CounterVec
	lastChange, lastDuration                  *prometheus.GaugeVec
	listUpdated, listMaxAge, listProviders    *prometheus.GaugeVec
	feedFetched                               *prometheus.GaugeVec
	feedFailures                              *prometheus.CounterVec
	broken, read                              prometheus.Gauge
}

// New returns the metrics of a program of this version.
func New(version string) *Metrics {
	r := prometheus.NewRegistry()
	gauge := func(name, help string, labels ...string) *prometheus.GaugeVec {
		v := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "depeer_" + name, Help: help}, labels)
		r.MustRegister(v)
		return v
	}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "depeer_" + name, Help: help}, labels)
		r.MustRegister(v)
		return v
	}
	m := &Metrics{
		registry: r,

		state:   gauge("target_state", "1 for the state that a target is in, 0 for all others.", "target", "state"),
		entries: gauge("target_entries", "Entries of sets that are in force.", "target", "kind"),
		members: gauge("target_members", "Route-server clients, by whether their sessions stand.", "target",
			"session"),
		unanchored: gauge("target_unanchored_members", "Route-server clients whose lists do not have our policies.",
			"target"),
		outOfReach: gauge("target_out_of_reach_neighbors",
			"Neighbors that are no route-server clients: no policy of ours acts on them.", "target"),

		file: gauge("target_file_in_step", "1 if the gobgpd.conf that a target is started from holds what is in "+
			"force, where one is kept.", "target"),

		routes:        gauge("routes", "Paths that members announced when they were counted.", "target"),
		routesRefused: gauge("routes_refused", "Paths of these that were refused.", "target"),
		routesCounted: gauge("routes_counted_timestamp_seconds", "When routes were counted.", "target"),
		memberRefused: gauge("member_routes_refused", "Paths of a member that were refused when routes were counted.",
			"target", "member", "asn", "name"),
		memberPolluted: gauge("member_prefixes_polluted",
			"Prefixes of a member that were treated already, or announced so, when routes were counted.", "target",
			"member", "asn", "name"),
		providerRefused: gauge("provider_routes_refused",
			"Paths that were refused because of a provider when routes were counted.", "target", "list", "provider",
			"treatment"),

		routesNear: gauge("routes_near_limit",
			"Treated paths that were nearly too long to be sent, or too long, when routes were counted.", "target"),
		routesUndelivered: gauge("routes_not_delivered",
			"Paths that were too long to be sent when routes were counted.", "target"),

		guard: gauge("guard_refusing", "1 for a guard that refuses what lists ask for now.", "target", "guard"),
		guardRefusals: counter("guard_refusals_total", "How often a guard has refused something new.", "target",
			"guard"),
		changes:  counter("changes_total", "What was done, and how it ended.", "target", "action", "outcome"),
		failures: counter("failures_total", "Attempts that failed, by what was attempted.", "target", "action"),
		lost:     counter("target_lost_total", "How often a target was reached no more.", "target"),
		lastChange: gauge("last_change_timestamp_seconds", "When something was done to a target the last time.",
			"target", "action"),
		lastDuration: gauge("last_change_duration_seconds", "How long that took.", "target", "action"),

		listUpdated:   gauge("list_updated_timestamp_seconds", "When a list says that it was updated.", "list"),
		listMaxAge:    gauge("list_max_age_seconds", "How old a list may be, if it says so.", "list"),
		listProviders: gauge("list_providers", "Providers of a list.", "list"),
		feedFetched: gauge("feed_fetched_timestamp_seconds", "When the copy of a feed that serves was fetched.",
			"url"),
		feedFailures: counter("feed_failures_total", "How often a feed could not be fetched, or was no feed.", "url"),
	}
	m.broken = prometheus.NewGauge(prometheus.GaugeOpts{Name: "depeer_broken_files",
		Help: "Files and feeds in whose place serves what was good before."})
	m.read = prometheus.NewGauge(prometheus.GaugeOpts{Name: "depeer_lists_read_timestamp_seconds",
		Help: "When lists were read the last time."})
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "depeer_build_info",
		Help: "1; its label says the version."}, []string{"version"})
	r.MustRegister(m.broken, m.read, build, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	build.WithLabelValues(version).Set(1)
	return m
}

// Handler serves /metrics and /healthz.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
	mux.Handle("GET /healthz", &m.health)
	return mux
}

// Lists sets the metrics of lists, and how many files or feeds are broken.
func (m *Metrics) Lists(at time.Time, lists []*filters.Listing, broken int) {
	m.listUpdated.Reset()
	m.listMaxAge.Reset()
	m.listProviders.Reset()
	for _, l := range lists {
		if updated := l.Updated.Time(); !updated.IsZero() {
			m.listUpdated.WithLabelValues(l.Name).Set(unixSeconds(updated))
		}
		if l.MaxAge > 0 {
			m.listMaxAge.WithLabelValues(l.Name).Set(l.MaxAge.Seconds())
		}
		m.listProviders.WithLabelValues(l.Name).Set(float64(len(l.Providers)))
	}
	m.broken.Set(float64(broken))
	m.read.Set(unixSeconds(at))
}

// FeedFetched sets when the copy of a feed was fetched.
func (m *Metrics) FeedFetched(url string, at time.Time) {
	m.feedFetched.WithLabelValues(url).Set(unixSeconds(at))
	m.feedFailures.WithLabelValues(url).Add(0) // one that has not failed is there, too
}

// FeedFailed counts a failed fetch of a feed.
func (m *Metrics) FeedFailed(url string) { m.feedFailures.WithLabelValues(url).Inc() }

// FeedGone drops the metrics of a feed that is not used any more.
func (m *Metrics) FeedGone(url string) {
	m.feedFetched.DeleteLabelValues(url)
	m.feedFailures.DeleteLabelValues(url)
}

func unixSeconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
