// Gateway listener → Envoy Listener.

import { type envoy, typeUrls } from '../envoy-api/index.ts'
import { keyOf, type StoredOf } from '../model/index.ts'
import { httpConnectionManager } from './http-connection-manager.ts'
import { identityMemo } from './memo.ts'
import { listenerName } from './names.ts'
import { byName } from './order.ts'
import type { Draft } from './types.ts'

/** Makes the listeners of a Gateway, sorted by name; the same Gateway gives the same drafts. */
export function createListeners(): (gateway: StoredOf<'Gateway'>) => readonly Draft[] {
  const memo = identityMemo<StoredOf<'Gateway'>, readonly Draft[]>()
  return (gateway) => memo(gateway, [], () => listenersOf(gateway))
}

function listenersOf(gateway: StoredOf<'Gateway'>): readonly Draft[] {
  return gateway.spec.listeners
    .map((listener): Draft => {
      const name = listenerName(gateway.namespace, gateway.name, listener.name)
      const json: envoy.Listener = {
        name,
        statPrefix: name,
        address: { socketAddress: { address: listener.address, portValue: listener.port } },
        filterChains: [{ name: 'http', filters: [httpConnectionManager(name)] }],
      }
      return {
        kind: 'whole',
        typeUrl: typeUrls.lds,
        name,
        json,
        facts: { routes: [name] },
        origins: [keyOf(gateway)],
      }
    })
    .sort(byName)
}
