// What a browser may send to the HTTP port.
import { describe, expect, it } from 'vitest'
import { checkWeb } from '../../../src/access/index.ts'

const none = { host: undefined, origin: undefined, site: undefined }
const read = { onLoopback: true, changes: false }
const change = { onLoopback: true, changes: true }

describe('the rule for browsers', () => {
  it('lets in who sends none of their headers', () => {
    expect(checkWeb(none, change).ok).toBe(true)
    expect(checkWeb({ ...none, host: '127.0.0.1:18002' }, change).ok).toBe(true)
  })

  it('answers on loopback to loopback names only; elsewhere the name is not known beforehand', () => {
    const named = { ...none, host: 'verdigris.example:18002' }
    expect(checkWeb(named, read)).toMatchObject({ ok: false, error: { kind: 'denied', authenticated: true } })
    expect(checkWeb(named, { ...read, onLoopback: false }).ok).toBe(true)
    for (const host of ['127.0.0.2', '[::1]', '[::1]:80', 'localhost:18002', 'a.localhost', '127.1.2.3:1'])
      expect([host, checkWeb({ ...none, host }, read).ok]).toEqual([host, true])
    for (const host of [
      '',
      ':80',
      '127.0.0.1.example',
      'localhost.',
      'xlocalhost',
      '0.0.0.0',
      '[::]',
      '128.0.0.1',
    ])
      expect([host, checkWeb({ ...none, host }, read).ok]).toEqual([host, false])
  })

  it('answers to no other origin, and to its own with the port', () => {
    const host = 'verdigris.example:18002'
    const to = { onLoopback: false, changes: false }
    for (const origin of ['http://verdigris.example:18002', 'https://Verdigris.example:18002'])
      expect([origin, checkWeb({ ...none, host, origin }, to).ok]).toEqual([origin, true])
    for (const origin of [
      'null',
      '',
      'http://verdigris.example',
      'http://verdigris.example:18002.other',
      'http://x@verdigris.example:18002',
      'http://verdigris.example:18002/',
    ])
      expect([origin, checkWeb({ ...none, host, origin }, to).ok]).toEqual([origin, false])
    expect(checkWeb({ ...none, origin: 'http://verdigris.example' }, to).ok).toBe(false)
  })

  it('takes no change from a page of another site', () => {
    for (const site of ['same-origin', 'none']) expect(checkWeb({ ...none, site }, change).ok).toBe(true)
    for (const site of ['same-site', 'cross-site', '']) {
      expect(checkWeb({ ...none, site }, change).ok).toBe(false)
      expect(checkWeb({ ...none, site }, read).ok).toBe(true)
    }
  })
})
