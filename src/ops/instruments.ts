// Makes the metrics of the table in a registry of their own.
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { type MetricName, metricTable } from './metric-table.ts'

export interface Instruments {
  readonly registry: Registry
  counter(name: MetricName): Counter
  gauge(name: MetricName): Gauge
  histogram(name: MetricName): Histogram
  /** A gauge that has no series while there is nothing to say: an end of validity would say 1970. */
  maybe(name: MetricName): { set(value: number | undefined): void }
}

export function createInstruments(): Instruments {
  const registry = new Registry()
  const about = (name: MetricName) => ({
    name,
    help: metricTable[name].help,
    labelNames: Object.keys(metricTable[name].labels),
  })
  return {
    registry,
    counter: (name) => new Counter({ ...about(name), registers: [registry] }),
    gauge: (name) => new Gauge({ ...about(name), registers: [registry] }),
    histogram: (name) => {
      const row = metricTable[name]
      const buckets = 'buckets' in row ? [...row.buckets] : []
      return new Histogram({ ...about(name), buckets, registers: [registry] })
    },
    maybe: (name) => {
      const gauge = new Gauge({ ...about(name), registers: [] })
      return {
        set: (value) => {
          registry.removeSingleMetric(name)
          if (value === undefined) return
          registry.registerMetric(gauge)
          gauge.set(value)
        },
      }
    },
  }
}
