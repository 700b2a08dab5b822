package app

import (
	"context"
	"crypto/subtle"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"skranke/internal/fault"
	"skranke/internal/jobs"
	"skranke/internal/web"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
}

func newMetrics(j *jobs.Jobs) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "skranke_http_requests_total", Help: "Requests by route, method and status."}, []string{"route", "method", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "skranke_http_request_seconds", Help: "How long requests took.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"route"}),
	}
	m.registry.MustRegister(m.requests, m.took, &jobCounts{jobs: j, desc: prometheus.NewDesc("skranke_jobs", "Jobs by state.", []string{"state"}, nil)},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Request counts one request.
func (m *metrics) Request(route, method string, status int, took time.Duration) {
	if route == "" {
		route = "none" // refused before it was routed
	}
	m.requests.WithLabelValues(route, method, strconv.Itoa(status)).Inc()
	m.took.WithLabelValues(route).Observe(took.Seconds())
}

// jobCounts asks the database when metrics are read.
type jobCounts struct {
	jobs *jobs.Jobs
	desc *prometheus.Desc
}

// Describe names the gauge.
func (c *jobCounts) Describe(ch chan<- *prometheus.Desc) { ch <- c.desc }

// Collect reads the gauge; a database that does not answer leaves it out.
func (c *jobCounts) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second) //nolint:forbidigo // prometheus gives no context
	defer cancel()
	counts, err := c.jobs.Counts(ctx)
	if err != nil {
		return
	}
	for state, n := range counts {
		ch <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, float64(n), state)
	}
}

// showMetrics answers whoever has the token; without one set, only this machine and not through a proxy.
func (a *App) showMetrics(w http.ResponseWriter, r *http.Request) error {
	if a.MetricsToken != "" {
		given, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if subtle.ConstantTimeCompare([]byte(given), []byte(a.MetricsToken)) != 1 {
			return fault.New(fault.NotFound, "fault.not_found")
		}
	} else {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() || r.Header.Get("X-Forwarded-For") != "" {
			return fault.New(fault.NotFound, "fault.not_found")
		}
	}
	promhttp.HandlerFor(a.metrics.registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
	return nil
}

// health says that the process lives; ready that it can serve: database and jobs answer, and it is not stopping.
func (a *App) health(w http.ResponseWriter, _ *http.Request) error {
	_, err := w.Write([]byte("ok\n"))
	return err
}

func (a *App) ready(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	state := "ok\n"
	select {
	case <-a.stopping:
		state = "stopping\n"
	default:
		if !a.Jobs.Ready() {
			state = "jobs\n"
		} else if a.DB.Ping(ctx) != nil {
			state = "database\n"
		}
	}
	if state != "ok\n" {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_, err := w.Write([]byte(state))
	return err
}

var _ web.Metrics = (*metrics)(nil)
