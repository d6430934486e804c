// Bounds on the connections of listeners: keys of the runtime layer of lasting switches, so that no listener is edited for one.
import { names } from '../base/index.ts'
import { type StoredOf, settingsOf } from '../model/index.ts'
import { identityMemo } from './memo.ts'
import { connectionLimitKey, listenerName } from './names.ts'
import type { Draft } from './types.ts'

/** Puts the bounds of these Gateways into the flags layer; without any the drafts stay as they are. */
export function createConnectionLimits(): (
  fixed: readonly Draft[],
  gateways: readonly StoredOf<'Gateway'>[],
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

const limitsOf = ({ namespace, name, spec }: StoredOf<'Gateway'>): readonly (readonly [string, number])[] =>
  spec.listeners.flatMap((listener) => {
    const connections = settingsOf(spec, listener).limits?.connections
    if (connections === undefined) return []
    return [[connectionLimitKey(listenerName(namespace, name, listener.name)), connections] as const]
  })
