// What `verdigris wait` can wait for: TARGET and --for, read together. Pure.
import { err, nearest, ok, type Result } from '../../base/index.ts'
import { readTargets, type Target } from '../targets.ts'

export type Condition =
  | { readonly kind: 'push'; readonly id: string; readonly until: 'done' | 'prepared' }
  /** All traffic there, or exactly these shares (of 10,000). */
  | { readonly kind: 'traffic'; readonly service: string; readonly weights: Readonly<Record<string, number>> }
  | { readonly kind: 'object'; readonly target: Target; readonly isThere: boolean }
  /** So many proxies are connected, at least. */
  | { readonly kind: 'count'; readonly atLeast: number }
  /** Every connected proxy, or this one, holds the newest generation of its group. */
  | { readonly kind: 'holds'; readonly node: string | undefined }
  | { readonly kind: 'connected'; readonly node: string }
  | { readonly kind: 'server' }

/** The forms of --for, by what is waited for; help shows them. */
export const conditionForms = [
  ['push/ID', 'done, prepared'],
  ['service/NAME', 'traffic=ENVIRONMENT, traffic=blue=90,green=10'],
  ['KIND/NAME', 'exists, deleted'],
  ['proxies', 'count=N (connected, at least), holds=newest'],
  ['proxy/NODE', 'connected, holds=newest'],
  ['server', 'ready'],
] as const

/** What is waited for; an error says what was wanted. */
export function readCondition(target: string, wanted: string): Result<Condition, string> {
  const [sort = '', name = ''] = target.split('/')
  const lower = sort.toLowerCase()
  switch (lower) {
    case 'server':
      return wanted === 'ready' ? ok({ kind: 'server' }) : err(notFor(wanted, 'server', ['ready']))
    case 'push':
    case 'pushes':
      if (name === '') return err('wanted push/ID, such as push/41')
      if (wanted !== 'done' && wanted !== 'prepared') return err(notFor(wanted, target, ['done', 'prepared']))
      return ok({ kind: 'push', id: name, until: wanted })
    case 'proxies':
    case 'nodes':
      return proxiesCondition(target, wanted)
    case 'proxy':
    case 'node':
      if (name === '') return err('wanted proxy/NODE, such as proxy/edge-1')
      if (wanted === 'holds=newest') return ok({ kind: 'holds', node: name })
      if (wanted === 'connected') return ok({ kind: 'connected', node: name })
      return err(notFor(wanted, target, ['connected', 'holds=newest']))
    default:
      return objectCondition(target, wanted)
  }
}

function proxiesCondition(target: string, wanted: string): Result<Condition, string> {
  if (wanted === 'holds=newest') return ok({ kind: 'holds', node: undefined })
  const count = /^count=(\d{1,6})$/.exec(wanted)?.[1]
  if (count !== undefined && Number(count) > 0) return ok({ kind: 'count', atLeast: Number(count) })
  return err(notFor(wanted, target, ['count=N', 'holds=newest']))
}

function objectCondition(target: string, wanted: string): Result<Condition, string> {
  const read = readTargets([target])
  if (!read.ok) return read
  const [object] = read.value.of === 'objects' ? read.value.objects : []
  if (object === undefined) return err(`wanted KIND/NAME, such as service/checkout, found '${target}'`)
  // As kubectl has it, too.
  if (wanted === 'deleted' || wanted === 'delete')
    return ok({ kind: 'object', target: object, isThere: false })
  if (wanted === 'exists' || wanted === 'create') return ok({ kind: 'object', target: object, isThere: true })
  const hasTraffic = object.kind === 'Service' || object.kind === 'Traffic'
  if (hasTraffic && wanted.startsWith('traffic=')) {
    const weights = readWeights(wanted.slice('traffic='.length))
    return weights.ok ? ok({ kind: 'traffic', service: object.name, weights: weights.value }) : weights
  }
  return err(notFor(wanted, target, [...(hasTraffic ? ['traffic=ENVIRONMENT'] : []), 'exists', 'deleted']))
}

/** `green`, or `blue=90,green=10`. */
function readWeights(text: string): Result<Readonly<Record<string, number>>, string> {
  if (/^[^=,\s]+$/.test(text)) return ok({ [text]: 10_000 })
  const weights: [string, number][] = []
  for (const part of text.split(',')) {
    const [, environment = '', percent = ''] = /^([^=,\s]+)=(\d{1,3}(?:\.\d{1,2})?)%?$/.exec(part) ?? []
    if (environment === '') return err(`wanted traffic=green or traffic=blue=90,green=10, found '${text}'`)
    weights.push([environment, Math.round(Number(percent) * 100)])
  }
  const sum = weights.reduce((total, [, weight]) => total + weight, 0)
  if (sum !== 10_000) return err(`shares add up to ${sum / 100}, wanted 100: ${text}`)
  return ok(Object.fromEntries(weights))
}

function notFor(wanted: string, target: string, forms: readonly string[]): string {
  const near = nearest(wanted, forms)
  const hint = near === undefined ? `wanted ${forms.join(', ')}` : `did you mean ${near}?`
  return `'${wanted}' is nothing that ${target} can be waited for; ${hint}`
}
