// Who is where: the hash range of a service, 0 to 9,999, cut into slices. A sticky user's hash never changes, so moving a boundary
// is moving users; this decides which.
import { limits } from '../../base/index.ts'
import type { ContentOf } from '../objects.ts'
import { numberOf, type Weights } from './traffic.ts'

export interface Slice {
  readonly environment: string
  /** Width in 1/10,000. */
  readonly share: number
}

/**
 * The range where nothing else is known: as the service lists its environments, but the first listed, which is the
 * stable one until a rollout says otherwise, stands last: canaries come first.
 */
export function listedSlices(service: ContentOf<'Service'>, weights: Weights): readonly Slice[] {
  const [stable, ...canaries] = service.spec.environments.map(({ name }) => name)
  return [...canaries, ...(stable === undefined ? [] : [stable])].flatMap((environment) => {
    const share = numberOf(weights, environment)
    return share === 0 ? [] : [{ environment, share }]
  })
}

/**
 * The range after the weights changed. An environment that shrinks gives away exactly what it loses, one that grows keeps all it
 * had: nobody moves between two environments unless one of them lost and the other gained. An environment that is new
 * comes first. So weights that go up step by step move each user at most once, and never back.
 */
export function nextSlices(before: readonly Slice[], weights: Weights): readonly Slice[] {
  let slices = [...before]
  const had = sharesOf(before)
  const surplus = new Map([...had].map(([name, share]) => [name, share - numberOf(weights, name)]))
  for (const [environment, wanted] of Object.entries(weights)) {
    let missing = wanted - (had.get(environment) ?? 0)
    while (missing > 0) {
      const donor = donorFor(slices, environment, surplus)
      const given = donor === undefined ? undefined : slices[donor.index]
      if (donor === undefined || given === undefined) break
      const share = Math.min(missing, given.share, surplus.get(given.environment) ?? 0)
      const kept = { environment: given.environment, share: given.share - share }
      const parts = donor.side === 'left' ? [{ environment, share }, kept] : [kept, { environment, share }]
      slices = merged([...slices.slice(0, donor.index), ...parts, ...slices.slice(donor.index + 1)])
      surplus.set(given.environment, (surplus.get(given.environment) ?? 0) - share)
      missing -= share
    }
  }
  return slices
}

/** Whether the range is what the weights say, and not in too many pieces. */
export function fits(slices: readonly Slice[], weights: Weights): boolean {
  const shares = sharesOf(slices)
  const carrying = Object.entries(weights)
  return (
    slices.length <= limits.slicesPerEnvironment * carrying.length &&
    shares.size === carrying.length &&
    carrying.every(([name, share]) => shares.get(name) === share)
  )
}

function sharesOf(slices: readonly Slice[]): Map<string, number> {
  const shares = new Map<string, number>()
  for (const { environment, share } of slices) {
    shares.set(environment, (shares.get(environment) ?? 0) + share)
  }
  return shares
}

/** The slice to cut from: a neighbour if one has to shrink, so that few pieces stay; else the first that has to. */
function donorFor(
  slices: readonly Slice[],
  environment: string,
  surplus: ReadonlyMap<string, number>,
): { readonly index: number; readonly side: 'left' | 'right' } | undefined {
  const gives = (slice: Slice | undefined): boolean =>
    slice !== undefined && slice.environment !== environment && (surplus.get(slice.environment) ?? 0) > 0
  const after = slices.findIndex((each, at) => gives(each) && slices[at - 1]?.environment === environment)
  if (after >= 0) return { index: after, side: 'left' }
  const before = slices.findIndex((each, at) => gives(each) && slices[at + 1]?.environment === environment)
  if (before >= 0) return { index: before, side: 'right' }
  const first = slices.findIndex(gives)
  return first < 0 ? undefined : { index: first, side: 'left' }
}

/** Neighbours of the same environment as one, and none that is empty. */
function merged(slices: readonly Slice[]): Slice[] {
  const result: Slice[] = []
  for (const slice of slices) {
    const last = result.at(-1)
    if (slice.share === 0) continue
    if (last?.environment === slice.environment) {
      result[result.length - 1] = { environment: last.environment, share: last.share + slice.share }
    } else result.push(slice)
  }
  return result
}
