// Every queue within its bound, looked at now and then; one unsent response per type and stream, looked at each time.
import type { Host } from '../host.ts'
import { shortType } from '../host.ts'
import type { Link } from '../network.ts'
import type { Rule, Scene } from './watch.ts'

export function boundsRule({ fault }: Scene): Rule {
  const unsent = new Map<Link<Host>, Map<string, string>>()
  return {
    died: () => unsent.clear(),
    written: (link, { typeUrl, nonce }) => {
      const types = unsent.get(link) ?? new Map<string, string>()
      unsent.set(link, types)
      if (types.has(typeUrl))
        fault('one unsent response per type and stream', `${link.owner.key}: a second ${shortType(typeUrl)}`)
      types.set(typeUrl, nonce)
    },
    taken: (link, nonce) => {
      const types = unsent.get(link)
      for (const [typeUrl, waiting] of types ?? []) if (waiting === nonce) types?.delete(typeUrl)
    },
    looked: ({ hub, delivery }) => {
      for (const { what, size, limit } of [...hub.bounds(), ...delivery.bounds()])
        if (size > limit) fault('every queue within its bound', `${what}: ${size}, at most ${limit}`)
    },
  }
}
