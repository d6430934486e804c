// IP addresses as manifests have them.
import { describe, expect, it } from 'vitest'
import { isIpAddress, parseManifests } from '../../../src/model/index.ts'
import { applied, environment, lines, service } from './fixtures.ts'

describe('addresses', () => {
  it('with a zone are refused by their field, and do not end the request with an exception', () => {
    const text = service([environment('blue').replace('127.0.0.1', "'fe80::1%eth0'")])
    expect(lines(parseManifests([{ file: 'f', text }]))).toEqual([
      expect.stringMatching(
        /^spec\.environments\[0\]\.endpoints\.static\[0\]\.address: wanted an IPv4 or IPv6 address/,
      ),
    ])
  })

  it.each(['::1', '::', '1::', '::ffff:1.2.3.4', '::1.2.3.4', '2001:DB8::1', '0.0.0.0'])(
    'may be %s',
    (address) => {
      expect(isIpAddress(address)).toBe(true)
      const world = applied([service([environment('blue').replace('127.0.0.1', `'${address}'`)])])
      expect(world.has('default/Service/checkout')).toBe(true)
    },
  )

  it.each([
    'fe80::1%lo',
    '[::1]',
    '::1/128',
    '01.2.3.4',
    '1.2.3',
    '0x7f.1',
    '2130706433',
    '12345::',
    'localhost',
    '',
    ':',
  ])('may not be %j', (address) => {
    expect(isIpAddress(address)).toBe(false)
  })
})
