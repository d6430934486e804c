// Certificates that end soon, as events: each is said once within 30, 14, 7, 3 days and one, and when it has ended. Part of the
// composition root, beside main.ts.
import { limits } from './base/index.ts'
import type { EventInput } from './events/index.ts'
import type { ObjectKey } from './model/index.ts'

/** A certificate that is served. */
export interface ServedCertificate {
  /** `this server`, or `Secret default/shop`. */
  readonly holder: string
  readonly secret?: ObjectKey
  /** Tells it from its successor. */
  readonly fingerprint: string
  /** Milliseconds since 1970. */
  readonly notAfter: number
}

const dayMs = 24 * 3_600_000
/** Days that are left when it is said; 0: it has ended. */
const marks = [0, 1, 3, 7, 14, 30] as const

/** The lowest mark that was said, by certificate. */
export type Said = ReadonlyMap<string, number>

/** What is to be said now, and what has been said then: of a certificate only what is sooner than before. */
export function expiringOf(
  certificates: readonly ServedCertificate[],
  said: Said,
  now: number,
): readonly [readonly EventInput[], Said] {
  const events: EventInput[] = []
  const next = new Map<string, number>()
  for (const { holder, secret, fingerprint, notAfter } of certificates) {
    const key = `${holder} ${fingerprint}`
    const before = said.get(key)
    const mark = marks.find((days) => notAfter - now <= days * dayMs)
    if (before !== undefined) next.set(key, before)
    if (mark === undefined || (before !== undefined && before <= mark)) continue
    next.set(key, mark)
    const attributes = {
      holder,
      notAfter: new Date(notAfter).toISOString(),
      ...(secret === undefined ? {} : { secrets: [secret] }),
    }
    const days = Math.ceil((notAfter - now) / dayMs)
    events.push(
      mark === 0
        ? { name: 'certificate_expired', attributes }
        : { name: 'certificate_expiring', attributes: { ...attributes, days } },
    )
  }
  return [events, next]
}

/** Looks at once and every hour. */
export function watchCertificates(
  served: () => readonly ServedCertificate[],
  onEvent: (event: EventInput) => void,
): { stop(): void } {
  let said: Said = new Map()
  const lookNow = (): void => {
    const [events, next] = expiringOf(served(), said, Date.now())
    said = next
    for (const event of events) onEvent(event)
  }
  lookNow()
  const timer = setInterval(lookNow, limits.certificateLookMs)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
