// What a stream is not sent, whoever asks for it: a private key over plaintext to another machine, and a secret whose body
// nobody has any more. The rest goes out as if these were not there; what the proxy holds of them, it keeps.
import { isLoopback } from '../access/index.ts'
import type { Resource } from './content.ts'
import type { Follow } from './follow.ts'
import type { Effect, Plan, StreamState, WithheldBecause } from './machine.ts'

/** Whether nobody can read what goes to a peer (`address:port`): over TLS, or without leaving this machine. */
export const isPrivate = (peer: string, encrypted: boolean): boolean =>
  encrypted || isLoopback(peer.replace(/:\d+$/, ''))

const reasonFor = (stream: StreamState, { body, facts }: Resource): WithheldBecause | undefined =>
  body.byteLength === 0
    ? 'bodiless'
    : facts.privateKey === true && !stream.mayHaveKeys
      ? 'plaintext'
      : undefined

/** The plan without what is withheld. */
export function withhold(stream: StreamState, follow: Follow, plan: Plan): Plan {
  if (follow.type.key !== 'sds' || plan.put.length === 0) return plan
  const put = plan.put.filter((resource) => reasonFor(stream, resource) === undefined)
  if (put.length === plan.put.length) return plan
  return { ...plan, put, due: put.length > 0 || plan.removed.length > 0 }
}

const words: Readonly<Record<WithheldBecause, string>> = {
  plaintext:
    'a private key is not sent over plaintext to another machine: give this server --tls-cert, --tls-key and --client-ca',
  bodiless: 'its files are not what they were when it was served, or gone',
}

/** Notes what of a plan is withheld, and what is no more; says of each name why when it begins. */
export function sayWithheld(stream: StreamState, follow: Follow, plan: Plan): readonly Effect[] {
  if (follow.type.key !== 'sds') return []
  for (const name of plan.removed) stream.withheld.delete(name)
  const effects: Effect[] = []
  for (const resource of plan.put) {
    const reason = reasonFor(stream, resource)
    if (reason === undefined) stream.withheld.delete(resource.name)
    if (reason === undefined || stream.withheld.has(resource.name)) continue
    stream.withheld.set(resource.name, reason)
    effects.push({ kind: 'note', event: 'xds_secret_withheld', detail: `${resource.name}: ${words[reason]}` })
  }
  return effects
}
