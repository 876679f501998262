/**
 * For every alert, figures that must raise it: series in promtool's notation, one value per minute, the time at which it fires,
 * and how many do.
 */
const PUSH = 'job="push-service",pod="push-a"';

export const RAISED = {
  FreshetServiceDown: { series: { 'up{job="push-service",pod="push-a"}': '1x4 0x10' }, at: '12m', count: 3 },
  FreshetErrors: { series: { 'freshet_problems_total{job="events-service",type="unavailable"}': '0+120x15' }, at: '12m' },
  FreshetKeysNotRefreshed: {
    series: { 'freshet_keys_refreshes_total{job="push-service",outcome="failed"}': '0+1x40' },
    at: '35m',
  },
  FreshetWorthlessTokens: { series: { [`freshet_limited_total{${PUSH},limit="failures"}`]: '0+60x10' }, at: '6m' },
  FreshetSlowRequests: { series: { [`freshet_limited_total{${PUSH},limit="slow-requests"}`]: '0+1200x15' }, at: '12m' },
  FreshetDeliveryLate: {
    series: {
      [`freshet_delivery_latency_seconds_bucket{${PUSH},le="1.0"}`]: '0+90x20',
      [`freshet_delivery_latency_seconds_bucket{${PUSH},le="2.0"}`]: '0+100x20',
      [`freshet_delivery_latency_seconds_bucket{${PUSH},le="+Inf"}`]: '0+100x20',
    },
    at: '18m',
  },
  FreshetPodFull: { series: { [`freshet_limited_total{${PUSH},limit="pod-connections"}`]: '0 0 0 1 1 1' }, at: '4m' },
  FreshetReconnections: {
    series: {
      [`freshet_reconnections_total{${PUSH},transport="sse"}`]: '0+600x25',
      [`freshet_connections{${PUSH},transport="sse"}`]: '1000x25',
    },
    at: '22m',
  },
  FreshetGaps: {
    series: {
      [`freshet_gaps_total{${PUSH},reason="trimmed"}`]: '0+10x25',
      [`freshet_resumes_total{${PUSH},result="window"}`]: '0+100x25',
    },
    at: '22m',
  },
  FreshetSlowReaders: {
    series: {
      [`freshet_errors_total{${PUSH},kind="slow-reader"}`]: '0+120x20',
      [`freshet_connections{${PUSH},transport="sse"}`]: '1000x20',
    },
    at: '18m',
  },
  FreshetTailInterrupted: { series: { [`freshet_errors_total{${PUSH},kind="tail"}`]: '0+3x25' }, at: '20m' },
  FreshetTailLate: { series: { [`freshet_tail_lag_seconds{${PUSH},partition="0"}`]: '30x10' }, at: '5m' },
  FreshetWindowShort: {
    series: {
      [`freshet_window_age_seconds{${PUSH},partition="0"}`]: '20x25',
      [`freshet_events_read_total{${PUSH}}`]: '0+60000x25',
    },
    at: '20m',
  },
  FreshetLogAhead: { series: { 'freshet_log_ahead_seconds{pod="a",partition="0"}': '100x5' }, at: '3m' },
  FreshetHistoryHoles: { series: { 'freshet_history_holes_total{pod="a"}': '0 0 1 1 1' }, at: '3m' },
  FreshetHistoryLate: { series: { 'freshet_history_lag_seconds{pod="a",partition="0"}': '90x10' }, at: '8m' },
  FreshetNobodyIndexes: { series: { 'up{job="events-service",pod="e"}': '1x10' }, at: '8m' },
  FreshetLogNearlyFull: { series: { 'freshet_log_used{pod="a",partition="0"}': '0.95x10' }, at: '8m' },
  FreshetHistoryRefused: { series: { 'freshet_history_refused_total{pod="a"}': '0 0 1 1 1' }, at: '3m' },
  FreshetEntriesRejected: { series: { 'freshet_events_rejected_total{pod="a",reason="type"}': '0+120x25' }, at: '22m' },
  FreshetRedisDown: { series: { 'redis_up{pod="redis-0"}': '1x2 0x10' }, at: '8m' },
  FreshetRedisNearlyFull: {
    series: { 'redis_memory_used_bytes{pod="redis-0"}': '90x10', 'redis_memory_max_bytes{pod="redis-0"}': '100x10' },
    at: '8m',
  },
  FreshetRedisEvicts: { series: { 'redis_evicted_keys_total{pod="redis-0"}': '0 0 5 5 5' }, at: '3m' },
  FreshetRedisNotPersistent: { series: { 'redis_aof_enabled{pod="redis-0"}': '0x10' }, at: '8m' },
};

/** A quiet day: nothing must be raised. */
export const QUIET = {
  'up{job="ticket-service",pod="t"}': '1x60',
  'up{job="events-service",pod="e"}': '1x60',
  'up{job="push-service",pod="push-a"}': '1x60',
  // One of two is away: the other one serves.
  'up{job="push-service",pod="push-b"}': '0x60',
  'freshet_problems_total{job="events-service",type="unauthenticated"}': '0+600x60',
  'freshet_problems_total{job="events-service",type="unavailable"}': '0+6x60',
  'freshet_keys_refreshes_total{job="push-service",outcome="ok"}': '0+1x60',
  'freshet_keys_refreshes_total{job="push-service",outcome="failed"}': '0x60',
  [`freshet_limited_total{${PUSH},limit="failures"}`]: '0+10x60',
  [`freshet_limited_total{${PUSH},limit="pod-connections"}`]: '0x60',
  [`freshet_delivery_latency_seconds_bucket{${PUSH},le="0.01"}`]: '0+999x60',
  [`freshet_delivery_latency_seconds_bucket{${PUSH},le="1.0"}`]: '0+1000x60',
  [`freshet_delivery_latency_seconds_bucket{${PUSH},le="+Inf"}`]: '0+1000x60',
  // A rollout: all come back within a minute, and it is quiet again.
  [`freshet_reconnections_total{${PUSH},transport="sse"}`]: '0+20x20 2400+20x40',
  [`freshet_connections{${PUSH},transport="sse"}`]: '2000x60',
  [`freshet_gaps_total{${PUSH},reason="trimmed"}`]: '0x60',
  [`freshet_resumes_total{${PUSH},result="window"}`]: '0+20x60',
  [`freshet_errors_total{${PUSH},kind="slow-reader"}`]: '0+2x60',
  [`freshet_errors_total{${PUSH},kind="tail"}`]: '0x20 1x40',
  [`freshet_resumes_total{${PUSH},result="gap-reset"}`]: '0x60',
  [`freshet_tail_lag_seconds{${PUSH},partition="0"}`]: '0x20 20x2 0x40',
  [`freshet_window_age_seconds{${PUSH},partition="0"}`]: '600x60',
  [`freshet_events_read_total{${PUSH}}`]: '0+600x60',
  'freshet_log_ahead_seconds{pod="a",partition="0"}': '-1x60',
  'freshet_history_holes_total{pod="a"}': '0x60',
  'freshet_history_lag_seconds{pod="a",partition="0"}': '0x60',
  'freshet_log_used{pod="a",partition="0"}': '0.5x60',
  'freshet_history_refused_total{pod="a"}': '0x60',
  'freshet_events_rejected_total{pod="a",reason="type"}': '0+1x60',
  'redis_up{pod="redis-0"}': '1x60',
  'redis_memory_used_bytes{pod="redis-0"}': '50x60',
  'redis_memory_max_bytes{pod="redis-0"}': '100x60',
  'redis_evicted_keys_total{pod="redis-0"}': '0x60',
  'redis_aof_enabled{pod="redis-0"}': '1x60',
  'redis_aof_last_write_status{pod="redis-0"}': '1x60',
};
