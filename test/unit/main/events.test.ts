// Certificates that end, as events.
import { describe, expect, it } from 'vitest'
import { expiringOf, type Said, type ServedCertificate } from '../../../src/watch-certificates.ts'

const dayMs = 24 * 3_600_000
const certificate = (days: number, more: Partial<ServedCertificate> = {}): ServedCertificate => ({
  ...{ holder: 'Secret default/shop', secret: 'default/Secret/shop', fingerprint: 'ab' },
  notAfter: days * dayMs,
  ...more,
})

describe('certificates that end', () => {
  it('are said once within 30, 14, 7, 3 days and one, and when they have ended', () => {
    let said: Said = new Map()
    const told: string[] = []
    for (let hour = 0; hour < 24 * 50; hour += 1) {
      const [events, next] = expiringOf([certificate(45)], said, hour * 3_600_000)
      said = next
      for (const { name, attributes } of events)
        told.push(`${hour / 24}: ${name}${'days' in attributes ? ` ${attributes.days}` : ''}`)
    }
    expect(told).toEqual([
      ...['15: certificate_expiring 30', '31: certificate_expiring 14', '38: certificate_expiring 7'],
      ...['42: certificate_expiring 3', '44: certificate_expiring 1', '45: certificate_expired'],
    ])
  })

  it('are told again when another one has taken their place, and forgotten when they are gone', () => {
    const [first, said] = expiringOf([certificate(5)], new Map(), 0)
    expect(first).toMatchObject([
      {
        name: 'certificate_expiring',
        attributes: { holder: 'Secret default/shop', secrets: ['default/Secret/shop'], days: 5 },
      },
    ])
    expect(expiringOf([certificate(5)], said, 0)[0]).toEqual([])
    expect(expiringOf([certificate(6, { fingerprint: 'cd' })], said, 0)[0]).toHaveLength(1)
    expect(expiringOf([], said, 0)[1].size).toBe(0)
  })

  it('that last are not said', () => {
    expect(expiringOf([certificate(31)], new Map(), 0)[0]).toEqual([])
  })
})
