// What the client decides without a server: when to try again, how friendly values become messages, what it loads.
import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adminApi, apiPackage } from '../../../src/api/index.ts'
import type { Violation } from '../../../src/base/index.ts'
import { fromMessage, toMessage } from '../../../src/client/messages.ts'
import { mayPass, pauseBefore } from '../../../src/client/retry.ts'
import { shapeOf } from '../../../src/client/shapes.ts'

describe('the pause before another attempt', () => {
  const policy = { attempts: 6, firstDelayMs: 200, mostDelayMs: 1_000 }
  it('doubles, half of it by chance, up to its bound', () => {
    expect([2, 3, 4, 5, 6].map((next) => pauseBefore(next, policy, 1))).toEqual([200, 400, 800, 1_000, 1_000])
    expect([2, 3, 4, 5].map((next) => pauseBefore(next, policy, 0))).toEqual([100, 200, 400, 500])
    expect(pauseBefore(5_000, policy, 0.5)).toBe(750)
  })
})

describe('what may pass by itself', () => {
  it('is a server that is away, says not now, or was silent; nothing else', () => {
    const message = 'x'
    expect(mayPass({ kind: 'unreachable', message })).toBe(true)
    expect(mayPass({ kind: 'timedOut', message })).toBe(true)
    expect(mayPass({ kind: 'refused', problem: { kind: 'unavailable', message } })).toBe(true)
    expect(mayPass({ kind: 'unreachable', message, foreign: true })).toBe(false)
    expect(mayPass({ kind: 'broken', message })).toBe(false)
    expect(mayPass({ kind: 'cancelled' })).toBe(false)
    expect(mayPass({ kind: 'refused', problem: { kind: 'precondition', message } })).toBe(false)
    expect(mayPass({ kind: 'refused', problem: { kind: 'conflict', message } })).toBe(false)
    expect(mayPass({ kind: 'refused', problem: { kind: 'limit', message, limit: 'watchers' } })).toBe(false)
  })
})

const shape = (name: string) => {
  const descriptor = adminApi().descriptor(`${apiPackage}.${name}`)
  if (descriptor === undefined) throw new Error(name)
  return shapeOf(descriptor)
}
const faultsOf = (name: string, value: unknown): string[] => {
  const faults: Violation[] = []
  toMessage(shape(name), value, faults)
  return faults.map(({ path, message }) => `${path}: ${message}`)
}

describe('a friendly value', () => {
  it('becomes the message, and the message becomes it', () => {
    const at = new Date('2026-01-02T03:04:05.678Z')
    const faults: Violation[] = []
    const message = toMessage(
      shape('Event'),
      { id: 7, name: 'nack', at, attributes: { nodes: ['a', { b: null }], count: 2 } },
      faults,
    )
    expect(faults).toEqual([])
    expect(message.at).toEqual({ seconds: 1_767_323_045, nanos: 678_000_000 })
    expect(fromMessage(shape('Event'), message)).toEqual({
      id: 7,
      name: 'nack',
      at,
      attributes: { nodes: ['a', { b: null }], count: 2 },
    })
  })

  it('keeps any duration in whole milliseconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 12 }), (ramp) => {
        const message = toMessage(shape('SwitchRequest'), { ramp }, [])
        expect(fromMessage(shape('SwitchRequest'), message)).toEqual({ ramp })
      }),
    )
  })

  it('is told its faults by path: of every field, in lists, maps and messages within', () => {
    expect(
      faultsOf('SwitchRequest', { request_id: 'x', options: { dryrun: true, reason: 5 }, service: null }),
    ).toEqual([
      'request_id: no such field; SwitchRequest has namespace, service, environment, etag, options, ramp',
      'options.dryrun: no such field; did you mean dryRun?',
      'options.reason: wanted a text, found 5',
    ])
    expect(faultsOf('SwitchRequest', [])).toEqual([
      ': wanted an object with fields of SwitchRequest, found a list',
    ])
    expect(faultsOf('SwitchRequest', { ramp: -1, options: 'x' })).toEqual([
      'ramp: wanted milliseconds, or a duration such as 500ms, 10s or 1m30s, found -1',
      'options: wanted an object with fields of ChangeOptions, found "x"',
    ])
    expect(
      faultsOf('SetTrafficRequest', { cohorts: { beta: 1 }, mirrors: { m: { share: -1 } }, weights: [] }),
    ).toEqual([
      'cohorts.beta: wanted true or false, found 1',
      'mirrors.m.share: wanted a whole number from 0 to 4294967295, found -1',
      'weights: wanted an object of names and values, found a list',
    ])
    expect(faultsOf('WaitPushRequest', { until: 'DONE', id: 3 })).toEqual([
      'until: wanted one of UNTIL_UNSPECIFIED, UNTIL_DONE, UNTIL_PREPARED, found "DONE"',
      'id: wanted a text, found 3',
    ])
    expect(faultsOf('ApplyRequest', { objects: [{}, 'yaml'], sources: {} })).toEqual([
      'objects[1]: wanted an object, found "yaml"',
      'sources: wanted a list, found an object',
    ])
  })

  it('is known field by field for every message of the API', () => {
    for (const service of adminApi().services) {
      for (const { requestType, responseType } of Object.values(
        adminApi().service(`${apiPackage}.${service}`),
      )) {
        for (const type of [requestType.type, responseType.type]) {
          const seen = new Set<string>()
          const walk = (each: ReturnType<typeof shapeOf>): void => {
            if (seen.has(each.name)) return
            seen.add(each.name)
            for (const { value } of each.fields.values()) if (value.kind === 'message') walk(value.shape())
          }
          walk(shapeOf(type))
        }
      }
    }
  })
})

describe('verdigris/client', () => {
  const src = join(import.meta.dirname, '..', '..', '..', 'src')
  /** Files that importing public.ts loads, and the packages that they name. Imports of types alone load nothing. */
  const load = (file: string, files: Map<string, string>, packages: Set<string>): void => {
    if (files.has(file)) return
    const text = readFileSync(file, 'utf8')
    files.set(file, text)
    const imports = text.matchAll(/(?:^|\n)(import|export)\s+(?!type\b)([^;'"]*?\bfrom\s+)?'([^']+)'/g)
    for (const [, , names = '', specifier = ''] of imports) {
      const members = /\{([\s\S]*)\}/
        .exec(names)?.[1]
        ?.split(',')
        .map((name) => name.trim()) ?? ['*']
      if (members.every((name) => name === '' || name.startsWith('type '))) continue
      if (specifier.startsWith('.')) load(join(dirname(file), specifier), files, packages)
      else packages.add(specifier)
    }
  }
  const files = new Map<string, string>()
  const packages = new Set<string>()
  load(join(src, 'client', 'public.ts'), files, packages)

  it('loads gRPC and its codec, and no other package', () => {
    expect([...packages].filter((name) => !name.startsWith('node:')).sort()).toEqual([
      '@grpc/grpc-js',
      '@grpc/proto-loader',
    ])
  })

  it('comes from three rooms, none of which is the server', () => {
    const rooms = new Set([...files.keys()].map((file) => relative(src, file).split('/')[0]))
    expect([...rooms].sort()).toEqual(['api', 'base', 'client'])
  })

  it('reads neither the environment nor the arguments of the process', () => {
    const readers = [...files]
      .filter(([, text]) => /process\.(env|argv|cwd)/.test(text))
      .map(([file]) => file)
    expect(readers).toEqual([])
  })
})
