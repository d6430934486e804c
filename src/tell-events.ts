// Events of the process itself, and where all events are kept. Part of the composition root, beside main.ts.
import { randomUUID } from 'node:crypto'
import { limits } from './base/index.ts'
import { createEvents, type EventInput, type Events } from './events/index.ts'
import { keyOf, titleOf } from './model/index.ts'
import { type Delivery, finalPhases } from './push/index.ts'
import type { SecretFiles } from './secrets/index.ts'
import type { Store } from './store/index.ts'
import type { ServedCertificate } from './watch-certificates.ts'

/** Makes the ring of events, and tells watchers of repeated ones until it is stopped. */
export function keepEvents(): { readonly events: Events; stop(): void } {
  const mono = (): number => performance.now()
  const events = createEvents({ epoch: randomUUID(), now: Date.now, mono })
  const timer = setInterval(() => events.tellRepeated(), limits.eventLookMs)
  timer.unref()
  return { events, stop: () => clearInterval(timer) }
}

/** What this start serves, and what goes on. */
export function startedEvent(version: string, store: Store, delivery: Delivery): EventInput {
  const running = delivery
    .pushes(limits.pushesKept + limits.pushesRunning)
    .filter(({ phase }) => !finalPhases.includes(phase))
    .map(({ id }) => id)
  const resumed = running.length === 0 ? {} : { resumed: running.slice(0, limits.nodesNamed) }
  return {
    name: 'server_started',
    attributes: { version, atRevision: store.view().revision, ...resumed },
  }
}

/** Every certificate that is served: the ports' own, and those of Secrets. */
export function servedCertificates(
  tls: { readonly expiresAt: number } | undefined,
  store: Store,
  secrets: Pick<SecretFiles, 'state'> | undefined,
): readonly ServedCertificate[] {
  const own =
    tls === undefined
      ? []
      : [{ holder: 'this server', fingerprint: String(tls.expiresAt), notAfter: tls.expiresAt }]
  const ofSecrets = [...store.view().heads.values()].flatMap((object) => {
    const state = object.kind === 'Secret' ? secrets?.state(object.spec) : undefined
    return (state?.facts ?? []).map(({ fingerprint, notAfter }) => ({
      ...{ holder: titleOf(object), secret: keyOf(object), fingerprint, notAfter },
    }))
  })
  return [...own, ...ofSecrets]
}
