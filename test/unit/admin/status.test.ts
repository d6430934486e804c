// Problems cross the wire as rich gRPC errors and come back as the same Problems.
import { Metadata } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { codes, fromStatus, fromTrailers, toStatus, toTrailers } from '../../../src/admin/index.ts'
import type { Problem } from '../../../src/base/index.ts'

const across = (problem: Problem): Problem | undefined => {
  const { code, details, metadata } = toTrailers(toStatus(problem))
  // Through the headers, as HTTP/2 carries them.
  const headers = Object.entries(metadata.toHttp2Headers()).map(([key, value]) => [key, String(value)])
  const carried = Metadata.fromHttp2Headers(Object.fromEntries(headers))
  return fromStatus(fromTrailers({ code, details, metadata: carried }))
}

const problems: readonly [Problem, number][] = [
  [{ kind: 'notFound', message: 'no Service default/cart' }, codes.NOT_FOUND],
  [{ kind: 'conflict', message: 'somebody was first', winner: 'r41 by deploy-bot' }, codes.ABORTED],
  [{ kind: 'conflict', message: 'this request id was used' }, codes.ABORTED],
  [{ kind: 'conflict', message: 'overtaken', winner: 'push/9', push: '7' }, codes.ABORTED],
  [{ kind: 'precondition', message: 'green has no endpoint' }, codes.FAILED_PRECONDITION],
  [{ kind: 'precondition', message: 'taken back', push: '7' }, codes.FAILED_PRECONDITION],
  [{ kind: 'deadline', message: 'push 7 is preparing', push: '7' }, codes.DEADLINE_EXCEEDED],
  [
    {
      kind: 'precondition',
      message: 'refused by edge-1',
      refusals: [{ node: 'edge-1', type: 'envoy.config.cluster.v3.Cluster', detail: 'bad regex' }],
    },
    codes.FAILED_PRECONDITION,
  ],
  [{ kind: 'limit', message: 'too many', limit: 'watchers' }, codes.RESOURCE_EXHAUSTED],
  [{ kind: 'denied', message: 'who are you', authenticated: false }, codes.UNAUTHENTICATED],
  [{ kind: 'denied', message: 'you may not', authenticated: true }, codes.PERMISSION_DENIED],
  [{ kind: 'unavailable', message: 'loading' }, codes.UNAVAILABLE],
]

describe('a Problem', () => {
  it.each(problems)('%j has its gRPC code and comes back whole', (problem, code) => {
    expect(toStatus(problem).code).toBe(code)
    expect(across(problem)).toEqual(problem)
  })

  it('of bad input carries every fault with file, line, column and object', () => {
    const problem: Problem = {
      kind: 'invalid',
      message: '2 problems',
      violations: [
        {
          path: 'spec.ports[0].name',
          message: 'wanted a name',
          file: 'shop.yaml',
          line: 12,
          column: 5,
          object: 'Service default/cart',
        },
        { path: 'metadata', message: 'missing' },
      ],
    }
    expect(toStatus(problem).code).toBe(codes.INVALID_ARGUMENT)
    expect(across(problem)).toEqual({
      kind: 'invalid',
      message: '2 problems',
      violations: [
        { path: 'spec.ports[0].name', message: 'shop.yaml:12:5: Service default/cart: wanted a name' },
        { path: 'metadata', message: 'missing' },
      ],
    })
  })

  it('with thousands of long faults still fits into the trailers of every client, and counts what is left out', () => {
    const violations = Array.from({ length: 5_000 }, (_, index) => ({
      path: `spec[${index}]`,
      message: 'ü'.repeat(700),
    }))
    const { metadata, details } = toTrailers(
      toStatus({ kind: 'invalid', message: 'x'.repeat(10_000), violations }),
    )
    const raw = metadata.get('grpc-status-details-bin')[0] ?? ''
    expect(Buffer.from(raw).toString('base64').length + details.length).toBeLessThan(8 * 1_024)
    const back = across({ kind: 'invalid', message: 'many', violations })
    const shown = back?.kind === 'invalid' ? back.violations : []
    expect(shown.length).toBeGreaterThan(1)
    expect(shown.at(-1)).toEqual({ path: '', message: `and ${5_000 - shown.length + 1} more` })
  })

  it('survives text that no header could carry', () => {
    const problem: Problem = { kind: 'notFound', message: 'no “ключ” \u0000\r\n\u2028 100%' }
    expect(across(problem)).toMatchObject({ kind: 'notFound' })
  })

  it('is not made of a status that somebody else sent', () => {
    const other = toStatus({ kind: 'notFound', message: 'x' })
    expect(fromStatus({ ...other, details: [] })).toBeUndefined()
    const broken = new Metadata()
    broken.set('grpc-status-details-bin', Buffer.from([0xff, 0xff, 0xff]))
    expect(fromTrailers({ code: 5, details: 'x', metadata: broken })).toEqual({
      code: 5,
      message: 'x',
      details: [],
    })
  })
})
