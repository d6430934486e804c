// Sidecar → Envoy Listeners: the skeleton of a Gateway's, with what holds between our own proxies.
import { typeUrls } from '../../envoy-api/index.ts'
import { keyOf, type ListenerSettings, type StoredOf } from '../../model/index.ts'
import { secretsOfTls } from '../downstream-tls.ts'
import { tcpListener } from '../listeners.ts'
import { identityMemo } from '../memo.ts'
import { sidecarListenerName } from '../names.ts'
import type { Draft } from '../types.ts'

/** Makes the listeners of a Sidecar; the same Sidecar gives the same drafts. */
export function createSidecarListeners(): (sidecar: StoredOf<'Sidecar'>) => readonly Draft[] {
  const memo = identityMemo<StoredOf<'Sidecar'>, readonly Draft[]>()
  return (sidecar) => memo(sidecar, [], () => listenersOf(sidecar))
}

function listenersOf(sidecar: StoredOf<'Sidecar'>): readonly Draft[] {
  const { namespace, name, spec } = sidecar
  const nameOf = (listener: string): string => sidecarListenerName(namespace, name, listener)
  const common = { kind: 'whole', typeUrl: typeUrls.lds, origins: [keyOf(sidecar)] } as const
  return [
    ...spec.inbound.map((each): Draft => {
      const own = nameOf(each.name)
      const secrets = each.tls === undefined ? {} : { secrets: secretsOfTls(namespace, each.tls) }
      const json = tcpListener(namespace, own, each, settingsOf(each), {})
      return { ...common, name: own, json, facts: { routes: [own], ...secrets } }
    }),
    ...spec.outbound.map((each): Draft => {
      const own = nameOf(each.name)
      const { address, port, environment } = each
      const json = tcpListener(namespace, own, { address, port }, settingsOf(each), { environment })
      return { ...common, name: own, json, facts: { routes: [own] } }
    }),
  ]
}

const settingsOf = ({ accessLog, limits, timeouts }: ListenerSettings): ListenerSettings => ({
  ...{ accessLog, limits, timeouts },
})
