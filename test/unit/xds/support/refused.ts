// What the tests of refusals share: a world, a bad and a good change of it, and what the decider says of a doubt.
import { typeUrls } from '../../../../src/envoy-api/index.ts'
import { type Spec, short } from './content.ts'
import type { Rig } from './rig.ts'

export const hash = (name: string, content: string): string => short(`${name}=${content}`)
export const one = { cds: { a: '1', b: '1' }, eds: { a: '1' }, lds: {}, rds: {} }
export const bad = { ...one, cds: { a: 'bad', b: '1' } }
export const good = { ...one, cds: { a: '1', b: '1', c: '1' } }
export const variants = ['sotw', 'delta'] as const
export const doubt = (rig: Rig, resend: number, known: number | undefined, parked: Spec = bad): void =>
  rig.decider.send({
    kind: 'doubt',
    node: 'edge-1',
    type: typeUrls.cds,
    resend,
    parked: rig.version('cds', parked),
    good: known,
  })
/** CDS of a spec as either variant gets it whole, after a refusal. */
export const whole = (
  variant: 'sotw' | 'delta',
  version: string,
  resend: number,
  items: readonly string[],
): string =>
  variant === 'sotw'
    ? ['CDS', `${version}~${resend}`, ...items].join(' ')
    : ['CDS', `${version}~${resend}`, ...items.map((item) => `+${item}~${resend}`)].join(' ')
