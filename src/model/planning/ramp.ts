// The traffic in the middle of a ramp: from one to another in equal steps.
import { keyOf, type StoredOf, type World } from '../objects.ts'
import { slicesOf } from './live-traffic.ts'
import type { Slice } from './slices.ts'

/** Part of the hash range with the same ends of the way. */
interface Stretch {
  readonly from: string
  readonly to: string
  readonly share: number
}

/**
 * The range after `step` of `steps`: what has to move has moved up to that part, one stretch after another. What has moved
 * stays moved in every later step, so each user moves at most once, and the last step is `to`.
 */
export function slicesBetween(
  from: readonly Slice[],
  to: readonly Slice[],
  { step, steps }: { readonly step: number; readonly steps: number },
): readonly Slice[] {
  const stretches = stretchesOf(from, to)
  const moving = stretches.reduce((sum, each) => sum + (each.from === each.to ? 0 : each.share), 0)
  let left = Math.round((moving * step) / steps)
  const slices: Slice[] = []
  const put = (environment: string, share: number): void => {
    const last = slices.at(-1)
    if (share === 0) return
    if (last?.environment === environment)
      slices[slices.length - 1] = { environment, share: last.share + share }
    else slices.push({ environment, share })
  }
  for (const [at, stretch] of stretches.entries()) {
    const moved = stretch.from === stretch.to ? stretch.share : Math.min(stretch.share, left)
    if (stretch.from !== stretch.to) left -= moved
    // Grows from the side where the same environment is, so that few pieces stay.
    const fromRight = slices.at(-1)?.environment !== stretch.to && stretches[at + 1]?.from === stretch.to
    if (fromRight) put(stretch.from, stretch.share - moved)
    put(stretch.to, moved)
    if (!fromRight) put(stretch.from, stretch.share - moved)
  }
  return slices
}

function stretchesOf(from: readonly Slice[], to: readonly Slice[]): readonly Stretch[] {
  const stretches: Stretch[] = []
  let [a, b] = [0, 0]
  let [leftA, leftB] = [from[0]?.share ?? 0, to[0]?.share ?? 0]
  for (;;) {
    const [was, is] = [from[a], to[b]]
    if (was === undefined || is === undefined) return stretches
    const share = Math.min(leftA, leftB)
    stretches.push({ from: was.environment, to: is.environment, share })
    leftA -= share
    leftB -= share
    if (leftA === 0) leftA = from[++a]?.share ?? 0
    if (leftB === 0) leftB = to[++b]?.share ?? 0
  }
}

/** The Traffic after a step; `to` itself after the last, or where the service is not there. */
export function trafficBetween(
  world: World,
  from: StoredOf<'Traffic'>,
  to: StoredOf<'Traffic'>,
  at: { readonly step: number; readonly steps: number },
): StoredOf<'Traffic'> {
  const service = world.get(keyOf({ kind: 'Service', namespace: to.namespace, name: to.name }))
  if (service?.kind !== 'Service' || at.step >= at.steps) return to
  const slices = slicesBetween(slicesOf(service, from.spec), slicesOf(service, to.spec), at)
  const weights: Record<string, number> = {}
  for (const { environment, share } of slices) weights[environment] = (weights[environment] ?? 0) + share
  const incarnations = { ...from.spec.incarnations, ...to.spec.incarnations }
  return { ...to, spec: { ...to.spec, incarnations, weights, slices: [...slices] } }
}
