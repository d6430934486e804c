// What a proxy asks for, remembered from stream to stream: one that is back asks for the same again, type by type, and a
// connection that breaks meanwhile says nothing of the types that it did not come to.
import { typeUrls } from '../envoy-api/index.ts'
import type { FleetSettings, NodeState, Now, StreamState } from './state.ts'

/** The types that say what a proxy is waited for: an Envoy asks for these on every stream, or on none. */
const remembered: readonly string[] = [typeUrls.cds, typeUrls.lds, typeUrls.ecds, typeUrls.rds]

/** Remembers a type that a stream of the node asked for; whether that is news. Clusters by name prepare nothing. */
export function noteAsked(node: NodeState, type: string, wildcard: boolean): boolean {
  if (!remembered.includes(type) || (type === typeUrls.cds && !wildcard) || node.asks.has(type)) return false
  node.asks.add(type)
  return true
}

/** Its last stream ends. What that one had the time to ask for, and did not, the node does not ask for any more. */
export function forgetUnasked(node: NodeState, stream: StreamState, settings: FleetSettings, now: Now): void {
  if (isBack(stream, settings, now)) return
  for (const type of node.asks) if (!stream.types.has(type)) node.asks.delete(type)
}

/** Whether the node asked for this type on an earlier stream and may still be about to do so on this one. */
export const owesAsking = (
  node: NodeState,
  stream: StreamState,
  type: string,
  settings: FleetSettings,
  now: Now,
): boolean => node.asks.has(type) && !stream.types.has(type) && isBack(stream, settings, now)

const isBack = (stream: StreamState, settings: FleetSettings, now: Now): boolean =>
  now.mono - stream.stirredAt < settings.askAgainMs
