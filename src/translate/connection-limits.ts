// Bounds on the connections of listeners: keys of the runtime layer of lasting switches, so that no listener is edited for one.
import { names } from '../base/index.ts'
import { type StoredOf, settingsOf } from '../model/index.ts'
import { identityMemo } from './memo.ts'
import { connectionLimitKey, listenerName, sidecarListenerName } from './names.ts'
import type { Draft } from './types.ts'

/** Puts the bounds of these Gateways and Sidecars into the flags layer; without any the drafts stay as they are. */
export function createConnectionLimits(): (
  fixed: readonly Draft[],
  gateways: readonly Bounded[],
) => readonly Draft[] {
  const memo = identityMemo<Draft, Draft>()
  return (fixed, gateways) => {
    const bounded = gateways.filter((gateway) => limitsOf(gateway).length > 0)
    if (bounded.length === 0) return fixed
    return fixed.map((draft) =>
      draft.name === names.flagsLayer && 'layer' in draft.json
        ? memo(draft, bounded, () => {
            const layer = { ...layerOf(draft), ...Object.fromEntries(bounded.flatMap(limitsOf)) }
            return { ...draft, json: { name: draft.name, layer } }
          })
        : draft,
    )
  }
}

const layerOf = ({ json }: Draft) => ('layer' in json ? json.layer : undefined)

type Bounded = StoredOf<'Gateway'> | StoredOf<'Sidecar'>

function limitsOf(owner: Bounded): readonly (readonly [string, number])[] {
  const { namespace, name } = owner
  if (owner.kind === 'Sidecar') {
    return [...owner.spec.inbound, ...owner.spec.outbound].flatMap((listener) => {
      const connections = listener.limits?.connections
      if (connections === undefined) return []
      return [[connectionLimitKey(sidecarListenerName(namespace, name, listener.name)), connections] as const]
    })
  }
  const { spec } = owner
  return spec.listeners.flatMap((listener) => {
    const connections = settingsOf(spec, listener).limits?.connections
    if (connections === undefined) return []
    return [[connectionLimitKey(listenerName(namespace, name, listener.name)), connections] as const]
  })
}
