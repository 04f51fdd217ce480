/// What the installation measures of itself, for Prometheus: [Metrics] knows every name, [MetricsPages] answers at `/metrics`
/// whoever has the token.
@org.jspecify.annotations.NullMarked
package todoku.metrics;
