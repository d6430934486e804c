// Webhooks as they are configured, and what is wrong with them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Problem, Result } from '../../../src/base/index.ts'
import { type Config, loadConfig } from '../../../src/config.ts'
import { isOpen } from '../../../src/webhooks/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'verdigris-webhooks-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
const written = (text: string): string => {
  files += 1
  const file = join(folder, `config-${files}.yaml`)
  writeFileSync(file, text)
  return file
}
const load = (text: string, own?: string): Result<Config, Problem> =>
  loadConfig({
    flags: own === undefined ? {} : { 'webhooks-file': written(own) },
    env: {},
    file: written(text),
  })
const faultsOf = (text: string, own?: string): readonly string[] => {
  const config = load(text, own)
  if (config.ok || config.error.kind !== 'invalid') return ['no fault']
  return config.error.violations.map(({ path, message, line }) => `${line ?? ''} ${path}: ${message}`)
}

describe('webhooks', () => {
  it('are read with their defaults', () => {
    const config = load('logLevel: info\nwebhooks:\n  - name: on-call\n    url: https://hooks.example/T1\n')
    expect(config.ok && config.value.webhooks).toMatchObject([
      {
        ...{ name: 'on-call', url: 'https://hooks.example/T1', format: 'json', headers: {} },
        ...{ timeoutMs: 5_000, retryForMs: 900_000, attempts: 10 },
      },
    ])
  })

  it('are read with all that can be said, beside those of a file of their own', () => {
    const config = load(
      `webhooks:
  - name: shop
    url: http://127.0.0.1:9000/hook
    format: slack
    events: {names: [push_*, nack], severities: [warning], namespaces: [shop]}
    secretFile: hook.key
    headers: {authorization: Bearer x}
    timeout: 500ms
    retryFor: 1m
    attempts: 3
`,
      'webhooks: [{name: all, url: "http://127.0.0.1:9001"}]',
    )
    if (!config.ok) throw new Error(config.error.message)
    const [shop, all] = config.value.webhooks
    expect(all?.name).toBe('all')
    expect([...(shop?.filter.names ?? [])]).toContain('push_reverted')
    expect(shop).toMatchObject({ format: 'slack', timeoutMs: 500, retryForMs: 60_000, attempts: 3 })
    expect(shop?.secretFile).toBe(join(process.cwd(), 'hook.key'))
  })

  it.each([
    ['webhooks: {}', '1 webhooks: wanted a list'],
    ['webhooks: [{url: "http://x"}]', '1 webhooks[0].name: '],
    [
      'webhooks: [{name: A, url: "http://x"}]',
      '1 webhooks[0].name: wanted small letters, digits and hyphens',
    ],
    ['webhooks: [{name: a, url: "ftp://x"}]', '1 webhooks[0].url: wanted a URL with http: or https:'],
    ['webhooks: [{name: a, url: "http://u:p@x"}]', '1 webhooks[0].url: wanted no user and password'],
    [
      'webhooks: [{name: a, url: "http://x", events: {names: [push_dome]}}]',
      'no event "push_dome"; did you mean "push_done"?',
    ],
    ['webhooks: [{name: a, url: "http://x", timeout: soon}]', '1 webhooks[0].timeout: wanted a duration'],
    ['webhooks: [{name: a, url: "http://x", headers: {Host: y}}]', 'are set by us'],
    ['webhooks: [{name: a, url: "http://x", colour: red}]', 'webhooks[0]: Unrecognized key'],
    [
      'webhooks: [{name: a, url: "http://x"}, {name: a, url: "http://y"}]',
      '1 webhooks[1].name: "a" is the name of another',
    ],
  ])('refuses %s', (text, fault) => {
    expect(faultsOf(text).join('\n')).toContain(fault)
  })

  it('in a file of their own stand alone there, and have names of their own', () => {
    expect(faultsOf('', 'logLevel: debug\nwebhooks: []').join('\n')).toContain('holds nothing but webhooks')
    expect(faultsOf('', '{}').join('\n')).toContain('wanted a list of "webhooks"')
    const one = 'webhooks: [{name: a, url: "http://x"}]'
    expect(faultsOf(one, one).join('\n')).toContain('"a" is the name of another')
  })

  it.each([
    ['https://hooks.example', false],
    ['http://127.0.0.1:9000', false],
    ['http://[::1]:9000', false],
    ['http://localhost', false],
    ['http://hooks.example', true],
    ['http://10.0.0.1', true],
    ['http://127.0.0.1.hooks.example', true],
  ])('%s is open to everybody on the way: %s', (url, open) => {
    expect(isOpen({ url })).toBe(open)
  })
})
