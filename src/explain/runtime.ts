// Runtime keys: what the served layers and the proxy's bootstrap make of them. source/common/runtime/runtime_impl.cc
import type { Place } from '../base/index.ts'
import type { envoy } from '../envoy-api/index.ts'
import { type Verdict, verdict } from './verdict.ts'

/** Where runtime values are looked up. */
export interface RuntimeView {
  readonly values: ReadonlyMap<string, unknown>
  /** Where the proxy runs; undefined: not known. */
  readonly place: Place | undefined
}

const denominators = { HUNDRED: 100, TEN_THOUSAND: 10_000, MILLION: 1_000_000 } as const

/** The part of all requests, 0 to 1, that a fraction stands for; undefined: only the proxy's bootstrap knows. */
export function partOf(
  { defaultValue = {}, runtimeKey = '' }: envoy.RuntimeFractionalPercent,
  runtime: RuntimeView,
): number | undefined {
  const place = placeOf(runtimeKey)
  if (place !== undefined) return runtime.place === undefined ? undefined : Number(isAt(runtime.place, place))
  const found = runtime.values.get(runtimeKey)
  // A plain number is per cent.
  if (typeof found === 'number') return Math.min(1, found / 100)
  const { numerator = 0, denominator = 'HUNDRED' } = isFraction(found) ? found : defaultValue
  return Math.min(1, numerator / denominators[denominator])
}

/** A whole number, such as a weight. */
export function numberOf(key: string, usual: number, { values }: RuntimeView): number {
  const found = values.get(key)
  return typeof found === 'number' && Number.isInteger(found) && found >= 0 ? found : usual
}

/** Whether a route's share of requests takes this one. */
export function judgeFraction(fraction: envoy.RuntimeFractionalPercent, runtime: RuntimeView): Verdict {
  const { runtimeKey = '' } = fraction
  const place = placeOf(runtimeKey)
  const text =
    place === undefined ? `a share of the requests (${runtimeKey})` : `the proxy is in ${placeWords(place)}`
  const part = partOf(fraction, runtime)
  if (part === undefined) return { kind: 'depends', text }
  if (part > 0 && part < 1) return { kind: 'chance', text, part }
  return verdict(
    part === 1,
    text,
    place === undefined ? 'a share of nothing' : placeWords(runtime.place ?? {}),
  )
}

function isFraction(value: unknown): value is envoy.FractionalPercent {
  return typeof value === 'object' && value !== null && 'numerator' in value
}

/** The place that a key of the locality layer asks for. */
function placeOf(key: string): Place | undefined {
  const found = /^verdigris\.locality\.([^/]*)\/([^/]*)\/([^/]*)$/.exec(key)
  if (found === null) return undefined
  const [, region, zone, subZone] = found.map((part) => (part === '*' ? undefined : part))
  return { region, zone, subZone }
}

const isAt = (place: Place, wanted: Place): boolean =>
  (['region', 'zone', 'subZone'] as const).every(
    (part) => wanted[part] === undefined || place[part] === wanted[part],
  )

const placeWords = ({ region, zone, subZone }: Place): string => {
  const parts = [region && `region ${region}`, zone && `zone ${zone}`, subZone && `sub-zone ${subZone}`]
  const said = parts.filter((part) => part !== undefined && part !== '').join(', ')
  return said === '' ? 'no place that is known' : said
}
