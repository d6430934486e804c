// What one revision did to the traffic of a service, put back: weights as a whole, each cohort, mirror and fence for itself.
import { canonicalJson } from '../../base/index.ts'
import type { TrafficState } from '../kinds/traffic.ts'
import type { Fence } from './fences.ts'
import { numberOf, percent, sameWeights, type Weights } from './traffic.ts'

/** What was changed again since, in words. */
export type TrafficClash = string

interface Three {
  readonly before: TrafficState
  readonly after: TrafficState
  readonly now: TrafficState
}

/** Undefined: it is as it was. */
export function trafficBack(
  { before, after, now }: Three,
  clashes: TrafficClash[],
): { readonly state: TrafficState; readonly fences?: readonly Fence[] } | undefined {
  const weights = back(before.weights, after.weights, now.weights, sameWeights, () =>
    clashes.push(`traffic is ${weightsText(now.weights)}, not ${weightsText(after.weights)}`),
  )
  const movesWeights = !sameWeights(weights, now.weights)
  const cohorts = cohortsBack(before, after, now)
  const mirrors = mirrorsBack(before, after, now, clashes)
  const fences = fencesBack(before, after, now, clashes)
  const { slices } = movesWeights ? before : now
  const state: TrafficState = {
    weights,
    ...(slices === undefined ? {} : { slices }),
    ...(cohorts.length === 0 ? {} : { cohorts: [...cohorts] }),
    ...(Object.keys(mirrors).length === 0 ? {} : { mirrors }),
    ...(before.incarnations === undefined ? {} : { incarnations: before.incarnations }),
  }
  const isMoved = movesWeights || !equal(cohorts, now.cohorts ?? []) || !equal(mirrors, now.mirrors ?? {})
  const fencesMoved = !equal(fences, now.fences ?? [])
  if (!isMoved && !fencesMoved) return undefined
  return { state, ...(fencesMoved ? { fences } : {}) }
}

const equal = (a: object, b: object): boolean => canonicalJson(a) === canonicalJson(b)

const weightsText = (weights: Weights): string =>
  Object.entries(weights)
    .map(([name, share]) => `${name} ${percent(share)}`)
    .join(', ')

function back<T>(before: T, after: T, now: T, isSame: (a: T, b: T) => boolean, clash: () => void): T {
  if (isSame(now, after)) return before
  if (!isSame(before, after) && !isSame(now, before)) clash()
  return now
}

/** On or off: what is not as it was left is as it was before. */
function cohortsBack(before: TrafficState, after: TrafficState, now: TrafficState): readonly string[] {
  const all = [before, after, now].flatMap(({ cohorts = [] }) => cohorts)
  const isOn = (state: TrafficState, name: string): boolean => state.cohorts?.includes(name) === true
  return [...new Set(all)]
    .sort()
    .filter((name) => isOn(isOn(now, name) === isOn(after, name) ? before : now, name))
}

function mirrorsBack(
  before: TrafficState,
  after: TrafficState,
  now: TrafficState,
  clashes: TrafficClash[],
): Weights {
  const all = [before, after, now].flatMap(({ mirrors = {} }) => Object.keys(mirrors))
  const shareIn = ({ mirrors = {} }: TrafficState, name: string): number => numberOf(mirrors, name)
  return Object.fromEntries(
    [...new Set(all)].flatMap((name) => {
      const [was, made, is] = [shareIn(before, name), shareIn(after, name), shareIn(now, name)]
      const share = back(
        was,
        made,
        is,
        (a, b) => a === b,
        () => clashes.push(`mirror "${name}" is at ${percent(is)}, not ${percent(made)}`),
      )
      return share === 0 ? [] : [[name, share] as const]
    }),
  )
}

function fencesBack(
  before: TrafficState,
  after: TrafficState,
  now: TrafficState,
  clashes: TrafficClash[],
): readonly Fence[] {
  const all = [before, after, now].flatMap(({ fences = [] }) => fences.map(({ id }) => id))
  const fenceIn = ({ fences = [] }: TrafficState, id: number): Fence | undefined =>
    fences.find((fence) => fence.id === id)
  return [...new Set(all)]
    .sort((a, b) => a - b)
    .flatMap((id) => {
      const [was, made, is] = [fenceIn(before, id), fenceIn(after, id), fenceIn(now, id)]
      const isSame = (a: Fence | undefined, b: Fence | undefined): boolean =>
        a === undefined || b === undefined ? a === b : equal(a, b)
      return back(was, made, is, isSame, () => clashes.push(`fence ${id} is another one`)) ?? []
    })
}
